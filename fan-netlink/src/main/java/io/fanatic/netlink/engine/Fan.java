package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.ArrayList;
import java.util.List;

/**
 * One fan on this host, as it is or as it should be.
 *
 * @param mapping overlay and underlay
 * @param bridge name of the bridge
 * @param tunnel name of the tunnel
 * @param vni VXLAN network identifier, 0 to 2^24-1
 * @param port UDP port of the tunnel
 * @param mtu largest IPv4 packet on bridge and tunnel, bytes
 * @param identity the underlay address that the MAC addresses are derived from; the first one that the fan was given
 * @param slices the slices of this host, one for each underlay address, ordered by that address
 * @param dhcp the underlay addresses in whose slices addresses are leased by DHCP, ordered
 * @param underlayOnly whether its port takes packets from the underlays of its fans only
 */
public record Fan(
        FanMapping mapping,
        String bridge,
        String tunnel,
        int vni,
        int port,
        int mtu,
        Ipv4Address identity,
        List<FanSlice> slices,
        List<Ipv4Address> dhcp,
        boolean underlayOnly) {

    /** Each underlay address of a host costs its packets a compare and its mark a word; with more, a mark with its note may not fit an ifalias. */
    public static final int MOST_ADDRESSES = 6;

    public Fan {
        slices = slices.stream()
                .sorted((a, b) -> a.underlayAddress().compareTo(b.underlayAddress()))
                .toList();
        dhcp = dhcp.stream().sorted().toList();
    }

    public Cidr overlay() {
        return mapping.overlay();
    }

    /** The underlay addresses of this host in this fan, ordered. */
    public List<Ipv4Address> underlayAddresses() {
        List<Ipv4Address> addresses = new ArrayList<>();
        for (FanSlice slice : slices) {
            addresses.add(slice.underlayAddress());
        }
        return addresses;
    }

    /** Whether containers in the slice of this underlay address get theirs by DHCP. */
    public boolean leases(Ipv4Address underlayAddress) {
        return dhcp.contains(underlayAddress);
    }

    /** This fan with a slice added, or in place of the one of the same underlay address. */
    public Fan with(FanSlice slice, boolean leases) {
        Fan others = without(slice.underlayAddress());
        List<FanSlice> slices = new ArrayList<>(others.slices);
        slices.add(slice);
        List<Ipv4Address> dhcp = new ArrayList<>(others.dhcp);
        if (leases) {
            dhcp.add(slice.underlayAddress());
        }
        return new Fan(mapping, bridge, tunnel, vni, port, mtu, identity, slices, dhcp, underlayOnly);
    }

    /** This fan without the slice of an underlay address. */
    public Fan without(Ipv4Address underlayAddress) {
        List<FanSlice> slices = new ArrayList<>(this.slices);
        slices.removeIf(slice -> slice.underlayAddress().equals(underlayAddress));
        List<Ipv4Address> dhcp = new ArrayList<>(this.dhcp);
        dhcp.remove(underlayAddress);
        return new Fan(mapping, bridge, tunnel, vni, port, mtu, identity, slices, dhcp, underlayOnly);
    }

    public Fan withMtu(int mtu) {
        return new Fan(mapping, bridge, tunnel, vni, port, mtu, identity, slices, dhcp, underlayOnly);
    }

    /**
     * The entry that brings one of its slices up as it is, with what differs from the defaults as options; the MTU is left to the
     * underlay.
     */
    public FanEntry entry(FanSlice slice) {
        FanOptions options = FanOptions.DEFAULT
                .withDhcp(leases(slice.underlayAddress()))
                .withHostReserve(slice.hostReserve())
                .withUnderlayOnly(underlayOnly);
        if (!bridge.equals(FanNames.bridge(overlay()))) {
            options = options.withBridge(bridge);
        }
        if (port != TunnelType.DEFAULT_VXLAN_PORT) {
            options = options.withPort(port);
        }
        if (vni != FanNames.vni(overlay())) {
            options = options.withVni(vni);
        }
        UnderlaySpec underlay =
                UnderlaySpec.of(slice.underlayAddress(), mapping.underlay().prefixLength());
        return new FanEntry(overlay(), underlay, options);
    }

    /** What the bridge carries as ifalias. */
    public Mark mark() {
        return new Mark(mapping, vni, port, identity, dhcp, false);
    }

    /** What the tunnel carries as ifalias, which needs room for a {@linkplain io.fanatic.netlink.bpf.ProgramNote note}. */
    public Mark tunnelMark() {
        return new Mark(mapping, vni, port, identity, List.of(), underlayOnly);
    }
}
