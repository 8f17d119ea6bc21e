package io.fanatic.netlink.engine;

import io.fanatic.core.Delivery;
import io.fanatic.core.Direct;
import io.fanatic.core.FanException;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.CardProgramSpec;
import io.fanatic.netlink.bpf.DirectGuardSpec;
import io.fanatic.netlink.bpf.DirectProgramSpec;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FastProgramSpec;
import io.fanatic.netlink.bpf.GateProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.firewall.ForwardTable;
import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.firewall.NatTable;
import io.fanatic.netlink.firewall.PortTable;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.ForwardingState;
import io.fanatic.netlink.kernel.Ipv6Outside;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import io.fanatic.netlink.resource.AcceptResource;
import io.fanatic.netlink.resource.AddressResource;
import io.fanatic.netlink.resource.BlockResource;
import io.fanatic.netlink.resource.BridgeResource;
import io.fanatic.netlink.resource.DeviceForwardingResource;
import io.fanatic.netlink.resource.DhcpResource;
import io.fanatic.netlink.resource.ForwardTableResource;
import io.fanatic.netlink.resource.ForwardingResource;
import io.fanatic.netlink.resource.Ipv6AddressResource;
import io.fanatic.netlink.resource.Ipv6OutsideResource;
import io.fanatic.netlink.resource.NatResource;
import io.fanatic.netlink.resource.PortResource;
import io.fanatic.netlink.resource.PortTableResource;
import io.fanatic.netlink.resource.ProgramsResource;
import io.fanatic.netlink.resource.RememberingResource;
import io.fanatic.netlink.resource.Resource;
import io.fanatic.netlink.resource.RouteResource;
import io.fanatic.netlink.resource.StrongSwanResource;
import io.fanatic.netlink.resource.TunnelTableResource;
import io.fanatic.netlink.resource.UpResource;
import io.fanatic.netlink.route.BlockPolicy;
import io.fanatic.netlink.strongswan.FanConnections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The resources of fans, in the order in which they are made: nothing passes a tunnel before its guard is attached, and the
 * bridge is complete before it comes up. Twice: as they {@linkplain #desired should be} and as they {@linkplain #observed
 * are}.
 */
final class DesiredState {
    private static final Ipv4Prefix ANYBODY = Ipv4Prefix.parse("0.0.0.0/0");

    private final boolean setsLocalAddress;
    private final boolean learnsPathMtu;
    private final Kernel kernel;
    private final Map<Fan, Optional<String>> obstacles = new HashMap<>();
    private final Map<Fan, Optional<String>> directObstacles = new HashMap<>();

    /** @param kernel is asked for what does not change while we work, and for name servers where there is DHCP */
    DesiredState(Kernel kernel) {
        setsLocalAddress = kernel.has(KernelFeature.LOCAL_ADDRESS);
        learnsPathMtu = kernel.learnsPathMtu();
        this.kernel = kernel;
    }

    /**
     * All resources of one fan as it should be, without those that all fans share.
     *
     * @param vniFilter whether its tunnel shares its port with others
     */
    List<Resource> desired(Fan fan, boolean vniFilter, HostState host) {
        boolean bridged = fan.delivery() == Delivery.BRIDGED;
        List<Resource> resources = new ArrayList<>(tunnels(fan).desired(fan, vniFilter, host));
        resources.add(new BridgeResource(
                fan.bridge(),
                MacAddress.ofBridge(fan.overlay(), fan.macSeed()),
                fan.mtu(),
                false,
                fan.ipv6().isPresent(),
                BridgeResource.OWN_SENDER,
                fan.label().toString()));
        resources.add(new ProgramsResource(fan.bridge(), gate(fan)));
        if (bridged) {
            resources.add(new PortResource(fan.tunnel(), fan.bridge()));
        }
        for (FanSlice slice : fan.slices()) {
            for (int i = 0; i < slice.hostReserve(); i++) {
                resources.add(new AddressResource(
                        new AddressState(fan.bridge(), slice.hostAddress().plus(i), fan.prefixLength())));
            }
        }
        forwards(fan.bridge(), host, resources);
        if (bridged) {
            resources.add(new UpResource(fan.tunnel()));
        }
        resources.add(new UpResource(fan.bridge()));
        if (!bridged && !fan.slices().isEmpty()) {
            resources.add(new RouteResource(
                    fan.overlay(), fan.tunnel(), Optional.of(fan.slices().get(0).hostAddress()), fan.mtu()));
        }
        resources.addAll(Ipv6Overlay.desired(fan));
        resources.addAll(cardGuard(fan, host));
        if (fan.direct() != Direct.OFF) {
            resources.add(new RememberingResource(fan.bridge()));
        }
        resources.addAll(directGuard(fan, host));
        if (!fan.dhcp().isEmpty()) {
            resources.add(new DhcpResource(
                    DhcpServer.of(fan.bridge(), fan.mtu(), fan.delivery(), leasing(fan), fan.shares(), nameServers(fan))
                            .reserving(kernel.reservations())
                            .advertising(Ipv6Overlay.slices(fan, fan.dhcp()))));
        }
        return resources;
    }

    /**
     * What DHCP tells clients to ask. Where names are served, nobody beside that server: a client that asks two at once takes the first
     * answer, and others deny the fan's names.
     */
    List<Ipv4Address> nameServers(Fan fan) {
        if (!fan.names()) {
            return kernel.nameServersForContainers();
        }
        List<Ipv4Address> servers = new ArrayList<>();
        for (FanSlice slice : leasing(fan)) {
            servers.add(slice.hostAddress());
        }
        return servers;
    }

    /** Whether a socket has a UDP port. */
    boolean isUdpPortHeld(int port) {
        return kernel.isUdpPortHeld(port);
    }

    boolean hasIpv6() {
        return kernel.hasIpv6();
    }

    /** The host's IPv6 routes. */
    List<Ipv6State.Route> ipv6Routes() {
        return kernel.ipv6Routes();
    }

    /** A device of ours forwards; one that is yet to be made does so by itself where the host forwards everywhere. */
    static void forwards(String device, HostState host, List<Resource> resources) {
        if (!host.forwarding().isSettled() || host.link(device).isPresent()) {
            resources.add(new DeviceForwardingResource(device));
        }
    }

    /** What is there of one fan, in the same order; a resource that is not as it can be (a stranger's device) is not listed. */
    List<Resource> observed(Fan fan, HostState host) {
        List<Resource> resources = new ArrayList<>(tunnels(fan).observed(fan, host));
        Optional<LinkState> tunnel =
                host.link(fan.tunnel()).filter(link -> link.isOurs() && fan.delivery() == Delivery.BRIDGED);
        Optional<LinkState> bridge = host.link(fan.bridge()).filter(LinkState::isOurs);
        bridge.ifPresent(link -> {
            resources.add(bridge(link));
            if (!fan.slices().isEmpty()) {
                resources.addAll(host.programs(link.name(), gate(fan)));
            }
        });
        tunnel.flatMap(LinkState::master).ifPresent(master -> resources.add(new PortResource(fan.tunnel(), master)));
        for (AddressState address : host.addresses()) {
            if (bridge.isPresent()
                    && address.link().equals(fan.bridge())
                    && fan.overlay().contains(address.address())) {
                resources.add(new AddressResource(address));
            }
        }
        bridge.filter(link -> host.forwarding().on().contains(link.name()))
                .ifPresent(link -> resources.add(new DeviceForwardingResource(link.name())));
        tunnel.filter(LinkState::up).ifPresent(link -> resources.add(new UpResource(link.name())));
        bridge.filter(LinkState::up).ifPresent(link -> resources.add(new UpResource(link.name())));
        if (fan.delivery() == Delivery.ROUTED
                && host.link(fan.tunnel()).filter(LinkState::isOurs).isPresent()) {
            for (RouteState route : host.routes()) {
                if (route.link().equals(Optional.of(fan.tunnel()))
                        && route.table() == RouteState.MAIN
                        && route.destination().equals(fan.overlay())) {
                    resources.add(new RouteResource(route.destination(), fan.tunnel(), route.source(), route.mtu()));
                }
            }
        }
        if (bridge.isPresent()) {
            resources.addAll(Ipv6Overlay.observed(fan, host));
        }
        if (fan.delivery() == Delivery.BRIDGED) {
            Optional<ProgramSpec> guard = fan.slices().isEmpty() ? Optional.empty() : Optional.of(cardPrograms(fan));
            resources.addAll(host.programsElsewhere(fan.tunnel(), ProgramsResource.FAST_PATH, guard));
            bridge.filter(LinkState::remembers).ifPresent(link -> resources.add(new RememberingResource(link.name())));
            resources.addAll(observedDirectGuard(fan, host));
        }
        DhcpServer server = host.dhcp().get(fan.bridge());
        if (server != null) {
            resources.add(new DhcpResource(server));
        }
        return resources;
    }

    private static BridgeResource bridge(LinkState link) {
        return new BridgeResource(
                link.name(),
                link.mac(),
                link.mtu(),
                link.spanningTree(),
                link.ipv6(),
                link.arpAnnounce(),
                link.alias());
    }

    /** What is there of a fan in a bridge that is to become its own, see {@link HostState#adoptable}; mostly nothing. */
    List<Resource> adopted(Fan fan, HostState host) {
        List<Resource> resources = new ArrayList<>();
        host.adoptable(fan).ifPresent(link -> {
            resources.add(bridge(link));
            for (AddressState address : host.addresses()) {
                if (address.link().equals(link.name())) {
                    resources.add(new AddressResource(address));
                }
            }
            if (fan.ipv6().isEmpty()) {
                // They end when IPv6 is switched off there, and what is undone brings them back.
                for (Ipv6State.Address address :
                        kernel.ipv6(List.of(link.name())).addresses()) {
                    resources.add(new Ipv6AddressResource(address));
                }
            }
            if (host.forwarding().on().contains(link.name())) {
                resources.add(new DeviceForwardingResource(link.name()));
            }
            if (link.up()) {
                resources.add(new UpResource(link.name()));
            }
        });
        return resources;
    }

    /** The resources that all fans of a host share. */
    List<Resource> desiredShared(List<Fan> fans, HostState host) {
        List<Resource> resources = new ArrayList<>();
        List<NatTable.Entry> nat = new ArrayList<>();
        List<Fan> ordered = new ArrayList<>(fans);
        // As HostState lists them: the same fans shall give the same table.
        ordered.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        for (Fan fan : ordered) {
            for (FanSlice slice : fan.nat() ? fan.slices() : List.<FanSlice>of()) {
                nat.add(new NatTable.Entry(slice.cidr(), fan.overlay()));
            }
        }
        desiredForwarding(fans, host, resources);
        if (!nat.isEmpty()) {
            resources.add(new NatResource(nat));
        }
        List<TunnelTable.Entry> tunnels = ownTunnels(ordered);
        for (Fan fan : ordered) {
            TunnelTable.Entry halfSeen = TunnelTable.Entry.halfSeen(fan.bridge());
            // It stays when the rule goes, as it does no harm without.
            if (fan.direct() != Direct.OFF
                    && (host.tunnelOnly().contains(halfSeen)
                            || DirectPath.bridgedRules(fan, host, kernel)
                                    .droppingInvalid()
                                    .isPresent())) {
                tunnels.add(halfSeen);
            }
        }
        if (!tunnels.isEmpty()) {
            resources.add(new TunnelTableResource(tunnels));
        }
        List<PortTable.Entry> ports = closedPorts(ordered);
        if (!ports.isEmpty()) {
            resources.add(new PortTableResource(ports));
        }
        resources.addAll(blocked(ordered));
        for (Iptables.Forward forward : host.forwards()) {
            for (Fan fan : ordered) {
                desiredPasses(fan, forward, host, resources);
            }
        }
        for (TunnelType type : TunnelType.values()) {
            resources.addAll(Tunnels.of(type, this).desiredShared(ordered, host));
        }
        return resources;
    }

    /**
     * The host's devices forward, as answers from outside come in by them, and to each other they forward nothing. Those that forward
     * already do that without us: they are neither switched nor filtered. Once switched they stay so, whether they have an address at the
     * moment or not. Where the host forwards everywhere all that is somebody
     * else's, and so it stays; but what an earlier version of ours did to it is set back.
     */
    private static void desiredForwarding(List<Fan> fans, HostState host, List<Resource> resources) {
        ForwardingState now = host.forwarding();
        if (fans.isEmpty()) {
            return;
        }
        if (now.isSettled()) {
            if (now.ours().isEverywhere()) {
                resources.add(new ForwardingResource(true, List.of()));
            }
            return;
        }
        Set<String> outer = host.outer();
        for (Fan fan : fans) {
            outer.remove(fan.bridge());
        }
        if (now.ours() == ForwardingState.Ours.DEVICES) {
            outer.addAll(now.switched());
        }
        Set<String> devices = new TreeSet<>(outer);
        devices.removeAll(now.others());
        if (!devices.isEmpty()) {
            resources.add(new ForwardTableResource(List.of(entry(devices, outer, host.closed(), host))));
            resources.add(new ForwardingResource(false, List.copyOf(devices)));
        }
    }

    /**
     * What leads IPv6 of the fans to outside, as {@link #desiredForwarding} has it for IPv4. Nothing, as long as no default route of the
     * host leads there; once there is something it stays, whatever becomes of a default route that routers advertise.
     *
     * @param outside what the host has beside the fans
     */
    Optional<Ipv6Outside> ipv6Outside(List<Fan> fans, HostState host, Ipv6Outside.Host outside) {
        List<NatTable.Entry> nat = new ArrayList<>();
        Set<String> bridges = new TreeSet<>();
        List<Fan> ordered = new ArrayList<>(fans);
        ordered.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        for (Fan fan : ordered) {
            if (fan.nat() && fan.ipv6().isPresent()) {
                for (Ipv4Address owner : fan.underlayAddresses()) {
                    nat.add(new NatTable.Entry(
                            fan.ipv6().get().sliceOf(owner), fan.ipv6().get().overlay()));
                    bridges.add(fan.bridge());
                }
            }
        }
        Ipv6Outside now = host.ipv6Outside();
        if (nat.isEmpty() || outside.devices().isEmpty() && now.nat().isEmpty()) {
            return Optional.empty();
        }
        if (outside.everywhere() || !outside.possible()) {
            return Optional.of(new Ipv6Outside(nat, List.of(), List.of(), List.of()));
        }
        Set<String> outer = new TreeSet<>(outside.devices());
        outer.addAll(now.devices());
        Set<String> devices = new TreeSet<>(outer);
        devices.removeAll(outside.forwarding());
        Set<String> closing = new TreeSet<>(devices);
        if (!outside.byDevice()) {
            // These forward as well, then.
            for (Fan fan : ordered) {
                if (fan.ipv6().isPresent() && !fan.nat()) {
                    closing.add(fan.bridge());
                }
            }
        }
        List<ForwardTable.Entry> closed = new ArrayList<>();
        if (!devices.isEmpty()) {
            closed.add(entry(closing, outer, now.closed(), host));
        }
        return Optional.of(new Ipv6Outside(nat, List.copyOf(bridges), List.copyOf(devices), closed));
    }

    /** Devices that have gone may stay in the table, as they do no harm there. */
    private static ForwardTable.Entry entry(
            Set<String> in, Set<String> out, List<ForwardTable.Entry> before, HostState host) {
        Set<String> from = new TreeSet<>(in);
        Set<String> to = new TreeSet<>(out);
        for (ForwardTable.Entry there : before) {
            addGone(there.in(), from, host);
            addGone(there.out(), to, host);
        }
        return new ForwardTable.Entry(List.copyOf(from), List.copyOf(to));
    }

    private static void addGone(List<String> names, Set<String> all, HostState host) {
        for (String name : names) {
            if (host.link(name).isEmpty()) {
                all.add(name);
            }
        }
    }

    private static void observedForwarding(HostState host, List<Resource> resources) {
        if (!host.closed().isEmpty()) {
            resources.add(new ForwardTableResource(host.closed()));
        }
        ForwardingState now = host.forwarding();
        if (now.ours().isEverywhere()) {
            resources.add(new ForwardingResource(true, List.of()));
        } else if (now.ours() == ForwardingState.Ours.DEVICES) {
            resources.add(new ForwardingResource(false, now.switched()));
        }
    }

    /**
     * What a policy of drop would eat of a fan: routed packets of an IPIP fan, bridged frames of a VXLAN fan where these pass the same
     * chain, and what leaves the overlay by the host's ways out, with its answers. A rule of ours stays while the fan does, lest it comes and goes with the policy.
     */
    private static void desiredPasses(Fan fan, Iptables.Forward forward, HostState host, List<Resource> resources) {
        if (!fan.accept() || fan.slices().isEmpty()) {
            return;
        }
        boolean routed = fan.delivery() == Delivery.ROUTED;
        boolean eaten = forward.drops()
                && (routed || host.filtersBridgedFrames() && !forward.others().contains(fan.bridge()));
        String outside = routed ? fan.tunnel() : fan.bridge();
        List<Iptables.AcceptRule> both = new ArrayList<>();
        both.add(new Iptables.AcceptRule(forward.backend(), forward.chain(), outside, fan.bridge()));
        if (routed) {
            both.add(new Iptables.AcceptRule(forward.backend(), forward.chain(), fan.bridge(), outside));
        }
        for (Iptables.AcceptRule pass : both) {
            addPass(pass, eaten, forward, resources);
        }
        boolean cutOff = forward.drops() && !forward.leaving().contains(fan.bridge());
        for (String device : fan.nat() ? waysOut(fan, host) : Set.<String>of()) {
            Iptables.Backend backend = forward.backend();
            addPass(
                    Iptables.AcceptRule.outside(backend, fan.bridge(), device, Iptables.Traffic.OUT),
                    cutOff,
                    forward,
                    resources);
            addPass(
                    Iptables.AcceptRule.outside(backend, device, fan.bridge(), Iptables.Traffic.ANSWERS),
                    cutOff,
                    forward,
                    resources);
        }
    }

    private static void addPass(
            Iptables.AcceptRule pass, boolean needed, Iptables.Forward forward, List<Resource> resources) {
        boolean there = forward.ours().stream()
                .anyMatch(one ->
                        one.in().equals(pass.in()) && one.out().equals(pass.out()) && one.traffic() == pass.traffic());
        if (needed || there) {
            resources.add(new AcceptResource(pass));
        }
    }

    /** The devices by which containers reach the world: those of the fan's underlay and of default routes. */
    private static Set<String> waysOut(Fan fan, HostState host) {
        Set<String> devices = new TreeSet<>();
        for (AddressState address : host.addresses()) {
            if (fan.underlayAddresses().contains(address.address())) {
                devices.add(address.link());
            }
        }
        for (RouteState route : host.routes()) {
            if (route.destination().prefixLength() == 0 && route.table() == RouteState.MAIN) {
                route.link().ifPresent(devices::add);
            }
        }
        devices.retainAll(host.outer());
        return devices;
    }

    /** What is left of tunnels after the last of the bridges, which tell of their fans, was deleted by somebody. */
    List<Resource> orphans(HostState host) {
        List<Resource> resources = new ArrayList<>();
        for (TunnelType type : TunnelType.values()) {
            resources.addAll(Tunnels.of(type, this).orphans(host));
        }
        resources.addAll(strays(host));
        return resources;
    }

    /** Fans that share a port share what may come in by it: one of them that wants it closed closes it to the underlays of all. */
    private static List<PortTable.Entry> closedPorts(List<Fan> fans) {
        Set<Integer> closed = new TreeSet<>();
        for (Fan fan : fans) {
            if (fan.transport().underlayOnly() && fan.transport().udpPort().isPresent()) {
                closed.add(fan.transport().udpPort().getAsInt());
            }
        }
        List<PortTable.Entry> entries = new ArrayList<>();
        for (int port : closed) {
            Set<Ipv4Prefix> underlays = new TreeSet<>();
            for (Fan fan : fans) {
                if (fan.transport().udpPort().equals(OptionalInt.of(port))) {
                    underlays.add(fan.mapping().underlay());
                }
            }
            entries.add(new PortTable.Entry(port, List.copyOf(underlays)));
        }
        return entries;
    }

    /** What keeps clear text from travelling, whether it is encrypted or not. */
    private static List<Resource> blocked(List<Fan> fans) {
        List<Resource> resources = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.encryption().isPresent()) {
                int port = fan.transport().udpPort().orElse(0);
                resources.add(
                        new BlockResource(new BlockPolicy(false, fan.mapping().underlay(), port)));
                resources.add(new BlockResource(new BlockPolicy(true, ANYBODY, port)));
            }
        }
        return resources;
    }

    /**
     * What encrypts, after all that a fan is made of: see {@link StrongSwanResource#goesFirst}. What strongSwan has of a fan stays as it is
     * where that cannot be told anew, lest another fan's change fails by it; of the fan that is changed, that has been asked before.
     */
    List<Resource> encryption(List<Fan> fans, HostState host) {
        List<Resource> resources = new ArrayList<>();
        for (Fan fan : fans) {
            if (fan.encryption().isPresent() && !fan.slices().isEmpty()) {
                Optional<FanConnections> now = host.connections(fan);
                boolean stays = now.isPresent()
                        && kernel.withoutStrongSwan(fan.encryption().get().method())
                                .isPresent();
                (stays ? now : connections(fan).or(() -> now))
                        .ifPresent(wanted -> resources.add(new StrongSwanResource(wanted)));
            }
        }
        return resources;
    }

    /** Empty where the key or the certificate cannot be read. */
    private Optional<FanConnections> connections(Fan fan) {
        try {
            return Optional.of(FanConnections.of(
                    fan.mapping(),
                    fan.transport(),
                    fan.encryption().orElseThrow().udp(),
                    fan.underlayAddresses(),
                    kernel.credentials(fan.encryption().orElseThrow(), fan.underlayAddresses())));
        } catch (FanException unreadable) {
            return Optional.empty();
        }
    }

    /** What only tunnels may send: from each underlay address of the fans, to each of their ports. */
    private static List<TunnelTable.Entry> ownTunnels(List<Fan> fans) {
        List<TunnelTable.Entry> entries = new ArrayList<>();
        for (Fan fan : fans) {
            for (Ipv4Address address : fan.underlayAddresses()) {
                TunnelTable.Entry entry =
                        new TunnelTable.Entry(address, fan.transport().udpPort());
                if (!entries.contains(entry)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    List<Resource> observedShared(HostState host) {
        List<Resource> resources = new ArrayList<>();
        observedForwarding(host, resources);
        if (!host.nat().isEmpty()) {
            resources.add(new NatResource(host.nat()));
        }
        if (!host.ipv6Outside().equals(Ipv6Outside.NONE)) {
            resources.add(new Ipv6OutsideResource(host.ipv6Outside()));
        }
        if (!host.ports().isEmpty()) {
            resources.add(new PortTableResource(host.ports()));
        }
        if (!host.tunnelOnly().isEmpty()) {
            resources.add(new TunnelTableResource(host.tunnelOnly()));
        }
        for (BlockPolicy policy : host.blocked()) {
            resources.add(new BlockResource(policy));
        }
        for (FanConnections connections : host.connections()) {
            resources.add(new StrongSwanResource(connections));
        }
        for (Iptables.Forward forward : host.forwards()) {
            for (Iptables.AcceptRule pass : forward.ours()) {
                resources.add(new AcceptResource(pass));
            }
        }
        for (TunnelType type : TunnelType.values()) {
            resources.addAll(Tunnels.of(type, this).observedShared(host));
        }
        resources.addAll(strays(host));
        return resources;
    }

    /** Programs of ours on devices of others whose record somebody has deleted with the tunnel; they pass everything on. */
    private static List<Resource> strays(HostState host) {
        List<Resource> resources = new ArrayList<>();
        for (String device : host.devicesWithPrograms("")) {
            resources.add(new ProgramsResource(device, "", ProgramsResource.FAST_PATH, Optional.empty()));
        }
        return resources;
    }

    /** What the programs of a fan depend on. */
    FanProgramSpec programs(Fan fan) {
        Optional<Transport.Vxlan> vxlan = fan.transport().vxlan();
        return new FanProgramSpec(
                fan.mapping(),
                vxlan.isPresent() ? vxlan.get().vni() : 0,
                fan.underlayAddresses(),
                setsLocalAddress,
                fan.type(),
                Ipv6Overlay.programs(fan));
    }

    /** The guard on the underlay's device, where the fan is to take the fast path and may. */
    List<Resource> cardGuard(Fan fan, HostState host) {
        Optional<String> card = fastPath(fan, host);
        return card.isPresent()
                ? List.of(new ProgramsResource(
                        card.get(), fan.tunnel(), ProgramsResource.FAST_PATH, Optional.of(cardPrograms(fan))))
                : List.of();
    }

    /** The device of the fast path; empty where the fan is not to take it, or must not. */
    private Optional<String> fastPath(Fan fan, HostState host) {
        return fan.fast() && !fan.slices().isEmpty() && obstacle(fan, host).isEmpty()
                ? host.card(fan)
                : Optional.empty();
    }

    /** Why a VXLAN fan must not take the fast path; empty when it may. Asked once for each fan, as it takes its time. */
    Optional<String> obstacle(Fan fan, HostState host) {
        return obstacles.computeIfAbsent(fan, each -> FastPath.obstacle(each, host, kernel));
    }

    /** The programs on the tunnel of a VXLAN fan, as they should be. */
    ProgramSpec tunnelPrograms(Fan fan, HostState host) {
        Optional<String> card = fastPath(fan, host);
        Optional<FastProgramSpec> fast = card.map(device -> fastPrograms(fan, device));
        if (sendsDirect(fan, host)) {
            return directPrograms(fan, host, fast);
        }
        return fast.isPresent() ? fast.get() : programs(fan);
    }

    /** Whether the fan is to send packets without encapsulation and may. */
    private boolean sendsDirect(Fan fan, HostState host) {
        return fan.direct() == Direct.SEND
                && !fan.slices().isEmpty()
                && directObstacle(fan, host).isEmpty();
    }

    /** Why a VXLAN fan must not send packets without encapsulation; empty when it may. Asked once for each fan. */
    Optional<String> directObstacle(Fan fan, HostState host) {
        return directObstacles.computeIfAbsent(fan, each -> DirectPath.obstacle(each, host, kernel));
    }

    private DirectProgramSpec directPrograms(Fan fan, HostState host, Optional<FastProgramSpec> fast) {
        int card = kernel.index(host.card(fan).orElseThrow());
        return new DirectProgramSpec(programs(fan), card, DirectPath.onLink(fan, host), fast);
    }

    /** The guard on the underlay's device, where the fan is to receive packets without encapsulation. */
    private List<Resource> directGuard(Fan fan, HostState host) {
        Optional<String> card = host.card(fan);
        return fan.direct() != Direct.OFF && !fan.slices().isEmpty() && card.isPresent()
                ? List.of(new ProgramsResource(
                        card.get(), fan.bridge(), ProgramsResource.DIRECT, Optional.of(directGuardPrograms(fan, host))))
                : List.of();
    }

    private List<Resource> observedDirectGuard(Fan fan, HostState host) {
        if (host.devicesWithPrograms(fan.bridge()).isEmpty()) {
            return List.of();
        }
        Optional<ProgramSpec> guard = fan.slices().isEmpty() || host.card(fan).isEmpty()
                ? Optional.empty()
                : Optional.of(directGuardPrograms(fan, host));
        return host.programsElsewhere(fan.bridge(), ProgramsResource.DIRECT, guard);
    }

    private DirectGuardSpec directGuardPrograms(Fan fan, HostState host) {
        return new DirectGuardSpec(
                programs(fan),
                kernel.index(host.card(fan).orElseThrow()),
                DirectPath.onLink(fan, host),
                fan.slices(),
                fan.nat(),
                MacAddress.ofBridge(fan.overlay(), fan.macSeed()),
                0);
    }

    /** Whether the programs on the tunnel send packets without encapsulation. */
    boolean isSendingDirect(Fan fan, HostState host) {
        for (Resource resource : observedTunnelPrograms(fan, host)) {
            if (resource instanceof ProgramsResource programs
                    && programs.spec()
                            .filter(DirectProgramSpec.class::isInstance)
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The programs on the tunnel of a VXLAN fan as they are, of either path. */
    List<Resource> observedTunnelPrograms(Fan fan, HostState host) {
        List<ProgramSpec> possible = new ArrayList<>(List.of(programs(fan)));
        Set<String> cards = new TreeSet<>(host.devicesWithPrograms(fan.tunnel()));
        host.card(fan).ifPresent(cards::add);
        for (String card : fan.fast() || !host.devicesWithPrograms(fan.tunnel()).isEmpty() ? cards : Set.<String>of()) {
            possible.add(fastPrograms(fan, card));
        }
        if (fan.direct() == Direct.SEND && host.card(fan).isPresent()) {
            for (ProgramSpec spec : List.copyOf(possible)) {
                possible.add(directPrograms(
                        fan, host, spec instanceof FastProgramSpec fast ? Optional.of(fast) : Optional.empty()));
            }
        }
        for (ProgramSpec spec : possible) {
            List<Resource> found = host.programs(fan.tunnel(), spec);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private FastProgramSpec fastPrograms(Fan fan, String card) {
        return new FastProgramSpec(
                programs(fan), fan.transport().udpPort().orElseThrow(), kernel.index(card), kernel.sourcePorts());
    }

    private CardProgramSpec cardPrograms(Fan fan) {
        return new CardProgramSpec(
                programs(fan),
                fan.transport().udpPort().orElseThrow(),
                MacAddress.ofTunnel(fan.overlay(), fan.macSeed()),
                fan.ipv6().isPresent() && !kernel.filtersBridgedIpv6());
    }

    boolean learnsPathMtu() {
        return learnsPathMtu;
    }

    private Tunnels tunnels(Fan fan) {
        return Tunnels.of(fan.type(), this);
    }

    private GateProgramSpec gate(Fan fan) {
        return new GateProgramSpec(programs(fan));
    }

    private static List<FanSlice> leasing(Fan fan) {
        List<FanSlice> slices = new ArrayList<>();
        for (FanSlice slice : fan.slices()) {
            if (fan.leases(slice.underlayAddress())) {
                slices.add(slice);
            }
        }
        return slices;
    }
}
