package io.fanatic.netlink.kernel;

import io.fanatic.core.Counter;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanException;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.FanObserver;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.bpf.SourcePorts;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.route.SecurityAssociation;
import io.fanatic.netlink.strongswan.Credentials;
import io.fanatic.netlink.strongswan.FanConnections;
import io.fanatic.netlink.strongswan.KeyExchange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the engine asks of a host: reads and single changes, in one network namespace. Two implementations: {@link
 * LinuxKernel}, and {@link MemoryKernel} which can fail at the n-th call.
 *
 * <p>A call that fails throws {@link io.fanatic.netlink.libc.ErrnoException} or another runtime exception, and may have done a part of what it
 * was to do: the engine takes it back as if it had done all. What takes away ({@code delete...}, {@code remove...}, {@code stop...}) succeeds when the thing
 * is gone already.
 */
public interface Kernel extends AutoCloseable {

    /** Name of a tunnel that is not ready; see {@link #createLink}. */
    String TEMPORARY_TUNNEL = FanNames.TEMPORARY + "tunnel";

    /** Name of a tunnel whose place another one takes, for the moment until it is deleted. */
    String REPLACED_TUNNEL = "fan-old-tunnel";

    /** Name of a bridge that is not ready; see {@link #createLink}. */
    String TEMPORARY_BRIDGE = FanNames.TEMPORARY + "bridge";

    /** {@return the devices of the namespace} */
    List<LinkState> links();

    /** {@return the IPv4 addresses of all devices} */
    List<AddressState> addresses();

    /** {@return the routes of all tables, without those that merely mirror addresses (local and broadcast), and those of other tables than main that pass every packet on (throw)} */
    List<RouteState> routes();

    /**
     * {@return what bridges have of IPv6}
     *
     * @param bridges their names
     */
    Ipv6State ipv6(List<String> bridges);

    /** {@return the IPv6 routes of the main table, without those that merely mirror addresses} */
    List<Ipv6State.Route> ipv6Routes();

    /** {@return whether it has IPv6} */
    boolean hasIpv6();

    /**
     * {@return the programs that a device of ours records, on itself or on others}
     *
     * @param keeper the device
     */
    List<ProgramState> programs(String keeper);

    /**
     * {@return whether a device of ours records programs on another device} This asks for no program, which takes time and privileges.
     *
     * @param keeper the device, which need not exist
     */
    boolean recordsProgramsElsewhere(String keeper);

    /**
     * {@return programs of ours on devices of others whose record went with the device of ours that had it, each with an empty keeper; only
     * where a program's name may be asked for}
     */
    List<ProgramState> strayPrograms();

    /**
     * {@return the kernel's number for a device}
     *
     * @param link the device
     */
    int index(String link);

    /** {@return the rules of the firewall that are not ours, which take their time to read} */
    Firewall firewall();

    /**
     * {@return what the host has for packets of a tunnel that those on the fast path are not seen by, a few words each; empty: nothing}
     *
     * @param card the underlay's device
     * @param port the tunnel's UDP port
     * @param underlay who the packets come from and go to
     * @param firewall its rules
     */
    List<String> passedBy(String card, int port, Ipv4Prefix underlay, Firewall firewall);

    /**
     * {@return why the Ethernet addresses on a device do not tell who sent a frame, in a few words; empty when they do}
     *
     * @param card the underlay's device
     */
    Optional<String> withoutTrustInAddresses(String card);

    /** {@return what is said of IPsec policies, which packets that a program redirects would not obey; empty when there are none} */
    Optional<String> ipsec();

    /**
     * {@return what the firewall has for frames between the ports of a fan's bridge}
     *
     * @param bridge the fan's bridge
     * @param tunnel the fan's port of it
     * @param overlay where its packets come from and go to
     * @param bridgedPassIptables whether bridged frames pass iptables
     * @param firewall its rules
     */
    BridgedRules bridgedRules(
            String bridge, String tunnel, Ipv4Prefix overlay, boolean bridgedPassIptables, Firewall firewall);

    /** {@return the content of our NAT table; empty when there is none} */
    List<NatTable.Entry> nat();

    /** {@return what iptables does with what is forwarded, for each of its backends that is in use} */
    List<Iptables.Forward> forwards();

    /** {@return whether frames between the ports of a bridge pass the chains of IPv4 too (br_netfilter)} */
    boolean filtersBridgedFrames();

    /** {@return the same of the chains of IPv6} */
    boolean filtersBridgedIpv6();

    /** {@return the UDP ports that tunnels send from} */
    SourcePorts sourcePorts();

    /** {@return the content of our table for tunnel ports; empty when there is none} */
    List<PortTable.Entry> ports();

    /** {@return the content of our table that keeps forwarded packets out of tunnels; empty when there is none} */
    List<TunnelTable.Entry> tunnelOnly();

    /** {@return the UDP ports to which no process but root's sends, by our doing; empty where this program may not look} */
    Set<Integer> rootOnly();

    /**
     * {@return the DHCP server that we run on a bridge; empty when there is none}
     *
     * @param bridge its device
     */
    Optional<DhcpServer> dhcp(String bridge);

    /** {@return our IPsec policies that block the clear text of encrypted fans} */
    List<BlockPolicy> blocked();

    /** {@return IPsec's security associations, of whatever connection} */
    List<SecurityAssociation> associations();

    /** {@return how many packets IPsec has dropped, by the kernel's name for the reason; without those that are 0} */
    Map<String, Long> ipsecDrops();

    /** {@return what strongSwan was told of fans} */
    List<FanConnections> connections();

    /**
     * {@return why strongSwan cannot be told of a fan, and what to do; empty when it can}
     *
     * @param method how hosts of the fan prove who they are
     */
    Optional<String> withoutStrongSwan(Encryption.Method method);

    /**
     * {@return what this host proves with who it is}
     *
     * @param how the method and its file
     * @param own underlay addresses of this host
     * @throws FanException INVALID when the file cannot be read, others may read it, or it has no key, or no certificate for these addresses
     *     that is valid now
     */
    Credentials credentials(Encryption how, List<Ipv4Address> own);

    /**
     * Has strongSwan make keys with one other host now.
     *
     * @param name of what it was told of the fan
     * @param local underlay address of this host
     * @param remote underlay address of the other
     * @return what became of it
     */
    KeyExchange exchangeKeys(String name, Ipv4Address local, Ipv4Address remote);

    /** {@return whether there is a program that serves DHCP} */
    boolean canServeDhcp();

    /**
     * {@return whether the host forwards IPv4, and whose doing that is}
     *
     * @param devices the names of those whose own switch matters
     */
    ForwardingState forwarding(List<String> devices);

    /** {@return the content of our table that keeps devices from forwarding to each other; empty when there is none} */
    List<ForwardTable.Entry> forwardTable();

    /**
     * {@return what there is of ours that leads IPv6 to outside the overlays}
     *
     * @param bridges of the fans
     */
    Ipv6Outside ipv6Outside(List<String> bridges);

    /** {@return what the host has of IPv6 beside the fans} */
    Ipv6Outside.Host ipv6Host();

    /**
     * Makes this and nothing else what leads IPv6 to outside the overlays. What it switches on is noted before.
     *
     * @param outside all of it; {@link Ipv6Outside#NONE} sets back what was noted
     */
    void setIpv6Outside(Ipv6Outside outside);

    /** {@return the addresses of name servers in use, of /etc/resolv.conf} */
    List<Ipv4Address> nameServers();

    /** {@return the addresses of name servers that containers can ask too, none of them a stub on loopback} */
    List<Ipv4Address> nameServersForContainers();

    /** {@return the addresses that DHCP gives to one client each, of /etc/ethers} */
    List<DhcpReservation> reservations();

    /**
     * {@return whether a socket has a UDP port, one of a tunnel that is up or of a program}
     *
     * @param port 1 to 65535
     */
    boolean isUdpPortHeld(int port);

    /**
     * {@return what our DHCP server on a bridge has leased and has not ended}
     *
     * @param bridge its device
     */
    List<DhcpLease> leases(String bridge);

    /**
     * {@return whether it has what not every kernel has}
     *
     * @param feature one of those that not every kernel has
     */
    boolean has(KernelFeature feature);

    /** {@return whether the host believes routers that tell the MTU of a path (net.ipv4.ip_no_pmtu_disc is 0)} */
    boolean learnsPathMtu();

    /**
     * Makes a device, down, under a name that nothing else uses, for {@link #renameWithAlias} to rename. A run that dies in between
     * leaves a device that is known by that name.
     *
     * @param temporaryName one for which {@link #isTemporary} holds
     * @param spec kind and settings
     */
    void createLink(String temporaryName, LinkSpec spec);

    /**
     * Gives a new device its name and its label at once.
     *
     * @param temporaryName the device's
     * @param name its new one, 1 to 15 bytes
     * @param alias the ifalias, a {@link Label}
     */
    void renameWithAlias(String temporaryName, String name, String alias);

    /**
     * Puts a new tunnel into the place of one, with its label, programs, counters, bridge and forwarding entries, up where that is up. Frames that come between
     * the one and the other are lost: those of some milliseconds. When it fails, the old one is there as before.
     *
     * @param name of both
     * @param spec of the new one
     * @param vni that it receives, if it has a filter
     * @param programs that it has
     */
    void replaceTunnel(String name, LinkSpec.Vxlan spec, int vni, ProgramSpec programs);

    /**
     * Replaces a device's label.
     *
     * @param link the device
     * @param alias at most 255 bytes
     */
    void setAlias(String link, String alias);

    /**
     * Sets the largest packet of a device.
     *
     * @param link the device
     * @param mtu bytes
     */
    void setMtu(String link, int mtu);

    /**
     * Sets a device's Ethernet address.
     *
     * @param link the device
     * @param mac unicast
     */
    void setMac(String link, MacAddress mac);

    /**
     * Switches the spanning tree protocol of a bridge.
     *
     * @param bridge the device
     * @param on whether it is to run
     */
    void setSpanningTree(String bridge, boolean on);

    /**
     * Sets whether a bridge remembers an Ethernet address for 20 days without hearing from it, or for five minutes.
     *
     * @param bridge the device
     * @param on whether for 20 days
     */
    void setRemembering(String bridge, boolean on);

    /**
     * {@return how IPv6 of a bridge is switched; OFF where there is none}
     *
     * @param bridge the device
     */
    Ipv6Switches ipv6Switches(String bridge);

    /**
     * Switches IPv6 of a bridge.
     *
     * @param bridge the device
     * @param switches as they shall be
     */
    void setIpv6(String bridge, Ipv6Switches switches);

    /**
     * Says which address the host's ARP gives as the sender on a bridge.
     *
     * @param bridge the device
     * @param arpAnnounce 0 to 2, as net.ipv4.conf.*.arp_announce
     */
    void setArpAnnounce(String bridge, int arpAnnounce);

    /**
     * Brings a device up or down.
     *
     * @param link the device
     * @param up whether it is to be up
     */
    void setUp(String link, boolean up);

    /**
     * Makes a device a port of a bridge, or of none.
     *
     * @param link the device
     * @param bridge empty for none
     */
    void setMaster(String link, Optional<String> bridge);

    /**
     * Deletes a device of this name that carries our label or is a temporary one; any other device stays.
     *
     * @param name the device
     */
    void deleteLink(String name);

    /**
     * Lets a tunnel with a VNI filter receive a VNI.
     *
     * @param tunnel its device
     * @param vni 0 to 2^24-1
     */
    void addVni(String tunnel, int vni);

    /**
     * Ends what {@link #addVni} began.
     *
     * @param tunnel its device
     * @param vni 0 to 2^24-1
     */
    void removeVni(String tunnel, int vni);

    /**
     * Attaches the programs of one specification to a device, or replaces those that are there; counters go on.
     *
     * @param device is to have the programs; may be somebody else's
     * @param keeper the device of ours that records them, mostly the same
     * @param spec what they are
     */
    void attachPrograms(String device, String keeper, ProgramSpec spec);

    /**
     * Takes programs of ours off a device.
     *
     * @param device has the programs
     * @param keeper the device that records them; empty for stray ones
     */
    void detachPrograms(String device, String keeper);

    /**
     * Gives a device an address.
     *
     * @param address which one to whom
     */
    void addAddress(AddressState address);

    /**
     * Takes an address away.
     *
     * @param address which one from whom
     */
    void deleteAddress(AddressState address);

    /**
     * Adds a route to a device, or puts it in the place of the one of the same destination.
     *
     * @param route with a device
     */
    void putRoute(RouteState route);

    /**
     * Takes a route away.
     *
     * @param route with a device
     */
    void deleteRoute(RouteState route);

    /**
     * Gives a device something of IPv6: an address, which is at once used and not asked for on the link, a permanent neighbour, a forwarding
     * entry, which learning does not move, or a route. A neighbour or route takes the place of the one of the same address or destination.
     *
     * @param part what
     */
    void putIpv6(Ipv6State.Part part);

    /**
     * Takes it away.
     *
     * @param part what
     */
    void deleteIpv6(Ipv6State.Part part);

    /**
     * Replaces the whole content of our NAT table in one transaction; nothing to translate means no table.
     *
     * @param entries all that is to be in it
     */
    void replaceNat(List<NatTable.Entry> entries);

    /**
     * Adds a rule that lets the fan's packets pass, at the head of its chain; once only.
     *
     * @param pass the rule
     */
    void addPass(Iptables.AcceptRule pass);

    /**
     * Takes away what {@link #addPass} added.
     *
     * @param pass the rule
     */
    void removePass(Iptables.AcceptRule pass);

    /**
     * Replaces the whole content of our table for tunnel ports in one transaction; no port means no table.
     *
     * @param entries all that is to be in it
     */
    void replacePorts(List<PortTable.Entry> entries);

    /**
     * Replaces the whole content of our table that keeps forwarded packets out of tunnels, in one transaction; nothing to keep out means no
     * table.
     *
     * @param entries all that is to be in it
     */
    void replaceTunnelOnly(List<TunnelTable.Entry> entries);

    /**
     * Lets no process of the network namespace but root's send to a UDP port, or every one.
     *
     * @param port 1 to 65535
     * @param on whether root alone is to
     */
    void setRootOnly(int port, boolean on);

    /**
     * Starts a DHCP server and waits until it serves.
     *
     * @param server on a bridge that has none
     */
    void startDhcp(DhcpServer server);

    /**
     * Adds one of our IPsec policies; one that is there already is no error.
     *
     * @param policy what is blocked
     */
    void block(BlockPolicy policy);

    /**
     * Removes one of our IPsec policies.
     *
     * @param policy what is blocked
     */
    void unblock(BlockPolicy policy);

    /**
     * Records what strongSwan is told of a fan, and has it loaded where it is to be.
     *
     * @param connections as they are to be
     */
    void putConnections(FanConnections connections);

    /**
     * Deletes the record of what strongSwan was told of a fan, and has it forget that.
     *
     * @param name the connections' name
     */
    void removeConnections(String name);

    /**
     * Stops the DHCP server of a bridge; its leases stay.
     *
     * @param bridge its device
     */
    void stopDhcp(String bridge);

    /**
     * Forgets the leases of a bridge whose server is stopped.
     *
     * @param bridge its device
     */
    void forgetLeases(String bridge);

    /**
     * Switches on forwarding of what comes in by a device of ours, or off.
     *
     * @param device a bridge or tunnel
     * @param on whether it is to forward
     */
    void setForwarding(String device, boolean on);

    /**
     * Makes these the devices of the host that forward by us: they are noted, then switched on; others that were noted are switched
     * off. What an earlier version has switched on everywhere is set back.
     *
     * @param devices names
     */
    void forward(List<String> devices);

    /** As earlier versions did: notes what forwards, then switches it on everywhere. Undoes {@link #forward}. */
    void forwardEverywhere();

    /** Sets back what {@link #forward} has noted, unless somebody has switched forwarding on everywhere since. */
    void restoreForwarding();

    /**
     * Replaces the whole content of our table for what is forwarded in one transaction; nothing to say means no table.
     *
     * @param entries all that is to be in it
     */
    void replaceForwardTable(List<ForwardTable.Entry> entries);

    /**
     * Attaches programs that only look in front of those of a device, which stay as they are.
     *
     * @param device has the programs
     * @param keeper the device of ours that records them
     * @param spec what they are
     * @param observer is told of frames
     * @param fan the number that it shall be told of the fan
     * @param filters frames have to fit each of these
     * @return what detaches them again, also when this kernel is closed; they go with this process, too, or on a kernel without tcx with the
     *     next repair
     */
    FanObserver.Attachment observePrograms(
            String device,
            String keeper,
            ProgramSpec spec,
            FanObserver observer,
            int fan,
            List<FanObserver.Filter> filters);

    /**
     * {@return what the programs have counted that a device of ours records; empty when there are none}
     *
     * @param keeper the tunnel or bridge
     */
    Map<Counter, Long> counters(String keeper);

    /**
     * {@return when they have last dropped a frame, for each reason that somebody should look at and that there was}
     *
     * @param keeper the tunnel or bridge
     */
    Map<Counter, Instant> lastDrops(String keeper);

    /**
     * Sets their counters to zero and forgets when they dropped something.
     *
     * @param keeper the tunnel or bridge
     */
    void resetCounters(String keeper);

    @Override
    void close();

    /**
     * {@return whether a name is one of those that {@link #createLink} is given, or that {@link #replaceTunnel} takes on the way}
     *
     * @param name any device's
     */
    static boolean isTemporary(String name) {
        return name.equals(TEMPORARY_TUNNEL) || name.equals(REPLACED_TUNNEL) || name.equals(TEMPORARY_BRIDGE);
    }
}
