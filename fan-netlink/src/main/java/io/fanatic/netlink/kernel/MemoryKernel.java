package io.fanatic.netlink.kernel;

import io.fanatic.core.Counter;
import io.fanatic.core.Encryption;
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
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.route.SecurityAssociation;
import io.fanatic.netlink.strongswan.Credentials;
import io.fanatic.netlink.strongswan.FanConnections;
import io.fanatic.netlink.strongswan.HostCertificate;
import io.fanatic.netlink.strongswan.KeyExchange;
import io.fanatic.netlink.strongswan.PreSharedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A host in memory, for tests without a kernel: it keeps what it is told, answers with the kernel's error numbers, and
 * can fail at the n-th call to show that everything before is undone.
 */
public final class MemoryKernel implements Kernel {
    private final Map<String, LinkState> links = new LinkedHashMap<>();
    private final Set<Integer> heldPorts = new HashSet<>();
    private final List<AddressState> addresses = new ArrayList<>();
    private final List<RouteState> routes = new ArrayList<>();
    private final List<Ipv6State.Address> ipv6Addresses = new ArrayList<>();
    private final Map<String, Ipv6Switches> ipv6Switches = new HashMap<>();
    private final List<Ipv6State.Neighbour> neighbours = new ArrayList<>();
    private final List<Ipv6State.Entry> entries = new ArrayList<>();
    private final List<Ipv6State.Route> ipv6Routes = new ArrayList<>();
    private boolean hasIpv6 = true;
    private final List<ProgramState> programs = new ArrayList<>();
    private final Map<String, DhcpServer> dhcp = new HashMap<>();
    private final List<Ipv4Address> nameServers = new ArrayList<>();
    private final List<BlockPolicy> blocked = new ArrayList<>();
    private final Map<String, FanConnections> connections = new HashMap<>();
    private Optional<String> withoutStrongSwan = Optional.empty();
    private final List<DhcpReservation> reservations = new ArrayList<>();
    private final List<DhcpLease> leases = new ArrayList<>();
    private List<NatTable.Entry> nat = List.of();
    private List<PortTable.Entry> ports = List.of();
    private List<TunnelTable.Entry> tunnelOnly = List.of();
    private final Set<Integer> rootOnly = new TreeSet<>();
    private final List<Iptables.Forward> forwards = new ArrayList<>();
    private boolean filtersBridgedFrames;
    private SourcePorts sourcePorts = SourcePorts.DEFAULT;
    private List<String> passedBy = List.of();
    private Optional<String> withoutTrust = Optional.empty();
    private Optional<String> ipsec = Optional.empty();
    private BridgedRules bridgedRules = BridgedRules.NONE;
    private boolean forwardsEverywhere;
    private final Set<String> forwarding = new TreeSet<>();
    private Optional<List<String>> switched = Optional.empty();
    /** The devices that forwarded before an earlier version of ours switched it on everywhere. */
    private Optional<List<String>> beforeEverywhere = Optional.empty();

    private List<ForwardTable.Entry> forwardTable = List.of();
    private Ipv6Outside ipv6Outside = Ipv6Outside.NONE;
    private Ipv6Outside.Host ipv6Host = Ipv6Outside.Host.WITHOUT;
    private int calls;
    private int failAt;

    /** A host without any device. */
    public MemoryKernel() {}

    /**
     * {@return a host with a loopback and one network card}
     *
     * @param name the card's
     * @param addresses the card's
     */
    public static MemoryKernel withEthernet(String name, AddressState... addresses) {
        MemoryKernel kernel = new MemoryKernel();
        kernel.put(new LinkState("lo", "", new MacAddress(0), 65536, true, Optional.empty(), "", Optional.empty()));
        kernel.addresses.add(new AddressState("lo", Ipv4Address.parse("127.0.0.1"), 8));
        kernel.put(new LinkState(
                name, "", new MacAddress(0x525400123456L), 1500, true, Optional.empty(), "", Optional.empty()));
        kernel.addresses.addAll(List.of(addresses));
        return kernel;
    }

    /**
     * Makes the n-th call from now on fail, counted from 1; 0 for none.
     *
     * @param call 1 for the next one
     */
    public void failAt(int call) {
        calls = 0;
        failAt = call;
    }

    /** {@return how many calls were made since {@link #failAt}} */
    public int calls() {
        return calls;
    }

    /**
     * Adds a device, or replaces the one of that name, as somebody else would.
     *
     * @param link as it then is
     */
    public void put(LinkState link) {
        links.put(link.name(), link);
    }

    /**
     * Adds a route, as somebody else would.
     *
     * @param route as it then is
     */
    public void put(RouteState route) {
        routes.add(route);
    }

    /**
     * Adds a name server to /etc/resolv.conf.
     *
     * @param server its address
     */
    public void putNameServer(Ipv4Address server) {
        nameServers.add(server);
    }

    /**
     * Adds a line to /etc/ethers.
     *
     * @param reservation what it says
     */
    public void put(DhcpReservation reservation) {
        reservations.add(reservation);
    }

    /**
     * Adds what a DHCP server has leased on every bridge.
     *
     * @param lease one that has not ended
     */
    public void put(DhcpLease lease) {
        leases.add(lease);
    }

    /**
     * Sets net.ipv4.ip_forward, as somebody else would; that sets all devices.
     *
     * @param on whether the host then forwards
     */
    public void putForwarding(boolean on) {
        forwardsEverywhere = on;
        forwarding.clear();
        forwarding.addAll(on ? links.keySet() : Set.of());
    }

    /**
     * Sets forwarding of what comes in by one device, as somebody else would.
     *
     * @param device its name
     * @param on whether it then forwards
     */
    public void putForwarding(String device, boolean on) {
        forwarding.remove(device);
        if (on) {
            forwarding.add(device);
        }
    }

    /** Switches forwarding on everywhere and notes that it was us, as earlier versions did. */
    public void putForwardingByAnEarlierVersion() {
        beforeEverywhere = Optional.of(List.copyOf(forwarding));
        putForwarding(true);
    }

    /**
     * Takes a device away with all that hangs on it, as somebody else would.
     *
     * @param name the device's
     */
    public void remove(String name) {
        links.remove(name);
        forwarding.remove(name);
        routes.removeIf(route -> route.link().equals(Optional.of(name)));
        addresses.removeIf(address -> {
            boolean gone = address.link().equals(name);
            if (gone) {
                routes.removeIf(route -> route.source().equals(Optional.of(address.address())));
            }
            return gone;
        });
        forgetIpv6(name);
        entries.removeIf(entry -> entry.port().equals(name) || isPortOf(entry.port(), name));
        programs.removeIf(state -> state.device().equals(name));
        // Those on a device of somebody else stay, and nobody knows of them.
        programs.replaceAll(
                state -> state.keeper().equals(name) ? new ProgramState(state.device(), "", state.names()) : state);
        links.replaceAll(
                (other, link) -> link.master().equals(Optional.of(name)) ? link.withMaster(Optional.empty()) : link);
    }

    /** As the kernel does when IPv6 ends on a device, or the device goes down. */
    private void forgetIpv6(String name) {
        ipv6Addresses.removeIf(address -> address.link().equals(name));
        neighbours.removeIf(neighbour -> neighbour.link().equals(name));
        ipv6Routes.removeIf(route -> route.link().equals(name));
    }

    private boolean isPortOf(String port, String bridge) {
        LinkState link = links.get(port);
        return link != null && link.master().equals(Optional.of(bridge));
    }

    @Override
    public List<LinkState> links() {
        call("list links");
        return List.copyOf(links.values());
    }

    @Override
    public List<AddressState> addresses() {
        call("list addresses");
        return List.copyOf(addresses);
    }

    /** Those that were put in, and for each address of a device that is up the network that is on-link. */
    @Override
    public List<RouteState> routes() {
        call("list routes");
        List<RouteState> all = new ArrayList<>(routes);
        for (AddressState address : addresses) {
            Ipv4Prefix network = address.network();
            RouteState route = new RouteState(
                    network, RouteState.MAIN, Optional.of(address.link()), network + " dev " + address.link());
            if (link(address.link()).up() && !all.contains(route)) {
                all.add(route);
            }
        }
        return all;
    }

    /**
     * Adds an IPv6 route, as somebody else would.
     *
     * @param route as it then is
     */
    public void put(Ipv6State.Route route) {
        ipv6Routes.add(route);
    }

    /** Takes IPv6 away, as ipv6.disable=1 on the kernel's command line does. */
    public void removeIpv6() {
        hasIpv6 = false;
    }

    @Override
    public Ipv6State ipv6(List<String> bridges) {
        call("read IPv6");
        List<Ipv6State.Address> some = new ArrayList<>(ipv6Addresses);
        some.removeIf(address -> !bridges.contains(address.link()));
        List<Ipv6State.Neighbour> others = new ArrayList<>(neighbours);
        others.removeIf(neighbour -> !bridges.contains(neighbour.link()));
        List<Ipv6State.Entry> ports = new ArrayList<>(entries);
        ports.removeIf(
                entry -> link(entry.port()).master().filter(bridges::contains).isEmpty());
        List<Ipv6State.Route> through = new ArrayList<>(ipv6Routes);
        through.removeIf(route -> !bridges.contains(route.link()));
        return new Ipv6State(some, others, ports, through);
    }

    @Override
    public List<Ipv6State.Route> ipv6Routes() {
        call("list IPv6 routes");
        return List.copyOf(ipv6Routes);
    }

    @Override
    public boolean hasIpv6() {
        return hasIpv6;
    }

    @Override
    public void putIpv6(Ipv6State.Part part) {
        String operation = "add " + part;
        call(operation);
        if (part instanceof Ipv6State.Entry entry) {
            if (link(entry.port()).master().isEmpty()) {
                throw new ErrnoException(operation, Errno.EINVAL);
            }
            entries.remove(entry);
            entries.add(entry);
            return;
        }
        requireIpv6(operation, part.link());
        if (part instanceof Ipv6State.Address address) {
            if (ipv6Addresses.contains(address)) {
                throw new ErrnoException(operation, Errno.EEXIST);
            }
            ipv6Addresses.add(address);
        } else if (part instanceof Ipv6State.Neighbour neighbour) {
            forget(neighbour);
            neighbours.add(neighbour);
        } else if (part instanceof Ipv6State.Route route) {
            if (route.source().isPresent()
                    && ipv6Addresses.stream()
                            .noneMatch(a -> a.address().equals(route.source().get()))) {
                throw new ErrnoException(operation, Errno.EINVAL);
            }
            ipv6Routes.removeIf(other -> other.destination().equals(route.destination()));
            ipv6Routes.add(route);
        }
    }

    private void requireIpv6(String operation, String device) {
        if (!link(device).up()) {
            throw new ErrnoException(operation, Errno.ENETDOWN);
        } else if (!link(device).ipv6()) {
            throw new ErrnoException(operation, Errno.EACCES);
        }
    }

    @Override
    public void deleteIpv6(Ipv6State.Part part) {
        call("delete " + part);
        if (part instanceof Ipv6State.Address address) {
            ipv6Addresses.remove(address);
        } else if (part instanceof Ipv6State.Neighbour neighbour) {
            forget(neighbour);
        } else if (part instanceof Ipv6State.Entry entry) {
            entries.remove(entry);
        } else if (part instanceof Ipv6State.Route route) {
            ipv6Routes.remove(route);
        }
    }

    private void forget(Ipv6State.Neighbour neighbour) {
        neighbours.removeIf(other ->
                other.link().equals(neighbour.link()) && other.address().equals(neighbour.address()));
    }

    @Override
    public List<ProgramState> programs(String keeper) {
        call("read programs");
        List<ProgramState> recorded = new ArrayList<>(programs);
        recorded.removeIf(state -> !state.keeper().equals(keeper));
        return recorded;
    }

    @Override
    public boolean recordsProgramsElsewhere(String keeper) {
        call("read the record of " + keeper);
        return programs.stream()
                .anyMatch(state ->
                        state.keeper().equals(keeper) && !state.device().equals(keeper));
    }

    @Override
    public List<ProgramState> strayPrograms() {
        return programs("");
    }

    @Override
    public int index(String link) {
        link(link);
        return 1 + List.copyOf(links.keySet()).indexOf(link);
    }

    /**
     * Sets what the host has for packets of a tunnel that those on the fast path are not seen by.
     *
     * @param things a few words each
     */
    public void putPassedBy(String... things) {
        passedBy = List.of(things);
    }

    /** What the rules would say of packets is told by {@link #putPassedBy} and {@link #putForDirect}. */
    @Override
    public Firewall firewall() {
        call("read the firewall");
        return new Firewall(List.of(), List.of());
    }

    @Override
    public List<String> passedBy(String card, int port, Ipv4Prefix underlay, Firewall rules) {
        call("look for what the fast path passes by");
        return passedBy;
    }

    /**
     * Sets why Ethernet addresses tell nothing, what is said of IPsec policies, and the rules for frames between bridge ports.
     *
     * @param refusal empty: they tell who sent a frame
     * @param policies empty: none
     * @param rules those for frames between bridge ports
     */
    public void putForDirect(Optional<String> refusal, Optional<String> policies, BridgedRules rules) {
        withoutTrust = refusal;
        ipsec = policies;
        bridgedRules = rules;
    }

    @Override
    public Optional<String> withoutTrustInAddresses(String card) {
        call("look at the Ethernet addresses of " + card);
        return withoutTrust;
    }

    @Override
    public Optional<String> ipsec() {
        call("look for IPsec policies");
        return ipsec;
    }

    @Override
    public BridgedRules bridgedRules(
            String bridge, String tunnel, Ipv4Prefix overlay, boolean bridgedPassIptables, Firewall rules) {
        call("look for rules between bridge ports");
        return bridgedRules;
    }

    @Override
    public List<NatTable.Entry> nat() {
        call("read NAT");
        return nat;
    }

    /**
     * Sets what iptables does with forwarded packets, as Docker would; our rules stay.
     *
     * @param forward of one backend, in place of what it had
     */
    public void putForward(Iptables.Forward forward) {
        forwards.removeIf(old -> old.backend() == forward.backend());
        forwards.add(forward);
    }

    /**
     * Makes bridged frames pass the chains of both families too, as somebody else would.
     *
     * @param on whether they then do
     */
    public void putFiltersBridgedFrames(boolean on) {
        filtersBridgedFrames = on;
    }

    @Override
    public List<Iptables.Forward> forwards() {
        call("read iptables");
        return List.copyOf(forwards);
    }

    /**
     * As an administrator may, by net.ipv4.ip_local_port_range.
     *
     * @param first UDP port, 1 to 65535
     * @param last at least the first
     */
    public void putSourcePorts(int first, int last) {
        sourcePorts = new SourcePorts(first, last);
    }

    @Override
    public SourcePorts sourcePorts() {
        call("read ip_local_port_range");
        return sourcePorts;
    }

    @Override
    public boolean filtersBridgedFrames() {
        call("read bridge-nf-call-iptables");
        return filtersBridgedFrames;
    }

    @Override
    public boolean filtersBridgedIpv6() {
        call("read bridge-nf-call-ip6tables");
        return filtersBridgedFrames;
    }

    @Override
    public void addPass(Iptables.AcceptRule pass) {
        call("add " + pass);
        putPasses(pass, true);
    }

    @Override
    public void removePass(Iptables.AcceptRule pass) {
        call("remove " + pass);
        putPasses(pass, false);
    }

    private void putPasses(Iptables.AcceptRule pass, boolean present) {
        forwards.replaceAll(old -> {
            if (old.backend() != pass.backend()) {
                return old;
            }
            List<Iptables.AcceptRule> ours = new ArrayList<>(old.ours());
            ours.remove(pass);
            if (present) {
                ours.add(0, pass);
            }
            return new Iptables.Forward(old.backend(), old.drops(), old.chain(), ours, old.others(), old.leaving());
        });
    }

    @Override
    public List<PortTable.Entry> ports() {
        call("read the table of ports");
        return ports;
    }

    @Override
    public List<TunnelTable.Entry> tunnelOnly() {
        call("read the table of tunnels");
        return tunnelOnly;
    }

    @Override
    public Set<Integer> rootOnly() {
        call("read the ports of root");
        return Set.copyOf(rootOnly);
    }

    @Override
    public void setRootOnly(int port, boolean on) {
        call("let " + (on ? "root" : "all") + " send to port " + port);
        if (on) {
            rootOnly.add(port);
        } else {
            rootOnly.remove(port);
        }
    }

    @Override
    public List<BlockPolicy> blocked() {
        call("read IPsec policies");
        return List.copyOf(blocked);
    }

    @Override
    public void block(BlockPolicy policy) {
        call("block clear text " + policy);
        if (!blocked.contains(policy)) {
            blocked.add(policy);
        }
    }

    @Override
    public void unblock(BlockPolicy policy) {
        call("let clear text pass " + policy);
        blocked.remove(policy);
    }

    @Override
    public List<FanConnections> connections() {
        call("read strongSwan's files");
        return List.copyOf(connections.values());
    }

    @Override
    public List<SecurityAssociation> associations() {
        return List.of();
    }

    @Override
    public Map<String, Long> ipsecDrops() {
        return Map.of();
    }

    @Override
    public Optional<String> withoutStrongSwan(Encryption.Method method) {
        return withoutStrongSwan;
    }

    @Override
    public KeyExchange exchangeKeys(String name, Ipv4Address local, Ipv4Address remote) {
        return new KeyExchange(KeyExchange.Outcome.OTHER, "there is no other host");
    }

    @Override
    public void putConnections(FanConnections wanted) {
        call("load " + wanted.name());
        connections.put(wanted.name(), wanted);
    }

    @Override
    public void removeConnections(String name) {
        call("unload " + name);
        connections.remove(name);
    }

    @Override
    public Credentials credentials(Encryption how, List<Ipv4Address> own) {
        return switch (how.method()) {
            case PSK -> new PreSharedKey(List.of("the key in " + how.file()));
            case CERTIFICATE ->
                new HostCertificate(
                        how.file(),
                        "id",
                        "certificate in " + how.file(),
                        List.of("authority"),
                        List.of(),
                        Optional.of(Instant.MAX));
        };
    }

    /** Starts strongSwan, which runs at first: it has been told of no fan. */
    public void startStrongSwan() {
        withoutStrongSwan = Optional.empty();
    }

    /**
     * Ends strongSwan: what its files say stays, and it can be told of no fan.
     *
     * @param why what is said of it
     */
    public void stopStrongSwan(String why) {
        withoutStrongSwan = Optional.of(why);
        connections.replaceAll((name, loaded) -> new FanConnections(name, loaded.text(), false));
    }

    @Override
    public boolean canServeDhcp() {
        return true;
    }

    @Override
    public Optional<DhcpServer> dhcp(String bridge) {
        call("read DHCP");
        return Optional.ofNullable(dhcp.get(bridge));
    }

    @Override
    public ForwardingState forwarding(List<String> devices) {
        call("read forwarding");
        Set<String> on = new TreeSet<>(devices);
        switched.ifPresent(on::addAll);
        on.retainAll(forwarding);
        List<String> others = new ArrayList<>(beforeEverywhere.orElse(List.copyOf(on)));
        switched.ifPresent(others::removeAll);
        ForwardingState.Ours ours = beforeEverywhere.isPresent()
                ? ForwardingState.Ours.EVERYWHERE
                : switched.isPresent() ? ForwardingState.Ours.DEVICES : ForwardingState.Ours.NOTHING;
        return new ForwardingState(forwardsEverywhere, List.copyOf(on), others, ours);
    }

    @Override
    public List<ForwardTable.Entry> forwardTable() {
        call("read the table of what is not forwarded");
        return forwardTable;
    }

    @Override
    public void replaceForwardTable(List<ForwardTable.Entry> entries) {
        call("replace the table of what is not forwarded");
        forwardTable = List.copyOf(entries);
    }

    /**
     * Sets what the host has of IPv6 beside fans.
     *
     * @param host all of it
     */
    public void put(Ipv6Outside.Host host) {
        ipv6Host = host;
    }

    @Override
    public Ipv6Outside ipv6Outside(List<String> bridges) {
        call("read the way of IPv6 to outside");
        List<String> there = new ArrayList<>(ipv6Outside.bridges());
        there.retainAll(bridges);
        there.retainAll(links.keySet());
        return new Ipv6Outside(ipv6Outside.nat(), there, ipv6Outside.devices(), ipv6Outside.closed());
    }

    @Override
    public Ipv6Outside.Host ipv6Host() {
        call("read the host's IPv6");
        return ipv6Host;
    }

    @Override
    public void setIpv6Outside(Ipv6Outside outside) {
        call("set the way of IPv6 to outside");
        ipv6Outside = outside;
    }

    @Override
    public List<Ipv4Address> nameServersForContainers() {
        return nameServers();
    }

    @Override
    public List<DhcpReservation> reservations() {
        call("read reservations");
        return List.copyOf(reservations);
    }

    @Override
    public List<DhcpLease> leases(String bridge) {
        return List.copyOf(leases);
    }

    @Override
    public List<Ipv4Address> nameServers() {
        call("read name servers");
        return List.copyOf(nameServers);
    }

    @Override
    public boolean learnsPathMtu() {
        call("read ip_no_pmtu_disc");
        return true;
    }

    @Override
    public boolean has(KernelFeature feature) {
        call("try " + feature.word());
        return true;
    }

    @Override
    public void createLink(String temporaryName, LinkSpec spec) {
        call("create " + temporaryName);
        LinkState link = spec.match(new NewLinks(temporaryName));
        if (link.ipip().isPresent()) {
            requireNoExternalIpip(temporaryName);
        }
        create(link);
    }

    /** As the kernel has it: one for each namespace. */
    private void requireNoExternalIpip(String name) {
        for (LinkState link : links.values()) {
            if (link.ipip().filter(LinkState.Ipip::external).isPresent()) {
                throw new ErrnoException("create " + name, Errno.EEXIST);
            }
        }
    }

    /** Devices as they are when they are new. */
    private record NewLinks(String name) implements LinkSpec.Cases<LinkState> {
        @Override
        public LinkState vxlan(LinkSpec.Vxlan link) {
            LinkState.Vxlan vxlan = new LinkState.Vxlan(link.port(), true, link.vniFilter(), List.of(), 0);
            return state("vxlan", link.mac(), link.mtu(), Optional.of(vxlan), Optional.empty());
        }

        @Override
        public LinkState ipip(LinkSpec.Ipip link) {
            LinkState.Ipip ipip = new LinkState.Ipip(true, Optional.empty(), Optional.empty());
            return state("ipip", new MacAddress(0), link.mtu(), Optional.empty(), Optional.of(ipip));
        }

        @Override
        public LinkState bridge(LinkSpec.Bridge link) {
            return state("bridge", link.mac(), link.mtu(), Optional.empty(), Optional.empty())
                    .withIpv6(link.ipv6())
                    .withArpAnnounce(link.arpAnnounce());
        }

        private LinkState state(
                String kind, MacAddress mac, int mtu, Optional<LinkState.Vxlan> vxlan, Optional<LinkState.Ipip> ipip) {
            return new LinkState(
                    name, kind, mac, mtu, false, Optional.empty(), "", false, false, 0, false, vxlan, ipip);
        }
    }

    @Override
    public void renameWithAlias(String temporaryName, String name, String alias) {
        call("rename " + temporaryName);
        create(link(temporaryName).withName(name).withAlias(alias));
        links.remove(temporaryName);
        forwarding.remove(temporaryName);
    }

    @Override
    public void replaceTunnel(String name, LinkSpec.Vxlan spec, int vni, ProgramSpec specified) {
        call("replace " + name);
        LinkState old = link(name);
        LinkState fresh = spec.match(new NewLinks(name))
                .withAlias(old.alias())
                .withUp(old.up())
                .withMaster(old.master());
        put(spec.vniFilter() ? fresh.withVnis(List.of(new LinkState.Vnis(vni, vni))) : fresh);
        forgetPrograms(name, name);
        programs.add(new ProgramState(name, name, specified.names()));
    }

    @Override
    public void setAlias(String name, String alias) {
        call("set alias of " + name);
        put(link(name).withAlias(alias));
    }

    @Override
    public void setMtu(String name, int mtu) {
        call("set MTU of " + name);
        put(link(name).withMtu(mtu));
    }

    @Override
    public void setMac(String name, MacAddress mac) {
        call("set MAC address of " + name);
        put(link(name).withMac(mac));
    }

    @Override
    public void setRemembering(String name, boolean on) {
        call("set the ageing time of " + name);
        put(link(name).withRemembers(on));
    }

    @Override
    public void setSpanningTree(String name, boolean on) {
        call("set spanning tree of " + name);
        put(link(name).withSpanningTree(on));
    }

    @Override
    public void setIpv6(String name, Ipv6Switches switches) {
        call("set IPv6 of " + name);
        ipv6Switches.put(name, switches);
        put(link(name).withIpv6(switches.on()));
        if (!switches.on()) {
            forgetIpv6(name);
        }
    }

    @Override
    public Ipv6Switches ipv6Switches(String name) {
        call("read the switches of IPv6 of " + name);
        return ipv6Switches.getOrDefault(name, link(name).ipv6() ? Ipv6Switches.ROUTER : Ipv6Switches.OFF);
    }

    @Override
    public void setArpAnnounce(String name, int arpAnnounce) {
        call("set arp_announce of " + name);
        put(link(name).withArpAnnounce(arpAnnounce));
    }

    @Override
    public void setUp(String name, boolean up) {
        call("set " + name + (up ? " up" : " down"));
        if (!up && !links.containsKey(name)) {
            return;
        }
        put(link(name).withUp(up));
        if (!up) {
            routes.removeIf(route -> route.link().equals(Optional.of(name)));
            forgetIpv6(name);
        }
    }

    @Override
    public void setMaster(String name, Optional<String> bridge) {
        call("set master of " + name);
        if (bridge.isEmpty() && !links.containsKey(name)) {
            return;
        }
        bridge.ifPresent(this::link);
        put(link(name).withMaster(bridge));
        entries.removeIf(entry -> entry.port().equals(name));
    }

    @Override
    public void deleteLink(String name) {
        call("delete " + name);
        LinkState link = links.get(name);
        if (link != null && (link.isOurs() || Kernel.isTemporary(name))) {
            remove(name);
        }
    }

    @Override
    public void addVni(String tunnel, int vni) {
        call("add VNI " + vni + " to " + tunnel);
        List<LinkState.Vnis> vnis = new ArrayList<>(vnis(tunnel));
        vnis.add(new LinkState.Vnis(vni, vni));
        putVnis(tunnel, vnis);
    }

    @Override
    public void removeVni(String tunnel, int vni) {
        call("remove VNI " + vni + " from " + tunnel);
        List<LinkState.Vnis> vnis = new ArrayList<>(vnis(tunnel));
        vnis.remove(new LinkState.Vnis(vni, vni));
        putVnis(tunnel, vnis);
    }

    @Override
    public void attachPrograms(String device, String keeper, ProgramSpec spec) {
        call("attach programs to " + device);
        link(device);
        link(keeper);
        forgetPrograms(device, keeper);
        programs.add(new ProgramState(device, keeper, spec.names()));
    }

    @Override
    public void detachPrograms(String device, String keeper) {
        call("detach programs from " + device);
        forgetPrograms(device, keeper);
    }

    private void forgetPrograms(String device, String keeper) {
        programs.removeIf(
                state -> state.device().equals(device) && state.keeper().equals(keeper));
    }

    @Override
    public void addAddress(AddressState address) {
        call("add address " + address);
        link(address.link());
        if (addresses.contains(address)) {
            throw new ErrnoException("add address " + address, Errno.EEXIST);
        }
        addresses.add(address);
    }

    @Override
    public void deleteAddress(AddressState address) {
        call("delete address " + address);
        addresses.remove(address);
        routes.removeIf(route -> route.source().equals(Optional.of(address.address())));
    }

    @Override
    public void putRoute(RouteState route) {
        call("add route " + route.description());
        String device = route.link().orElseThrow();
        if (!link(device).up()) {
            throw new ErrnoException("add route " + route.description(), Errno.ENETDOWN);
        }
        if (route.source().isPresent()
                && addresses.stream()
                        .noneMatch(a -> a.address().equals(route.source().get()))) {
            throw new ErrnoException("add route " + route.description(), Errno.EINVAL);
        }
        routes.removeIf(other ->
                other.destination().equals(route.destination()) && other.link().equals(route.link()));
        routes.add(route);
    }

    @Override
    public void deleteRoute(RouteState route) {
        call("remove route " + route.description());
        routes.remove(route);
    }

    @Override
    public void replaceNat(List<NatTable.Entry> entries) {
        call("replace NAT");
        nat = List.copyOf(entries);
    }

    @Override
    public void replacePorts(List<PortTable.Entry> entries) {
        call("replace the table of ports");
        ports = List.copyOf(entries);
    }

    @Override
    public void replaceTunnelOnly(List<TunnelTable.Entry> entries) {
        call("replace the table of tunnels");
        tunnelOnly = List.copyOf(entries);
    }

    @Override
    public void startDhcp(DhcpServer server) {
        call("start DHCP on " + server.bridge());
        link(server.bridge());
        dhcp.put(server.bridge(), server);
    }

    @Override
    public void stopDhcp(String bridge) {
        call("stop DHCP on " + bridge);
        dhcp.remove(bridge);
    }

    @Override
    public void forgetLeases(String bridge) {
        call("forget the leases of " + bridge);
    }

    @Override
    public void setForwarding(String device, boolean on) {
        call("set forwarding of " + device);
        if (on) {
            link(device);
        }
        putForwarding(device, on);
    }

    @Override
    public void forward(List<String> devices) {
        call("forward by " + devices);
        setBack();
        switched.orElse(List.of()).forEach(forwarding::remove);
        forwarding.addAll(devices);
        switched = Optional.of(List.copyOf(devices));
    }

    @Override
    public void forwardEverywhere() {
        call("forward everywhere");
        List<String> before = new ArrayList<>(forwarding);
        before.removeIf(device -> link(device).isOurs());
        switched.ifPresent(before::removeAll);
        beforeEverywhere = beforeEverywhere.or(() -> Optional.of(before));
        switched = Optional.empty();
        putForwarding(true);
    }

    @Override
    public void restoreForwarding() {
        call("restore forwarding");
        setBack();
        if (!forwardsEverywhere) {
            switched.orElse(List.of()).forEach(forwarding::remove);
        }
        switched = Optional.empty();
    }

    private void setBack() {
        if (beforeEverywhere.isPresent() && forwardsEverywhere) {
            forwardsEverywhere = false;
            List<String> before = beforeEverywhere.get();
            forwarding.removeIf(
                    device -> !before.contains(device) && !link(device).isOurs());
        }
        beforeEverywhere = Optional.empty();
    }

    @Override
    public boolean isUdpPortHeld(int port) {
        return heldPorts.contains(port);
    }

    /**
     * Has a program take a UDP port.
     *
     * @param port 1 to 65535
     */
    public void holdUdpPort(int port) {
        heldPorts.add(port);
    }

    /** No frame passes here. */
    @Override
    public FanObserver.Attachment observePrograms(
            String device,
            String keeper,
            ProgramSpec spec,
            FanObserver observer,
            int fan,
            List<FanObserver.Filter> filters) {
        call("observe the programs of " + device);
        return () -> {};
    }

    @Override
    public Map<Counter, Long> counters(String device) {
        call("read counters of " + device);
        return Map.of();
    }

    @Override
    public Map<Counter, Instant> lastDrops(String device) {
        call("read counters of " + device);
        return Map.of();
    }

    @Override
    public void resetCounters(String device) {
        call("reset counters of " + device);
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    private void call(String operation) {
        calls++;
        if (calls == failAt) {
            throw new ErrnoException(operation, Errno.ENOBUFS);
        }
    }

    private LinkState link(String name) {
        LinkState link = links.get(name);
        if (link == null) {
            throw new ErrnoException("look up " + name, Errno.ENODEV);
        }
        return link;
    }

    private void create(LinkState link) {
        if (links.containsKey(link.name())) {
            throw new ErrnoException("create " + link.name(), Errno.EEXIST);
        }
        put(link);
        putForwarding(link.name(), forwardsEverywhere);
    }

    private List<LinkState.Vnis> vnis(String tunnel) {
        return link(tunnel).vxlan().orElseThrow().vnis();
    }

    private void putVnis(String tunnel, List<LinkState.Vnis> vnis) {
        put(link(tunnel).withVnis(vnis));
    }
}
