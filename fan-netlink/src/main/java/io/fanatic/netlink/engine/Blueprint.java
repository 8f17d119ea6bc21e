package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanSlice;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.FanGate;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.host.DhcpServer;
import io.fanatic.netlink.host.NatTable;
import io.fanatic.netlink.host.PortTable;
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

    /** @param setsLocalAddress see {@link KernelFeature#LOCAL_ADDRESS} */
    Blueprint(boolean setsLocalAddress) {
        this.setsLocalAddress = setsLocalAddress;
    }

    /**
     * All pieces of one fan as it should be, without those that all fans share.
     *
     * @param vniFilter whether its tunnel shares its port with others
     */
    List<Piece> desired(Fan fan, boolean vniFilter) {
        List<Piece> pieces = new ArrayList<>(desiredTunnel(fan, vniFilter));
        pieces.add(new BridgePiece(
                fan.bridge(),
                MacAddress.ofBridge(fan.overlay(), fan.identity()),
                fan.mtu(),
                fan.mark().toString()));
        pieces.add(new GatePiece(fan.bridge(), programs(fan)));
        pieces.add(new PortPiece(fan.tunnel(), fan.bridge()));
        for (FanSlice slice : fan.slices()) {
            for (int i = 0; i < slice.hostReserve(); i++) {
                pieces.add(new AddressPiece(new AddressState(
                        fan.bridge(), slice.hostAddress().plus(i), fan.overlay().prefixLength())));
            }
        }
        pieces.add(new UpPiece(fan.tunnel()));
        pieces.add(new UpPiece(fan.bridge()));
        if (!fan.dhcp().isEmpty()) {
            pieces.add(new DhcpPiece(DhcpServer.of(fan.bridge(), fan.mtu(), leasing(fan))));
        }
        return pieces;
    }

    /** The tunnel with its programs, as they should be. */
    List<Piece> desiredTunnel(Fan fan, boolean vniFilter) {
        return List.of(
                new TunnelPiece(
                        fan.tunnel(),
                        fan.vni(),
                        fan.port(),
                        vniFilter,
                        MacAddress.ofTunnel(fan.overlay(), fan.identity()),
                        fan.mtu(),
                        fan.tunnelMark().toString()),
                new ProgramsPiece(fan.tunnel(), programs(fan)));
    }

    /** What is there of one fan, in the same order; a piece that is not as it can be (a stranger's device) is not listed. */
    List<Piece> observed(Fan fan, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        Optional<LinkState> tunnel = host.link(fan.tunnel()).filter(LinkState::isOurs);
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
            pieces.add(new BridgePiece(link.name(), link.mac(), link.mtu(), link.alias()));
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
        tunnel.filter(LinkState::up).ifPresent(link -> pieces.add(new UpPiece(link.name())));
        bridge.filter(LinkState::up).ifPresent(link -> pieces.add(new UpPiece(link.name())));
        DhcpServer server = host.dhcp().get(fan.bridge());
        if (server != null) {
            pieces.add(new DhcpPiece(server));
        }
        return pieces;
    }

    /** What is there of a fan in a bridge that is to become its own, see {@link Observed#adoptable}; mostly nothing. */
    static List<Piece> adopted(Fan fan, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        host.adoptable(fan).ifPresent(link -> {
            pieces.add(new BridgePiece(link.name(), link.mac(), link.mtu(), link.alias()));
            for (AddressState address : host.addresses()) {
                if (address.link().equals(link.name())) {
                    pieces.add(new AddressPiece(address));
                }
            }
            if (link.up()) {
                pieces.add(new UpPiece(link.name()));
            }
        });
        return pieces;
    }

    /** The pieces that all fans of a host share. */
    static List<Piece> desiredShared(List<Fan> fans, Observed host) {
        List<Piece> pieces = new ArrayList<>();
        List<NatTable.Entry> nat = new ArrayList<>();
        List<Fan> ordered = new ArrayList<>(fans);
        // As Observed lists them: the same fans shall give the same table.
        ordered.sort((a, b) -> a.overlay().compareTo(b.overlay()));
        for (Fan fan : ordered) {
            for (FanSlice slice : fan.slices()) {
                nat.add(new NatTable.Entry(slice.cidr(), fan.overlay()));
            }
        }
        // Forwarding that was on before us is not ours to switch off one day, so it is no piece of ours.
        if (!fans.isEmpty() && (!host.forwarding() || host.forwardingIsOurs())) {
            pieces.add(new ForwardingPiece(true));
        }
        if (!nat.isEmpty()) {
            pieces.add(new NatPiece(nat));
        }
        List<PortTable.Entry> ports = closedPorts(ordered);
        if (!ports.isEmpty()) {
            pieces.add(new PortTablePiece(ports));
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

    static List<Piece> observedShared(Observed host) {
        List<Piece> pieces = new ArrayList<>();
        if (host.forwardingIsOurs()) {
            pieces.add(new ForwardingPiece(host.forwarding()));
        }
        if (!host.nat().isEmpty()) {
            pieces.add(new NatPiece(host.nat()));
        }
        if (!host.ports().isEmpty()) {
            pieces.add(new PortTablePiece(host.ports()));
        }
        return pieces;
    }

    private FanProgramSpec programs(Fan fan) {
        return new FanProgramSpec(fan.mapping(), fan.vni(), fan.underlayAddresses(), setsLocalAddress);
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
