package io.fanatic.netlink.kernel;

import io.fanatic.core.Counter;
import io.fanatic.core.DurableFile;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanException;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.attach.ClsactHooks;
import io.fanatic.netlink.attach.ClsactObservers;
import io.fanatic.netlink.attach.NotedPrograms;
import io.fanatic.netlink.attach.TcxHooks;
import io.fanatic.netlink.bpf.BpfMap;
import io.fanatic.netlink.bpf.DirectProgramSpec;
import io.fanatic.netlink.bpf.FanObserver;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.FastProgramSpec;
import io.fanatic.netlink.bpf.LocalSenders;
import io.fanatic.netlink.bpf.ProgramRecord;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.bpf.SourcePorts;
import io.fanatic.netlink.dnsmasq.Dnsmasq;
import io.fanatic.netlink.firewall.Firewall;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.NameServers;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.host.UdpPorts;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.IpsecPolicies;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.route.SecurityAssociation;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.VniFilter;
import io.fanatic.netlink.route.VniRange;
import io.fanatic.netlink.route.VxlanSettings;
import io.fanatic.netlink.strongswan.Credentials;
import io.fanatic.netlink.strongswan.FanConnections;
import io.fanatic.netlink.strongswan.KeyExchange;
import io.fanatic.netlink.strongswan.StrongSwan;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** The running kernel, in the network namespace of the thread that made this; use it on that thread. */
public final class LinuxKernel implements Kernel {
    /** Ageing times of bridges, in hundredths of a second: twenty days, and what the kernel begins with. */
    private static final int TWENTY_DAYS = 20 * 24 * 60 * 60 * 100;

    private static final int FIVE_MINUTES = 5 * 60 * 100;

    private static final int RTN_LOCAL = 2;
    private static final int RTN_BROADCAST = 3;
    private static final int RTN_THROW = 9;
    /** Marks our addresses (IFA_PROTO) and routes; not used by others in /etc/iproute2/rt_protos. */
    static final int PROTOCOL = 250;

    private final Dnsmasq dnsmasq;
    private final StrongSwan strongSwan;
    private final Forwarding forwarding;
    private final Ipv6Gateway ipv6Gateway;
    private final FirewallRules firewall = new FirewallRules();
    private final NetlinkSocket socket;
    private final Links links;
    private final Addresses addresses;
    /** Device names by index, as of the last {@link #links}, so that all of one observation speaks of the same devices. */
    private @Nullable Map<Integer, String> names;

    /** The devices to which this run has added a clsact. */
    private final Set<Integer> clsacts = new HashSet<>();

    /** Of the fast path's programs on a tunnel, by its index: those on the underlay's device share them, and to open them again may not be allowed. */
    private final Map<Integer, BpfMap> tunnelCounters = new HashMap<>();

    private KernelFeatures features = KernelFeatures.ofThisKernel();

    /**
     * As {@link #LinuxKernel(Path, Path)}, on a kernel that is said to have these features, whatever it has: for tests of what
     * is done without them.
     */
    LinuxKernel(Path runDirectory, Path stateDirectory, KernelFeatures features) {
        this(runDirectory, stateDirectory);
        this.features = features;
    }

    /**
     * The kernel as the calling thread's network namespace has it.
     *
     * @param runDirectory for what ends with the boot, such as /run/fanatic
     * @param stateDirectory for what outlives it, such as /var/lib/fanatic
     */
    public LinuxKernel(Path runDirectory, Path stateDirectory) {
        dnsmasq = new Dnsmasq(runDirectory, stateDirectory);
        strongSwan = new StrongSwan(runDirectory, Path.of("/run/charon.vici"));
        forwarding = new Forwarding(new ForwardingJournal(stateDirectory, IpFamily.IPV4));
        ipv6Gateway = new Ipv6Gateway(
                new ForwardingJournal(stateDirectory, IpFamily.IPV6),
                firewall,
                () -> has(KernelFeature.FORCE_FORWARDING));
        socket = NetlinkSocket.open();
        links = new Links(socket);
        addresses = new Addresses(socket);
    }

    @Override
    public List<LinkState> links() {
        List<Link> found = links.list();
        Map<Integer, String> names = remember(found);
        boolean filters = false;
        for (Link link : found) {
            filters |= link.vxlan().filter(VxlanSettings::vniFilter).isPresent();
        }
        Map<Integer, List<LinkState.Vnis>> vnis = filters ? vnis() : Map.of();
        List<LinkState> states = new ArrayList<>();
        for (Link link : found) {
            Optional<LinkState.Vxlan> vxlan = Optional.empty();
            if (link.vxlan().isPresent()) {
                VxlanSettings settings = link.vxlan().get();
                vxlan = Optional.of(new LinkState.Vxlan(
                        settings.port(),
                        settings.external(),
                        settings.vniFilter(),
                        vnis.getOrDefault(link.index(), List.of()),
                        settings.vni()));
            }
            states.add(new LinkState(
                    link.name(),
                    link.kind(),
                    link.mac(),
                    link.mtu(),
                    link.up(),
                    Optional.ofNullable(names.get(link.master())),
                    ProgramRecord.without(link.alias()),
                    link.spanningTree(),
                    link.kind().equals("bridge")
                            && link.ipv6()
                            && (hasIpv6Overlay(link) ? isRouter(link.name()) : Sysctl.isWritable(ipv6Off(link.name()))),
                    link.kind().equals("bridge") ? link.arpAnnounce() : 0,
                    link.ageing() == TWENTY_DAYS,
                    vxlan,
                    link.ipip().map(ipip -> new LinkState.Ipip(ipip.external(), ipip.local(), ipip.remote()))));
        }
        return states;
    }

    /** Where it cannot be switched off, a fan without is content, and one with needs it to be on. */
    private static boolean hasIpv6Overlay(Link link) {
        return Label.parse(link.alias()).flatMap(Label::overlay6).isPresent();
    }

    /** Whoever sets net.ipv6.conf.all.forwarding sets that of every device, the fans' bridges too. */
    private static boolean isRouter(String bridge) {
        return Sysctl.isOn("net/ipv6/conf/" + bridge + "/forwarding") || !Sysctl.isWritable(ipv6Off(bridge));
    }

    private Map<Integer, List<LinkState.Vnis>> vnis() {
        Map<Integer, List<LinkState.Vnis>> vnis = new HashMap<>();
        for (VniRange range : new VniFilter(socket).list()) {
            vnis.computeIfAbsent(range.index(), index -> new ArrayList<>())
                    .add(new LinkState.Vnis(range.first(), range.last()));
        }
        return vnis;
    }

    @Override
    public List<AddressState> addresses() {
        Map<Integer, String> names = names();
        List<AddressState> states = new ArrayList<>();
        for (InterfaceAddress address : addresses.list()) {
            String name = names.get(address.index());
            if (name != null) {
                states.add(new AddressState(name, address.ipv4(), address.prefixLength()));
            }
        }
        return states;
    }

    @Override
    public List<RouteState> routes() {
        Map<Integer, String> names = names();
        List<RouteState> states = new ArrayList<>();
        for (Route route : new Routes(socket).list()) {
            boolean mirrors = route.type() == RTN_LOCAL || route.type() == RTN_BROADCAST;
            // In a table of others, such as strongSwan's 220, it takes no packet: the look-up goes on.
            boolean passesOn = route.type() == RTN_THROW && route.table() != RouteState.MAIN;
            if (!mirrors && !passesOn) {
                states.add(new RouteState(
                        route.ipv4(),
                        route.table(),
                        Optional.ofNullable(names.get(route.outInterface())),
                        route.ipv4Source(),
                        route.mtu(),
                        RouteWords.of(route, names)));
            }
        }
        return states;
    }

    private Map<Integer, String> names() {
        Map<Integer, String> known = names;
        return known == null ? remember(links.list()) : known;
    }

    private Map<Integer, String> remember(List<Link> found) {
        Map<Integer, String> current = new HashMap<>();
        for (Link link : found) {
            current.put(link.index(), link.name());
        }
        names = current;
        return current;
    }

    @Override
    public List<ProgramState> programs(String keeper) {
        Link noting = link(keeper);
        NotedPrograms noted = noted();
        List<ProgramState> states = new ArrayList<>();
        for (ProgramRecord.Place place : ProgramRecord.in(noting.alias()).places()) {
            String device = place.device() == ProgramRecord.ITSELF ? keeper : names().get(place.device());
            if (device != null) {
                // What a monitor has left goes when ours are attached anew.
                states.add(new ProgramState(
                        device, keeper, noted.hasLeftObserver(noting, place) ? List.of() : noted.names(noting, place)));
            }
        }
        return states;
    }

    @Override
    public boolean recordsProgramsElsewhere(String keeper) {
        Optional<Link> noting = links.named(keeper);
        if (noting.isPresent()) {
            for (ProgramRecord.Place place :
                    ProgramRecord.in(noting.get().alias()).places()) {
                if (place.device() != ProgramRecord.ITSELF) {
                    return true;
                }
            }
        }
        return false;
    }

    /** On devices with addresses, as others carry no underlay. */
    @Override
    public List<ProgramState> strayPrograms() {
        Set<Integer> recorded = recordedPrograms();
        List<ProgramState> strays = new ArrayList<>();
        Set<Integer> asked = new HashSet<>();
        for (InterfaceAddress address : addresses.list()) {
            String name = names().get(address.index());
            if (name != null && asked.add(address.index())) {
                List<String> found = new ArrayList<>();
                noted().strays(address.index(), recorded).forEach(stray -> found.add(stray.name()));
                if (!found.isEmpty()) {
                    strays.add(new ProgramState(name, "", found));
                }
            }
        }
        return strays;
    }

    private Set<Integer> recordedPrograms() {
        Set<Integer> recorded = new HashSet<>();
        for (Link link : links.list()) {
            for (ProgramRecord.Place place : ProgramRecord.in(link.alias()).places()) {
                recorded.addAll(place.ids());
            }
        }
        return recorded;
    }

    @Override
    public Firewall firewall() {
        return firewall.ofOthers();
    }

    @Override
    public List<String> passedBy(String card, int port, Ipv4Prefix underlay, Firewall rules) {
        List<String> found = new ArrayList<>();
        PassedBy.ipsec(port).ifPresent(found::add);
        PassedBy.rules(socket).ifPresent(found::add);
        PassedBy.encapsulation(socket, underlay).ifPresent(found::add);
        PassedBy.legacy().ifPresent(found::add);
        PassedBy.firewall(rules, card, port, underlay).ifPresent(found::add);
        int index = index(card);
        Set<Integer> ours = recordedPrograms();
        // A stray one goes with the next change, and is in nobody's way.
        noted().strays(index, ours).forEach(stray -> ours.add(stray.id()));
        // A monitor takes no packet.
        ours.addAll(noted().observerIds(index));
        PassedBy.programs(socket, index, card, ours).ifPresent(found::add);
        return found;
    }

    @Override
    public Optional<String> withoutTrustInAddresses(String card) {
        return EthernetTrust.missing(
                card, links.named(card).map(Link::kind).orElse("").isEmpty());
    }

    @Override
    public Optional<String> ipsec() {
        return PassedBy.ipsec();
    }

    @Override
    public BridgedRules bridgedRules(
            String bridge, String tunnel, Ipv4Prefix overlay, boolean bridgedPassIptables, Firewall rules) {
        return PassedBy.bridged(rules, bridge, tunnel, overlay, bridgedPassIptables);
    }

    @Override
    public FanObserver.Attachment observePrograms(
            String device,
            String keeper,
            ProgramSpec spec,
            FanObserver observer,
            int fan,
            List<FanObserver.Filter> filters) {
        Link noting = link(keeper);
        Set<Integer> ids = new HashSet<>();
        ProgramRecord.in(noting.alias()).at(place(device, noting)).ifPresent(place -> ids.addAll(place.ids()));
        int index = index(device);
        FanObserver.Hooks hooks = has(KernelFeature.TCX)
                ? (hook, program) -> FanObserver.byLink(index, hook, program, ids)
                : (hook, program) -> ClsactObservers.attach(index, hook, program);
        return observer.attach(fan, spec.keptBy(noting.index(), noting.master()), hooks, filters);
    }

    @Override
    public Map<Counter, Long> counters(String keeper) {
        return noted().counters(link(keeper));
    }

    @Override
    public boolean isUdpPortHeld(int port) {
        return UdpPorts.isHeld(port);
    }

    @Override
    public Map<Counter, Instant> lastDrops(String keeper) {
        return noted().lastDrops(link(keeper));
    }

    @Override
    public void resetCounters(String keeper) {
        noted().resetCounters(link(keeper));
    }

    private NotedPrograms noted() {
        return new NotedPrograms(
                links, has(KernelFeature.TCX) ? new TcxHooks() : new ClsactHooks(new TrafficControl(socket), clsacts));
    }

    @Override
    public boolean learnsPathMtu() {
        return Sysctl.find("net.ipv4.ip_no_pmtu_disc").orElse("0").equals("0");
    }

    @Override
    public boolean has(KernelFeature feature) {
        KernelFeatures.Trial trial = features.trial(feature);
        RuntimeException cause = trial.cause();
        return switch (trial.result()) {
            case WORKS -> true;
            case LACKING -> {
                if (cause instanceof ErrnoException refused && feature.isOfEbpf()) {
                    throw unsupported("cannot run the fan's eBPF programs: " + refused.getMessage(), refused);
                }
                yield false;
            }
            case NOT_TRIED -> {
                if (cause != null && feature.isOfEbpf()) {
                    throw cause;
                }
                // A namespace to try in needs more rights than the fan itself, whose own change will tell.
                // Local users are tried in this one.
                yield feature != KernelFeature.LOCAL_USERS;
            }
            case FAILED -> {
                if (cause != null) {
                    throw cause;
                }
                yield false;
            }
        };
    }

    private static FanException unsupported(String what, ErrnoException e) {
        return new FanException(FanException.Reason.UNSUPPORTED, "this kernel " + what, List.of(), e);
    }

    @Override
    public List<NatTable.Entry> nat() {
        return firewall.nat(IpFamily.IPV4);
    }

    @Override
    public void replaceNat(List<NatTable.Entry> entries) {
        firewall.replaceNat(IpFamily.IPV4, entries);
    }

    @Override
    public List<PortTable.Entry> ports() {
        return firewall.ports();
    }

    @Override
    public void replacePorts(List<PortTable.Entry> entries) {
        firewall.replacePorts(entries);
    }

    @Override
    public List<TunnelTable.Entry> tunnelOnly() {
        return firewall.tunnelOnly();
    }

    @Override
    public void replaceTunnelOnly(List<TunnelTable.Entry> entries) {
        firewall.replaceTunnelOnly(entries);
    }

    @Override
    public Set<Integer> rootOnly() {
        try (LocalSenders senders = LocalSenders.of(NamespaceCookie.number())) {
            return senders.ports();
        } catch (ErrnoException e) {
            if (has(KernelFeature.LOCAL_USERS)) {
                throw e;
            }
            return Set.of();
        }
    }

    @Override
    public void setRootOnly(int port, boolean on) {
        try (LocalSenders senders = LocalSenders.of(NamespaceCookie.number())) {
            if (on) {
                senders.restrict(port);
            } else {
                senders.allow(port);
            }
        }
    }

    @Override
    public List<Iptables.Forward> forwards() {
        return firewall.forwards();
    }

    @Override
    public SourcePorts sourcePorts() {
        StringTokenizer words =
                new StringTokenizer(Sysctl.find("net.ipv4.ip_local_port_range").orElse(""));
        return words.countTokens() == 2
                ? new SourcePorts(Integer.parseInt(words.nextToken()), Integer.parseInt(words.nextToken()))
                : SourcePorts.DEFAULT;
    }

    @Override
    public boolean filtersBridgedFrames() {
        return Sysctl.isOn("net/bridge/bridge-nf-call-iptables");
    }

    @Override
    public boolean filtersBridgedIpv6() {
        return Sysctl.isOn("net/bridge/bridge-nf-call-ip6tables");
    }

    @Override
    public void addPass(Iptables.AcceptRule pass) {
        Iptables.add(pass);
    }

    @Override
    public void removePass(Iptables.AcceptRule pass) {
        Iptables.remove(pass);
    }

    @Override
    public Optional<DhcpServer> dhcp(String bridge) {
        return dnsmasq.running(bridge);
    }

    @Override
    public List<BlockPolicy> blocked() {
        return IpsecPolicies.blocking();
    }

    @Override
    public List<SecurityAssociation> associations() {
        return IpsecPolicies.associations();
    }

    @Override
    public Map<String, Long> ipsecDrops() {
        return IpsecPolicies.drops();
    }

    @Override
    public void block(BlockPolicy policy) {
        IpsecPolicies.add(policy);
    }

    @Override
    public void unblock(BlockPolicy policy) {
        IpsecPolicies.remove(policy);
    }

    @Override
    public List<FanConnections> connections() {
        return strongSwan.list();
    }

    @Override
    public Optional<String> withoutStrongSwan(Encryption.Method method) {
        return strongSwan.obstacle(method);
    }

    @Override
    public KeyExchange exchangeKeys(String name, Ipv4Address local, Ipv4Address remote) {
        return strongSwan.exchangeKeys(name, local, remote);
    }

    @Override
    public void putConnections(FanConnections connections) {
        strongSwan.put(connections);
    }

    @Override
    public void removeConnections(String name) {
        strongSwan.remove(name);
    }

    @Override
    public Credentials credentials(Encryption how, List<Ipv4Address> own) {
        try {
            return Credentials.read(how, own);
        } catch (IOException e) {
            throw new FanException(
                    FanException.Reason.INVALID,
                    "cannot take the " + (how.method() == Encryption.Method.PSK ? "key in " : "certificate in ")
                            + how.file() + ": " + DurableFile.reason(e),
                    List.of(),
                    e);
        }
    }

    @Override
    public boolean canServeDhcp() {
        return dnsmasq.isInstalled();
    }

    @Override
    public void startDhcp(DhcpServer server) {
        dnsmasq.start(server);
    }

    @Override
    public void stopDhcp(String bridge) {
        dnsmasq.stop(bridge);
    }

    @Override
    public void forgetLeases(String bridge) {
        dnsmasq.forget(bridge);
    }

    @Override
    public ForwardingState forwarding(List<String> devices) {
        return forwarding.read(devices, remember(links.list()), bridgesOfOthers());
    }

    @Override
    public void setForwarding(String device, boolean on) {
        if (!on && !Sysctl.isWritable("net/ipv4/conf/" + device + "/forwarding")) {
            // In a container that sees /proc/sys read-only. The device goes with the fan, and its switch with it.
            return;
        }
        if (links.named(device).isPresent()) {
            // A host that forwards everywhere believes no redirects; so a container's shall not count either. That it
            // does is told by
            // forwarding, which so is on only while the other is off.
            String redirects = "net/ipv4/conf/" + device + "/accept_redirects";
            if (on) {
                Sysctl.write(redirects, "0");
                Forwarding.set(device, true);
            } else {
                Forwarding.set(device, false);
                Sysctl.write(redirects, Sysctl.read("net.ipv4.conf.default.accept_redirects"));
            }
        } else if (on) {
            throw new ErrnoException("look up " + device, Errno.ENODEV);
        }
    }

    @Override
    public void forward(List<String> devices) {
        forwarding.forward(devices, remember(links.list()), devicesOfFans());
    }

    private List<String> devicesOfFans() {
        List<String> ours = new ArrayList<>();
        for (Link link : links.list()) {
            // The tunnel of a VXLAN fan is a bridge's port, of which nobody asks.
            if (Label.isOurs(link.alias()) && link.vxlan().isEmpty()) {
                ours.add(link.name());
            }
        }
        return ours;
    }

    @Override
    public void forwardEverywhere() {
        List<String> names = new ArrayList<>();
        for (Link link : links.list()) {
            if (!Label.isOurs(link.alias())) {
                names.add(link.name());
            }
        }
        forwarding.everywhere(names, remember(links.list()), bridgesOfOthers());
    }

    @Override
    public void restoreForwarding() {
        forwarding.restore(remember(links.list()), bridgesOfOthers(), devicesOfFans());
    }

    @Override
    public List<ForwardTable.Entry> forwardTable() {
        return firewall.forwardTable(IpFamily.IPV4);
    }

    @Override
    public void replaceForwardTable(List<ForwardTable.Entry> entries) {
        firewall.replaceForwardTable(IpFamily.IPV4, entries);
    }

    @Override
    public Ipv6Outside ipv6Outside(List<String> bridges) {
        return ipv6Gateway.read(bridges, remember(links.list()));
    }

    @Override
    public Ipv6Outside.Host ipv6Host() {
        List<Link> others = new ArrayList<>(links.list());
        Set<Integer> bridges = new HashSet<>();
        for (Link link : others) {
            if (link.kind().equals("bridge")) {
                bridges.add(link.index());
            }
        }
        // What comes in by a bridge's port comes in by the bridge.
        others.removeIf(link ->
                Label.isOurs(link.alias()) || Kernel.isTemporary(link.name()) || bridges.contains(link.master()));
        Map<Integer, String> names = new HashMap<>();
        others.forEach(link -> names.put(link.index(), link.name()));
        return ipv6Gateway.host(socket, names);
    }

    @Override
    public void setIpv6Outside(Ipv6Outside outside) {
        ipv6Gateway.set(outside, remember(links.list()), devicesOfFans());
    }

    private List<String> bridgesOfOthers() {
        List<String> bridges = new ArrayList<>();
        for (Link link : links.list()) {
            if (link.kind().equals("bridge") && !Label.isOurs(link.alias()) && !Kernel.isTemporary(link.name())) {
                bridges.add(link.name());
            }
        }
        return bridges;
    }

    @Override
    public List<Ipv4Address> nameServers() {
        return NameServers.inUse();
    }

    @Override
    public List<Ipv4Address> nameServersForContainers() {
        return NameServers.forContainers();
    }

    @Override
    public List<DhcpReservation> reservations() {
        return DhcpReservation.ofThisHost();
    }

    @Override
    public List<DhcpLease> leases(String bridge) {
        return dnsmasq.leases(bridge);
    }

    @Override
    public void createLink(String temporaryName, LinkSpec spec) {
        if (spec instanceof LinkSpec.Ipip) {
            requireIpipDelivery();
        }
        try {
            links.create(spec.match(new NewLinks(temporaryName)));
        } catch (ErrnoException e) {
            throw e.errno() == Errno.EOPNOTSUPP ? unsupported(spec.match(new Missing()), e) : e;
        }
        if (spec instanceof LinkSpec.Bridge bridge) {
            setIpv6(temporaryName, bridge.ipv6() ? Ipv6Switches.ROUTER : Ipv6Switches.OFF);
            if (bridge.arpAnnounce() != 0) {
                setArpAnnounce(temporaryName, bridge.arpAnnounce());
            }
        }
    }

    /** What lacks the device altogether is told by the attempt to make it. */
    private void requireIpipDelivery() {
        KernelFeatures.Trial trial = features.trial(KernelFeature.IPIP);
        if (trial.result() == KernelFeatures.Result.LACKING && trial.cause() == null) {
            throw new FanException(
                    FanException.Reason.UNSUPPORTED,
                    "this kernel hands the programs on an IPIP tunnel packets with their outer headers, as before Linux 5.14, and guard would"
                            + " drop them all; use VXLAN, which is --type vxlan");
        }
    }

    /** Devices as netlink makes them. */
    private record NewLinks(String name) implements LinkSpec.Cases<NewLink> {
        @Override
        public NewLink vxlan(LinkSpec.Vxlan link) {
            return NewLink.externalVxlan(name, link.port(), link.vniFilter())
                    .mac(link.mac())
                    .mtu(link.mtu());
        }

        @Override
        public NewLink ipip(LinkSpec.Ipip link) {
            return NewLink.externalIpip(name).mtu(link.mtu());
        }

        @Override
        public NewLink bridge(LinkSpec.Bridge link) {
            return NewLink.bridge(name).mac(link.mac()).mtu(link.mtu());
        }
    }

    /** What a kernel lacks that does not know a kind of device. */
    private static final class Missing implements LinkSpec.Cases<String> {
        @Override
        public String vxlan(LinkSpec.Vxlan link) {
            return "has no VXLAN devices (CONFIG_VXLAN); try \"modprobe vxlan\"";
        }

        @Override
        public String ipip(LinkSpec.Ipip link) {
            return "has no IPIP devices (CONFIG_NET_IPIP); try \"modprobe ipip\"";
        }

        @Override
        public String bridge(LinkSpec.Bridge link) {
            return "has no bridges (CONFIG_BRIDGE); try \"modprobe bridge\"";
        }
    }

    @Override
    public void renameWithAlias(String temporaryName, String name, String alias) {
        links.renameWithAlias(index(temporaryName), name, alias);
    }

    @Override
    public void replaceTunnel(String name, LinkSpec.Vxlan spec, int vni, ProgramSpec programs) {
        Link old = link(name);
        List<Ipv6State.Entry> entries =
                old.master() == 0 ? List.of() : ipv6Links().entries(old);
        String fresh = TEMPORARY_TUNNEL;
        deleteLink(fresh);
        createLink(fresh, spec);
        try {
            if (spec.vniFilter()) {
                addVni(fresh, vni);
            }
            // What it records is not attached to the new one and so means nothing there, except where the counters are.
            links.setAlias(index(fresh), ProgramRecord.in(old.alias()).appendedTo(""));
            attachPrograms(fresh, fresh, programs);
            if (old.master() != 0) {
                links.setMaster(index(fresh), old.master());
                for (Ipv6State.Entry entry : entries) {
                    ipv6Links().put(index(fresh), entry);
                }
            }
            takePlace(link(fresh), old);
        } catch (RuntimeException e) {
            deleteLink(fresh);
            throw e;
        }
        links.delete(old.index());
    }

    /** Both cannot be up at once, as they have the same port. The names come later: each step between down and up takes its time. */
    private void takePlace(Link fresh, Link old) {
        String alias = ProgramRecord.in(fresh.alias()).appendedTo(ProgramRecord.without(old.alias()));
        try {
            links.setUp(old.index(), false);
            links.setUp(fresh.index(), old.up());
            links.rename(old.index(), REPLACED_TUNNEL);
            rename(fresh, old.name(), alias, old.up());
        } catch (RuntimeException e) {
            try {
                links.delete(fresh.index());
                links.rename(old.index(), old.name());
                links.setUp(old.index(), old.up());
            } catch (RuntimeException back) {
                e.addSuppressed(back);
            }
            throw e;
        }
    }

    /** Before Linux 6.2 a device that is up cannot have another name. */
    private void rename(Link fresh, String name, String alias, boolean up) {
        try {
            links.renameWithAlias(fresh.index(), name, alias);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
            links.setUp(fresh.index(), false);
            links.renameWithAlias(fresh.index(), name, alias);
            links.setUp(fresh.index(), up);
        }
    }

    @Override
    public void setAlias(String link, String alias) {
        Link now = link(link);
        links.setAlias(now.index(), ProgramRecord.in(now.alias()).appendedTo(alias));
    }

    @Override
    public void setMtu(String link, int mtu) {
        links.setMtu(index(link), mtu);
    }

    @Override
    public void setRemembering(String bridge, boolean on) {
        links.setAgeing(index(bridge), on ? TWENTY_DAYS : FIVE_MINUTES);
    }

    @Override
    public void setSpanningTree(String link, boolean on) {
        links.setSpanningTree(index(link), on);
    }

    /** Not where there is no IPv6, and not in a container that sees /proc/sys read-only; there gate alone keeps it away. */
    @Override
    public void setIpv6(String bridge, Ipv6Switches switches) {
        index(bridge);
        String off = ipv6Off(bridge);
        if (!Sysctl.isWritable(off)) {
            return;
        }
        if (!switches.on()) {
            Sysctl.write(off, "1");
        }
        // Before it is on. A second barrier behind gate; and nobody has to be asked for addresses that are this
        // host's by arithmetic.
        Sysctl.write(ipv6(bridge, "accept_ra"), Integer.toString(switches.acceptRa()));
        Sysctl.write(ipv6(bridge, "accept_dad"), Integer.toString(switches.acceptDad()));
        // By itself this forwards nothing, for which the host's own switch would have to be on. It lets the host
        // say that it is a router there; a container forgets a default route by a neighbour that says it is none.
        if (switches.router()) {
            ipv6Gateway.makeRouter(bridge, remember(links.list()).values());
        } else {
            Sysctl.write(ipv6(bridge, "forwarding"), "0");
        }
        if (switches.on()) {
            Sysctl.write(off, "0");
        }
    }

    @Override
    public Ipv6Switches ipv6Switches(String bridge) {
        return new Ipv6Switches(
                Sysctl.find(ipv6Off(bridge)).filter("0"::equals).isPresent(),
                Sysctl.isOn(ipv6(bridge, "forwarding")),
                number(ipv6(bridge, "accept_ra")),
                number(ipv6(bridge, "accept_dad")));
    }

    private static int number(String key) {
        return Sysctl.find(key).map(Integer::parseInt).orElse(0);
    }

    @Override
    public boolean hasIpv6() {
        return Sysctl.find("net/ipv6/conf/default/disable_ipv6").isPresent();
    }

    private Ipv6Links ipv6Links() {
        return new Ipv6Links(socket, names());
    }

    @Override
    public Ipv6State ipv6(List<String> bridges) {
        return ipv6Links().read(bridges);
    }

    @Override
    public List<Ipv6State.Route> ipv6Routes() {
        return ipv6Links().routes(true);
    }

    @Override
    public void putIpv6(Ipv6State.Part part) {
        ipv6Links().put(index(part.link()), part);
    }

    @Override
    public void deleteIpv6(Ipv6State.Part part) {
        links.named(part.link()).ifPresent(link -> ipv6Links().delete(link.index(), part));
    }

    @Override
    public void setArpAnnounce(String bridge, int arpAnnounce) {
        links.setArpAnnounce(index(bridge), arpAnnounce);
    }

    private static String ipv6Off(String device) {
        return ipv6(device, "disable_ipv6");
    }

    private static String ipv6(String device, String key) {
        return "net/ipv6/conf/" + device + "/" + key;
    }

    @Override
    public void setMac(String link, MacAddress mac) {
        links.setMac(index(link), mac);
    }

    @Override
    public void setUp(String link, boolean up) {
        Optional<Link> found = links.named(link);
        if (!up && found.isEmpty()) {
            return;
        }
        try {
            links.setUp(index(link), up);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EADDRINUSE && found.flatMap(Link::vxlan).isPresent()) {
                int port = found.flatMap(Link::vxlan).get().port();
                throw new FanException(FanException.Reason.CONFLICT, LinkSpec.Vxlan.heldBySocket(port), List.of(), e);
            }
            throw e;
        }
    }

    @Override
    public void setMaster(String link, Optional<String> bridge) {
        if (bridge.isPresent()) {
            links.setMaster(index(link), index(bridge.get()));
            return;
        }
        Optional<Link> found = links.named(link);
        if (found.isPresent()) {
            links.setMaster(found.get().index(), 0);
        }
    }

    @Override
    public void deleteLink(String name) {
        Optional<Link> link = links.named(name);
        if (link.isPresent() && (Label.isOurs(link.get().alias()) || Kernel.isTemporary(name))) {
            if (link.get().kind().equals("bridge")) {
                ipv6Gateway.settle(remember(links.list()).values());
            }
            links.delete(link.get().index(), name);
            if (!ProgramRecord.in(link.get().alias()).places().isEmpty()) {
                NotedPrograms.sweep(links);
            }
        }
    }

    @Override
    public void addVni(String tunnel, int vni) {
        try {
            new VniFilter(socket).add(index(tunnel), vni);
        } catch (ErrnoException e) {
            throw e.errno() == Errno.EOPNOTSUPP ? unsupported("cannot filter VNIs; Linux 5.18 and later can", e) : e;
        }
    }

    @Override
    public void removeVni(String tunnel, int vni) {
        new VniFilter(socket).delete(index(tunnel), vni);
    }

    @Override
    public void attachPrograms(String device, String keeper, ProgramSpec spec) {
        Link noting = link(keeper);
        int place = place(device, noting);
        boolean elsewhere = place != ProgramRecord.ITSELF;
        Optional<BpfMap> counters = elsewhere && tunnelCounters.containsKey(noting.index())
                ? Optional.of(tunnelCounters.remove(noting.index()))
                : NotedPrograms.countersToKeep(noting);
        ProgramSpec kept = spec.keptBy(noting.index(), noting.master());
        try (FanPrograms programs =
                counters.isPresent() ? FanPrograms.load(kept, counters.get()) : FanPrograms.load(kept)) {
            noted().attach(noting, place, programs);
            boolean shared = spec instanceof FastProgramSpec
                    || spec instanceof DirectProgramSpec direct && direct.fast().isPresent();
            if (shared) {
                // Of programs that these replace, as where the next step has failed and those before it come back.
                Optional.ofNullable(tunnelCounters.put(noting.index(), programs.keepCounters()))
                        .ifPresent(BpfMap::close);
            }
        }
    }

    /** How the note of the keeper calls the device. */
    private int place(String device, Link keeper) {
        return device.equals(keeper.name()) ? ProgramRecord.ITSELF : index(device);
    }

    @Override
    public void detachPrograms(String device, String keeper) {
        Optional<Link> having = links.named(device);
        if (keeper.isEmpty()) {
            having.ifPresent(link -> noted().detachStrays(link.index(), recordedPrograms()));
            return;
        }
        Optional<Link> noting = links.named(keeper);
        if (noting.isPresent() && having.isPresent()) {
            noted().detach(
                            noting.get(),
                            device.equals(keeper)
                                    ? ProgramRecord.ITSELF
                                    : having.get().index());
        }
    }

    @Override
    public void addAddress(AddressState address) {
        addresses.add(InterfaceAddress.of(index(address.link()), address.address(), address.prefixLength(), PROTOCOL));
    }

    @Override
    public void deleteAddress(AddressState address) {
        Optional<Link> link = links.named(address.link());
        if (link.isEmpty()) {
            return;
        }
        int index = link.get().index();
        // The kernel takes those that came later to the same network with it: those of the fan's other slices.
        boolean takesOthers =
                takesOthers(index, address) && !Sysctl.isOn("net/ipv4/conf/" + address.link() + "/promote_secondaries");
        if (takesOthers) {
            links.setPromoteSecondaries(index, true);
        }
        try {
            addresses.delete(InterfaceAddress.of(index, address.address(), address.prefixLength(), PROTOCOL));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EADDRNOTAVAIL) {
                throw e;
            }
        } finally {
            if (takesOthers) {
                links.setPromoteSecondaries(index, false);
            }
        }
    }

    private boolean takesOthers(int index, AddressState going) {
        boolean first = false;
        boolean others = false;
        for (InterfaceAddress each : addresses.list()) {
            boolean itself = each.ipv4().equals(going.address()) && each.prefixLength() == going.prefixLength();
            first |= each.index() == index && itself && !each.secondary();
            others |= each.index() == index && each.secondary();
        }
        return first && others;
    }

    @Override
    public void putRoute(RouteState route) {
        new Routes(socket).replace(route(route, index(route.link().orElseThrow())));
    }

    @Override
    public void deleteRoute(RouteState route) {
        Optional<Link> link = links.named(route.link().orElseThrow());
        if (link.isEmpty()) {
            return;
        }
        try {
            new Routes(socket).delete(route(route, link.get().index()));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    private static Route route(RouteState state, int index) {
        Route route = Route.direct(state.destination(), index, PROTOCOL).withMtu(state.mtu());
        return state.source().map(route::withPreferredSource).orElse(route);
    }

    @Override
    public void close() {
        tunnelCounters.values().forEach(BpfMap::close);
        firewall.close();
        socket.close();
    }

    @Override
    public int index(String name) {
        return link(name).index();
    }

    private Link link(String name) {
        return links.named(name).orElseThrow(() -> new ErrnoException("look up " + name, Errno.ENODEV));
    }
}
