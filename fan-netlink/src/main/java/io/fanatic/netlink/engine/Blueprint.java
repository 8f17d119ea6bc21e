package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.FanGate;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.IpipProgramSpec;
import io.fanatic.netlink.bpf.ProgramSpec;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.ForwardTable;
import io.fanatic.netlink.host.Iptables;
import io.fanatic.netlink.host.NatTable;
import io.fanatic.netlink.host.PortTable;
import io.fanatic.netlink.host.TunnelTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pieces of fans, in the order in which they are made: nothing passes a tunnel before its guard is attached, and the
 * bridge is complete before it comes up. Twice: as they {@linkplain #desired should be} and as they {@linkplain #observed
 * are}.
 */
final class Blueprint {
    private final boolean setsLocalAddress;
    private final boolean learnsPathMtu;
    private final Kernel kernel;

    /** @param kernel is asked for what does not change while we work, and for name servers where there is DHCP */
    Blueprint(Kernel kernel) {
        setsLocalAddress = kernel.has(KernelFeature.LOCAL_ADDRESS);
        learnsPathMtu = kernel.learnsPathMtu();
        this.kernel = kernel;
    }

    /**
     * All pieces of one fan as it should be, without those that all fans share.
     *
     * @param vniFilter whether its tunnel shares its port with others
     */
    List<Piece> desired(Fan fan, boolean vniFilter, Observed host) {
        boolean vxlan = fan.type() == TunnelType.VXLAN;
        List<Piece> pieces = new ArrayList<>(vxlan ? desiredTunnel(fan, vniFilter) : List.of());
        pieces.add(new BridgePiece(
                fan.bridge(),
                MacAddress.ofBridge(fan.overlay(), fan.identity()),
                fan.mtu(),
                false,
                false,
                fan.mark().toString()));
        pieces.add(new GatePiece(fan.bridge(), programs(fan)));
        if (vxlan) {
            pieces.add(new PortPiece(fan.tunnel(), fan.bridge()));
        }
        for (FanSlice slice : fan.slices()) {
            for (int i = 0; i < slice.hostReserve(); i++) {
                pieces.add(new AddressPiece(
                        new AddressState(fan.bridge(), slice.hostAddress().plus(i), fan.prefixLength())));
            }
        }
        forwards(fan.bridge(), host, pieces);
        if (vxlan) {
            pieces.add(new UpPiece(fan.tunnel()));
        }
        pieces.add(new UpPiece(fan.bridge()));
        if (!vxlan && !fan.slices().isEmpty()) {
            pieces.add(new RoutePiece(
                    fan.overlay(), fan.tunnel(), Optional.of(fan.slices().get(0).hostAddress()), fan.mtu()));
        }
        if (!fan.dhcp().isEmpty()) {
            pieces.add(new DhcpPiece(DhcpServer.of(
                    fan.bridge(),
                    fan.mtu(),
                    fan.type(),
                    leasing(fan),
                    fan.shares(),
                    kernel.nameServersForContainers())));
        }
        return pieces;
    }

    /** A device of ours forwards; one that is yet to be made does so by itself where the host forwards everywhere. */
    private static void forwards(String device, Observed host, List<Piece> pieces) {
        if (!host.forwarding().isSettled() || host.link(device).isPresent()) {
            pieces.add(new DeviceForwardingPiece(device));
        }
    }

    /** The tunnel with its programs, as they should be; of a fan without addresses, which nobody's packets belong to, it has none. */
    List<Piece> desiredTunnel(Fan fan, boolean vniFilter) {
        Piece tunnel = new TunnelPiece(
                fan.tunnel(),
                fan.vni(),
                fan.port(),
                vniFilter,
                MacAddress.ofTunnel(fan.overlay(), fan.identity()),
                TunnelPiece.WIDE,
                fan.tunnelMark().toString());
        return fan.slices().isEmpty()
                ? List.of(tunnel)
                : List.of(tunnel, new ProgramsPiece(fan.tunnel(), programs(fan)));
    }

    /** What is there of one fan, in the same order; a piece that is not as it can be (a stranger's device) is not listed. */
    List<Piece> observed(Fan fan, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        boolean shared = fan.type() == TunnelType.IPIP;
        Optional<LinkState> tunnel = host.link(fan.tunnel())
                .filter(link -> link.isOurs() && link.vxlan().isPresent());
        Optional<LinkState> bridge = host.link(fan.bridge()).filter(LinkState::isOurs);
        tunnel.ifPresent(link -> {
            LinkState.Vxlan vxlan = link.vxlan().orElseThrow();
            // Without a filter the VNI stands in the programs only.
            boolean ours = !vxlan.vniFilter()
                    || vxlan.admits(fan.vni()) && vxlan.vnis().size() == 1;
            pieces.add(new TunnelPiece(
                    link.name(),
                    ours ? fan.vni() : TunnelPiece.NO_VNI,
                    vxlan.port(),
                    vxlan.vniFilter(),
                    link.mac(),
                    link.mtu(),
                    link.alias()));
            FanPrograms.Names attached = host.programs().get(link.name());
            if (!fan.slices().isEmpty() && attached != null && attached.equals(FanPrograms.names(programs(fan)))) {
                pieces.add(new ProgramsPiece(link.name(), programs(fan)));
            }
        });
        bridge.ifPresent(link -> {
            pieces.add(bridge(link));
            String attached = host.gates().get(link.name());
            if (!fan.slices().isEmpty() && attached != null && attached.equals(FanGate.name(programs(fan)))) {
                pieces.add(new GatePiece(link.name(), programs(fan)));
            }
        });
        tunnel.flatMap(LinkState::master).ifPresent(master -> pieces.add(new PortPiece(fan.tunnel(), master)));
        for (AddressState address : host.addresses()) {
            if (bridge.isPresent()
                    && address.link().equals(fan.bridge())
                    && fan.overlay().contains(address.address())) {
                pieces.add(new AddressPiece(address));
            }
        }
        bridge.filter(link -> host.forwarding().on().contains(link.name()))
                .ifPresent(link -> pieces.add(new DeviceForwardingPiece(link.name())));
        tunnel.filter(LinkState::up).ifPresent(link -> pieces.add(new UpPiece(link.name())));
        bridge.filter(LinkState::up).ifPresent(link -> pieces.add(new UpPiece(link.name())));
        if (shared && host.link(fan.tunnel()).filter(LinkState::isOurs).isPresent()) {
            for (RouteState route : host.routes()) {
                if (route.link().equals(Optional.of(fan.tunnel()))
                        && route.table() == RouteState.MAIN
                        && route.destination().equals(fan.overlay())) {
                    pieces.add(new RoutePiece(route.destination(), fan.tunnel(), route.source(), route.mtu()));
                }
            }
        }
        DhcpServer server = host.dhcp().get(fan.bridge());
        if (server != null) {
            pieces.add(new DhcpPiece(server));
        }
        return pieces;
    }

    private static BridgePiece bridge(LinkState link) {
        return new BridgePiece(link.name(), link.mac(), link.mtu(), link.spanningTree(), link.ipv6(), link.alias());
    }

    /** What is there of a fan in a bridge that is to become its own, see {@link Observed#adoptable}; mostly nothing. */
    static List<Piece> adopted(Fan fan, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        host.adoptable(fan).ifPresent(link -> {
            pieces.add(bridge(link));
            for (AddressState address : host.addresses()) {
                if (address.link().equals(link.name())) {
                    pieces.add(new AddressPiece(address));
                }
            }
            if (host.forwarding().on().contains(link.name())) {
                pieces.add(new DeviceForwardingPiece(link.name()));
            }
            if (link.up()) {
                pieces.add(new UpPiece(link.name()));
            }
        });
        return pieces;
    }

    /** The pieces that all fans of a host share. */
    List<Piece> desiredShared(List<Fan> fans, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        List<NatTable.Entry> nat = new ArrayList<>();
        List<Fan> ordered = new ArrayList<>(fans);
        // As Observed lists them: the same fans shall give the same table.
        ordered.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        for (Fan fan : ordered) {
            for (FanSlice slice : fan.nat() ? fan.slices() : List.<FanSlice>of()) {
                nat.add(new NatTable.Entry(slice.cidr(), fan.overlay()));
            }
        }
        desiredForwarding(fans, host, pieces);
        if (!nat.isEmpty()) {
            pieces.add(new NatPiece(nat));
        }
        List<TunnelTable.Entry> tunnels = ownTunnels(ordered);
        if (!tunnels.isEmpty()) {
            pieces.add(new TunnelTablePiece(tunnels));
        }
        List<PortTable.Entry> ports = closedPorts(ordered);
        if (!ports.isEmpty()) {
            pieces.add(new PortTablePiece(ports));
        }
        for (Iptables.Forward forward : host.forwards()) {
            for (Fan fan : ordered) {
                desiredPasses(fan, forward, host, pieces);
            }
        }
        desiredIpip(ordered, host, pieces);
        return pieces;
    }

    /**
     * The host's devices forward, as answers from outside come in by them, and to each other they forward nothing. Those that forward
     * already do that without us: they are neither switched nor filtered. Once switched they stay so, whether they have an address at the
     * moment or not. Where the host forwards everywhere all that is somebody
     * else's, and so it stays; but what an earlier version of ours did to it is set back.
     */
    private static void desiredForwarding(List<Fan> fans, Observed host, List<Piece> pieces) {
        ForwardingState now = host.forwarding();
        if (fans.isEmpty()) {
            return;
        }
        if (now.isSettled()) {
            if (now.ours().isEverywhere()) {
                pieces.add(new ForwardingPiece(true, List.of()));
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
            pieces.add(new ForwardTablePiece(List.of(entry(devices, outer, host))));
            pieces.add(new ForwardingPiece(false, List.copyOf(devices)));
        }
    }

    /** Devices that have gone may stay in the table, as they do no harm there. */
    private static ForwardTable.Entry entry(Set<String> in, Set<String> out, Observed host) {
        Set<String> from = new TreeSet<>(in);
        Set<String> to = new TreeSet<>(out);
        for (ForwardTable.Entry there : host.closed()) {
            addGone(there.in(), from, host);
            addGone(there.out(), to, host);
        }
        return new ForwardTable.Entry(List.copyOf(from), List.copyOf(to));
    }

    private static void addGone(List<String> names, Set<String> all, Observed host) {
        for (String name : names) {
            if (host.link(name).isEmpty()) {
                all.add(name);
            }
        }
    }

    private static void observedForwarding(Observed host, List<Piece> pieces) {
        if (!host.closed().isEmpty()) {
            pieces.add(new ForwardTablePiece(host.closed()));
        }
        ForwardingState now = host.forwarding();
        if (now.ours().isEverywhere()) {
            pieces.add(new ForwardingPiece(true, List.of()));
        } else if (now.ours() == ForwardingState.Ours.DEVICES) {
            pieces.add(new ForwardingPiece(false, now.switched()));
        }
    }

    /**
     * What a policy of drop would eat of a fan: routed packets of an IPIP fan, bridged frames of a VXLAN fan where these pass the same
     * chain, and what leaves the overlay by the host's ways out, with its answers. A rule of ours stays while the fan does, lest it comes and goes with the policy.
     */
    private static void desiredPasses(Fan fan, Iptables.Forward forward, Observed host, List<Piece> pieces) {
        if (!fan.accept() || fan.slices().isEmpty()) {
            return;
        }
        boolean routed = fan.type() == TunnelType.IPIP;
        boolean eaten = forward.drops()
                && (routed || host.filtersBridgedFrames() && !forward.others().contains(fan.bridge()));
        String outside = routed ? fan.tunnel() : fan.bridge();
        List<Iptables.Pass> both = new ArrayList<>();
        both.add(new Iptables.Pass(forward.backend(), forward.chain(), outside, fan.bridge()));
        if (routed) {
            both.add(new Iptables.Pass(forward.backend(), forward.chain(), fan.bridge(), outside));
        }
        for (Iptables.Pass pass : both) {
            addPass(pass, eaten, forward, pieces);
        }
        boolean cutOff = forward.drops() && !forward.leaving().contains(fan.bridge());
        for (String device : fan.nat() ? waysOut(fan, host) : Set.<String>of()) {
            Iptables.Backend backend = forward.backend();
            addPass(
                    Iptables.Pass.outside(backend, fan.bridge(), device, Iptables.Traffic.OUT),
                    cutOff,
                    forward,
                    pieces);
            addPass(
                    Iptables.Pass.outside(backend, device, fan.bridge(), Iptables.Traffic.ANSWERS),
                    cutOff,
                    forward,
                    pieces);
        }
    }

    private static void addPass(Iptables.Pass pass, boolean needed, Iptables.Forward forward, List<Piece> pieces) {
        boolean there = forward.ours().stream()
                .anyMatch(one ->
                        one.in().equals(pass.in()) && one.out().equals(pass.out()) && one.traffic() == pass.traffic());
        if (needed || there) {
            pieces.add(new AcceptPiece(pass));
        }
    }

    /** The devices by which containers reach the world: those of the fan's underlay and of default routes. */
    private static Set<String> waysOut(Fan fan, Observed host) {
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

    /** The tunnel of all IPIP fans, as wide as the widest of them; their routes keep the others within their own MTU. */
    private void desiredIpip(List<Fan> fans, Observed host, List<Piece> pieces) {
        int mtu = 0;
        for (Fan fan : fans) {
            mtu = isIpip(fan) ? Math.max(mtu, fan.mtu()) : mtu;
        }
        Optional<ProgramSpec> programs = ipipPrograms(fans);
        if (programs.isPresent()) {
            pieces.add(new IpipTunnelPiece(mtu, Mark.IPIP_TUNNEL));
            pieces.add(new ProgramsPiece(FanNames.IPIP_TUNNEL, programs.get()));
            forwards(FanNames.IPIP_TUNNEL, host, pieces);
            pieces.add(new UpPiece(FanNames.IPIP_TUNNEL));
        }
    }

    private static boolean isIpip(Fan fan) {
        return fan.type() == TunnelType.IPIP && !fan.slices().isEmpty();
    }

    private Optional<ProgramSpec> ipipPrograms(List<Fan> fans) {
        List<FanProgramSpec> specs = new ArrayList<>();
        for (Fan fan : fans) {
            if (isIpip(fan)) {
                specs.add(programs(fan));
            }
        }
        return specs.isEmpty() ? Optional.empty() : Optional.of(new IpipProgramSpec(specs, learnsPathMtu));
    }

    private void observedIpip(Observed host, List<Piece> pieces) {
        Optional<LinkState> tunnel = host.link(FanNames.IPIP_TUNNEL)
                .filter(link -> link.isOurs() && link.ipip().isPresent());
        if (tunnel.isEmpty()) {
            return;
        }
        LinkState link = tunnel.get();
        pieces.add(new IpipTunnelPiece(link.mtu(), link.alias()));
        FanPrograms.Names attached = host.programs().get(link.name());
        ipipPrograms(host.fans())
                .filter(programs -> FanPrograms.names(programs).equals(attached))
                .ifPresent(programs -> pieces.add(new ProgramsPiece(link.name(), programs)));
        if (host.forwarding().on().contains(link.name())) {
            pieces.add(new DeviceForwardingPiece(link.name()));
        }
        if (link.up()) {
            pieces.add(new UpPiece(link.name()));
        }
    }

    /** What is left of IPIP fans after the last of their bridges, which tell of them, was deleted by somebody. */
    List<Piece> orphans(Observed host) {
        List<Piece> pieces = new ArrayList<>();
        if (ipipPrograms(host.fans()).isEmpty()) {
            observedIpip(host, pieces);
        }
        return pieces;
    }

    /** Fans that share a port share what may come in by it: one of them that wants it closed closes it to the underlays of all. */
    private static List<PortTable.Entry> closedPorts(List<Fan> fans) {
        Set<Integer> closed = new TreeSet<>();
        for (Fan fan : fans) {
            if (fan.underlayOnly()) {
                closed.add(fan.port());
            }
        }
        List<PortTable.Entry> entries = new ArrayList<>();
        for (int port : closed) {
            Set<Cidr> underlays = new TreeSet<>();
            for (Fan fan : fans) {
                if (fan.port() == port) {
                    underlays.add(fan.mapping().underlay());
                }
            }
            entries.add(new PortTable.Entry(port, List.copyOf(underlays)));
        }
        return entries;
    }

    /** What only tunnels may send: from each underlay address of the fans, to each of their ports. */
    private static List<TunnelTable.Entry> ownTunnels(List<Fan> fans) {
        List<TunnelTable.Entry> entries = new ArrayList<>();
        for (Fan fan : fans) {
            for (Ipv4Address address : fan.underlayAddresses()) {
                TunnelTable.Entry entry = new TunnelTable.Entry(address, fan.port());
                if (!entries.contains(entry)) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    List<Piece> observedShared(Observed host) {
        List<Piece> pieces = new ArrayList<>();
        observedForwarding(host, pieces);
        if (!host.nat().isEmpty()) {
            pieces.add(new NatPiece(host.nat()));
        }
        if (!host.ports().isEmpty()) {
            pieces.add(new PortTablePiece(host.ports()));
        }
        if (!host.tunnelOnly().isEmpty()) {
            pieces.add(new TunnelTablePiece(host.tunnelOnly()));
        }
        for (Iptables.Forward forward : host.forwards()) {
            for (Iptables.Pass pass : forward.ours()) {
                pieces.add(new AcceptPiece(pass));
            }
        }
        observedIpip(host, pieces);
        return pieces;
    }

    private FanProgramSpec programs(Fan fan) {
        return new FanProgramSpec(fan.mapping(), fan.vni(), fan.underlayAddresses(), setsLocalAddress, fan.type());
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
