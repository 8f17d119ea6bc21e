package io.fanatic.netlink.engine;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Counter;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.Iptables;
import io.fanatic.netlink.host.NatTable;
import io.fanatic.netlink.host.PortTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the engine asks of a host: reads and single changes, in one network namespace. Two implementations: {@link
 * LinuxKernel}, and {@link MemoryKernel} which can fail at the n-th call.
 *
 * <p>A call either has its whole effect or throws {@link io.fanatic.netlink.libc.ErrnoException} (or another runtime
 * exception) and has none. What takes away ({@code delete...}, {@code remove...}, {@code stop...}) succeeds when the thing
 * is gone already.
 */
public interface Kernel extends AutoCloseable {

    List<LinkState> links();

    List<AddressState> addresses();

    /** The routes of all tables, without those that merely mirror addresses: local and broadcast ones. */
    List<RouteState> routes();

    /**
     * The names of our programs on a tunnel, which tell their content; empty when they are not both attached, or when earlier ones
     * of ours are attached beside them.
     */
    Optional<FanPrograms.Names> programs(String tunnel);

    /** The name of our program on a bridge, which tells its content; empty when it is not attached. */
    Optional<String> gate(String bridge);

    /** The content of our NAT table; empty when there is none. */
    List<NatTable.Entry> nat();

    /** What iptables does with what is forwarded, for each of its backends that is in use. */
    List<Iptables.Forward> forwards();

    /** Whether frames between the ports of a bridge pass the chains of IPv4 too (br_netfilter). */
    boolean filtersBridgedFrames();

    /** The content of our table for tunnel ports; empty when there is none. */
    List<PortTable.Entry> ports();

    /** The DHCP server that we run on a bridge. */
    Optional<DhcpServer> dhcp(String bridge);

    boolean forwarding();

    /** Whether it was we who switched forwarding on, after it had been off. */
    boolean forwardingIsOurs();

    /** Addresses of name servers in use, of /etc/resolv.conf. */
    List<Ipv4Address> nameServers();

    /** Whether it has what not every kernel has. */
    boolean has(KernelFeature feature);

    /** Whether the host believes routers that tell the MTU of a path (net.ipv4.ip_no_pmtu_disc is 0). */
    boolean learnsPathMtu();

    /**
     * Makes an external VXLAN device, down, under a name that nothing else uses, for {@link #publish} to rename. A run that
     * dies in between leaves a device that is known by that name.
     *
     * @param vniFilter whether it is to share its port with other such devices
     */
    void createTunnel(String temporaryName, MacAddress mac, int mtu, int port, boolean vniFilter);

    /**
     * Makes an external IPIP device, down, as {@link #createTunnel} does.
     *
     * @param mtu bytes
     */
    void createIpipTunnel(String temporaryName, int mtu);

    /** Makes a bridge, down, as {@link #createTunnel} does. */
    void createBridge(String temporaryName, MacAddress mac, int mtu);

    /** Gives a new device its name and its mark at once. */
    void publish(String temporaryName, String name, String alias);

    void setAlias(String link, String alias);

    void setMtu(String link, int mtu);

    void setMac(String link, MacAddress mac);

    void setUp(String link, boolean up);

    /** Makes a device a port of a bridge, or of none. */
    void setMaster(String link, Optional<String> bridge);

    /** Deletes a device of this name that carries our mark or is a temporary one; any other device stays. */
    void deleteLink(String name);

    void addVni(String tunnel, int vni);

    void removeVni(String tunnel, int vni);

    /** Attaches both programs, or replaces those that are there; counters go on. */
    void attachPrograms(String tunnel, ProgramSpec spec);

    void detachPrograms(String tunnel);

    /** Attaches the program to a bridge, or replaces the one that is there; its counters go on. */
    void attachGate(String bridge, FanProgramSpec spec);

    void detachGate(String bridge);

    void addAddress(AddressState address);

    void deleteAddress(AddressState address);

    /** Adds a route to a device, or puts it in the place of the one of the same destination. */
    void putRoute(RouteState route);

    void deleteRoute(RouteState route);

    /** Replaces the whole content of our NAT table in one transaction; nothing to translate means no table. */
    void replaceNat(List<NatTable.Entry> entries);

    void addPass(Iptables.Pass pass);

    void removePass(Iptables.Pass pass);

    /** Replaces the whole content of our table for tunnel ports in one transaction; no port means no table. */
    void replacePorts(List<PortTable.Entry> entries);

    void startDhcp(DhcpServer server);

    /** Stops the DHCP server of a bridge; its leases stay. */
    void stopDhcp(String bridge);

    /** Forgets the leases of a bridge whose server is stopped. */
    void forgetLeases(String bridge);

    /** Notes the value that forwarding has, then switches it on. */
    void enableForwarding();

    /**
     * Gives forwarding the value noted by {@link #enableForwarding}, unless somebody changed it since, or made a bridge since
     * that needs it.
     */
    void restoreForwarding();

    /** What our programs on a tunnel or bridge have counted; empty when there are none. */
    Map<Counter, Long> counters(String device);

    @Override
    void close();

    /** Whether a name is one of those that {@link #createTunnel} and {@link #createBridge} are given. */
    static boolean isTemporary(String name) {
        return name.equals(TunnelPiece.TEMPORARY) || name.equals(BridgePiece.TEMPORARY);
    }
}
