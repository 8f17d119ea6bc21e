package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One fan on this host, as it is or as it should be.
 *
 * @param mapping overlay and underlay
 * @param type of the tunnel
 * @param bridge name of the bridge
 * @param tunnel name of the tunnel, which IPIP fans share
 * @param vni VXLAN network identifier, 0 to 2^24-1; 0 of an IPIP fan
 * @param port UDP port of the tunnel; 0 of an IPIP fan
 * @param mtu largest IPv4 packet that the bridge and its containers are told of, bytes; 0 where that is not known
 * @param macSeed the underlay address that the MAC addresses are derived from; the first one that the fan was given
 * @param slices the slices of this host, one for each underlay address, ordered by that address
 * @param dhcp the underlay addresses in whose slices addresses are leased by DHCP, ordered
 * @param underlayOnly whether its port takes packets from the underlays of its fans only
 * @param nat whether what leaves the overlay takes the host's address
 * @param accept whether rules are added that let the fan's packets pass where iptables drops what it forwards
 * @param shares which part of a slice each container engine gives out
 */
public record Fan(
        FanMapping mapping,
        TunnelType type,
        String bridge,
        String tunnel,
        int vni,
        int port,
        int mtu,
        Ipv4Address macSeed,
        List<FanSlice> slices,
        List<Ipv4Address> dhcp,
        boolean underlayOnly,
        boolean nat,
        boolean accept,
        Shares shares) {

    /** Each underlay address of a host costs its packets a compare and its label a word; with more, a label with its note may not fit an ifalias. */
    public static final int MAX_ADDRESSES = 6;

    /** Orders the lists. */
    public Fan {
        List<FanSlice> ordered = new ArrayList<>(slices);
        ordered.sort((a, b) -> a.underlayAddress().compareTo(b.underlayAddress()));
        slices = List.copyOf(ordered);
        List<Ipv4Address> served = new ArrayList<>(dhcp);
        Collections.sort(served);
        dhcp = List.copyOf(served);
    }

    /** {@return the network that containers see} */
    public Cidr overlay() {
        return mapping.overlay();
    }

    /**
     * {@return the prefix length of the addresses on the bridge and in containers, see {@link TunnelType#prefixLength}}
     */
    public int prefixLength() {
        return type.prefixLength(mapping);
    }

    /** {@return the underlay addresses of this host in this fan, ordered} */
    public List<Ipv4Address> underlayAddresses() {
        List<Ipv4Address> addresses = new ArrayList<>();
        for (FanSlice slice : slices) {
            addresses.add(slice.underlayAddress());
        }
        return addresses;
    }

    /**
     * {@return whether containers in the slice of this underlay address get theirs by DHCP}
     *
     * @param underlayAddress one of {@link #underlayAddresses}
     */
    public boolean leases(Ipv4Address underlayAddress) {
        return dhcp.contains(underlayAddress);
    }

    /**
     * {@return this fan with a slice added, or in place of the one of the same underlay address}
     *
     * @param slice of this fan
     * @param leases whether containers in it get their addresses by DHCP
     */
    public Fan with(FanSlice slice, boolean leases) {
        Fan others = without(slice.underlayAddress());
        List<FanSlice> slices = new ArrayList<>(others.slices);
        slices.add(slice);
        List<Ipv4Address> dhcp = new ArrayList<>(others.dhcp);
        if (leases) {
            dhcp.add(slice.underlayAddress());
        }
        return with(slices, dhcp, mtu);
    }

    /**
     * {@return this fan without the slice of an underlay address}
     *
     * @param underlayAddress one of {@link #underlayAddresses}
     */
    public Fan without(Ipv4Address underlayAddress) {
        List<FanSlice> slices = new ArrayList<>(this.slices);
        slices.removeIf(slice -> slice.underlayAddress().equals(underlayAddress));
        List<Ipv4Address> dhcp = new ArrayList<>(this.dhcp);
        dhcp.remove(underlayAddress);
        return with(slices, dhcp, mtu);
    }

    private Fan with(List<FanSlice> slices, List<Ipv4Address> dhcp, int mtu) {
        return new Fan(
                mapping,
                type,
                bridge,
                tunnel,
                vni,
                port,
                mtu,
                macSeed,
                slices,
                dhcp,
                underlayOnly,
                nat,
                accept,
                shares);
    }

    /**
     * {@return this fan with another MTU}
     *
     * @param mtu bytes
     */
    public Fan withMtu(int mtu) {
        return with(slices, dhcp, mtu);
    }

    /**
     * {@return the entry that brings one of its slices up as it is, with what differs from the defaults as options; the
     * MTU is left to the underlay}
     *
     * @param slice one of its slices
     */
    public FanEntry entry(FanSlice slice) {
        FanOptions options = FanOptions.DEFAULT
                .withDhcp(leases(slice.underlayAddress()))
                .withHostReserve(slice.hostReserve())
                .withUnderlayOnly(underlayOnly);
        if (!bridge.equals(FanNames.bridge(overlay()))) {
            options = options.withBridge(bridge);
        }
        options = options.withType(type).withNat(nat).withAccept(accept).withShares(shares);
        if (type == TunnelType.VXLAN && port != TunnelType.DEFAULT_VXLAN_PORT) {
            options = options.withPort(port);
        }
        if (type == TunnelType.VXLAN && vni != FanNames.vni(overlay())) {
            options = options.withVni(vni);
        }
        UnderlaySpec underlay =
                UnderlaySpec.of(slice.underlayAddress(), mapping.underlay().prefixLength());
        return new FanEntry(overlay(), underlay, options);
    }

    /** {@return what the bridge carries as ifalias} */
    public Label mark() {
        return new Label(mapping, type, vni, port, macSeed, dhcp, false, nat, accept, shares);
    }

    /**
     * {@return what the tunnel carries as ifalias, which needs room for a {@linkplain
     * io.fanatic.netlink.bpf.ProgramRecord record}}
     */
    public Label tunnelMark() {
        return new Label(mapping, type, vni, port, macSeed, List.of(), underlayOnly, true, true, Shares.DEFAULT);
    }
}
