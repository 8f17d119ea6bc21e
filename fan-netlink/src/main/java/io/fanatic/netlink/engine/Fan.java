package io.fanatic.netlink.engine;

import io.fanatic.core.Delivery;
import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Shares;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.kernel.Label;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One fan on this host, as it is or as it should be. Values of this class never change; the engine makes them. */
public final class Fan {

    /** Each underlay address of a host costs its packets a compare and its label a word; with more, a label with its note may not fit an ifalias. */
    public static final int MAX_ADDRESSES = 6;

    private final FanMapping mapping;
    private final Transport transport;
    private final String bridge;
    private final String tunnel;
    private final int mtu;
    private final Ipv4Address macSeed;
    private final List<FanSlice> slices;
    private final List<Ipv4Address> dhcp;
    private final boolean nat;
    private final boolean accept;
    private final Shares shares;
    private final boolean fast;
    private final Optional<Ipv6Mapping> ipv6;
    private final Direct direct;
    private final boolean names;
    private final Optional<Encryption> encryption;

    private Fan(Builder builder) {
        mapping = builder.mapping;
        transport = builder.transport;
        bridge = builder.bridge;
        tunnel = builder.tunnel;
        mtu = builder.mtu;
        macSeed = builder.macSeed;
        nat = builder.nat;
        accept = builder.accept;
        shares = builder.shares;
        fast = builder.fast;
        ipv6 = builder.ipv6;
        direct = builder.direct;
        names = builder.names;
        encryption = builder.encryption;
        List<FanSlice> ordered = new ArrayList<>(builder.slices);
        ordered.sort((a, b) -> a.underlayAddress().compareTo(b.underlayAddress()));
        slices = List.copyOf(ordered);
        List<Ipv4Address> served = new ArrayList<>(builder.dhcp);
        Collections.sort(served);
        dhcp = List.copyOf(served);
    }

    /** A fan with the names that follow from its overlay, and nothing else yet. */
    static Builder builder(FanMapping mapping, Transport transport, Ipv4Address macSeed) {
        return new Builder(mapping, transport, macSeed);
    }

    Builder toBuilder() {
        Builder builder = new Builder(mapping, transport, macSeed);
        builder.bridge = bridge;
        builder.tunnel = tunnel;
        builder.mtu = mtu;
        builder.slices = slices;
        builder.dhcp = dhcp;
        builder.nat = nat;
        builder.accept = accept;
        builder.shares = shares;
        builder.fast = fast;
        builder.ipv6 = ipv6;
        builder.direct = direct;
        builder.names = names;
        builder.encryption = encryption;
        return builder;
    }

    /** {@return overlay and underlay} */
    public FanMapping mapping() {
        return mapping;
    }

    /** {@return how packets travel, with VNI and port where it has them} */
    public Transport transport() {
        return transport;
    }

    /** {@return name of the bridge} */
    public String bridge() {
        return bridge;
    }

    /** {@return name of the tunnel, which IPIP fans share} */
    public String tunnel() {
        return tunnel;
    }

    /** {@return largest packet that the bridge and its containers are told of, bytes; 0 where that is not known} */
    public int mtu() {
        return mtu;
    }

    /** {@return the underlay address that the MAC addresses are derived from; the first one that the fan was given} */
    public Ipv4Address macSeed() {
        return macSeed;
    }

    /** {@return the slices of this host, one for each underlay address, ordered by that address} */
    public List<FanSlice> slices() {
        return slices;
    }

    /** {@return the underlay addresses in whose slices addresses are leased by DHCP, ordered} */
    public List<Ipv4Address> dhcp() {
        return dhcp;
    }

    /** {@return whether what leaves the overlay takes the host's address} */
    public boolean nat() {
        return nat;
    }

    /** {@return whether rules are added that let the fan's packets pass where iptables drops what it forwards} */
    public boolean accept() {
        return accept;
    }

    /** {@return which part of a slice each container engine gives out} */
    public Shares shares() {
        return shares;
    }

    /**
     * {@return whether the fan's own programs are to write and remove the outer headers where the host allows it; never for IPIP, and with
     * encryption} Whether they do, {@link io.fanatic.netlink.FanNetwork#path} tells.
     */
    public boolean fast() {
        return fast && type() == TunnelType.VXLAN && encryption.isEmpty();
    }

    /**
     * {@return whether packets for hosts on the same segment are to travel without encapsulation} Whether they do, {@link
     * io.fanatic.netlink.FanNetwork#direct} tells.
     */
    public Direct direct() {
        return direct;
    }

    /** {@return whether names of containers are served at its host addresses, where {@code fanatic names} runs} */
    public boolean names() {
        return names;
    }

    /**
     * {@return the IPv6 overlay over the same underlay, which tells each host's slice; empty for a fan of IPv4 alone}
     */
    public Optional<Ipv6Mapping> ipv6() {
        return ipv6;
    }

    /** {@return how packets between hosts are encrypted; without it they travel as they are} */
    public Optional<Encryption> encryption() {
        return encryption;
    }

    /** {@return the IPv4 network that containers see} */
    public Ipv4Prefix overlay() {
        return mapping.overlay();
    }

    /** {@return the word for its transport} */
    public TunnelType type() {
        return transport.type();
    }

    /** {@return how packets get from containers to the tunnel} */
    public Delivery delivery() {
        return transport.delivery();
    }

    /** {@return whether its port takes packets from the underlays of its fans only} */
    public boolean underlayOnly() {
        return transport.underlayOnly();
    }

    /** {@return the prefix length of the addresses on the bridge and in containers, see {@link Delivery#prefixLength}} */
    public int prefixLength() {
        return delivery().prefixLength(mapping);
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
        return toBuilder().slices(slices).dhcp(dhcp).build();
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
        return toBuilder().slices(slices).dhcp(dhcp).build();
    }

    /**
     * {@return this fan with another MTU}
     *
     * @param mtu bytes
     */
    public Fan withMtu(int mtu) {
        return toBuilder().mtu(mtu).build();
    }

    /**
     * {@return the entry that brings one of its slices up as it is, its MTU included}
     *
     * @param slice one of its slices
     */
    public FanEntry entry(FanSlice slice) {
        FanEntry entry = entryOfAnyMtu(slice);
        return mtu == 0 ? entry : entry.withOptions(entry.options().withMtu(mtu));
    }

    /**
     * {@return the entry that brings one of its slices up as it is, with an MTU as the underlay's device then leaves it}
     *
     * @param slice one of its slices
     */
    public FanEntry entryOfAnyMtu(FanSlice slice) {
        FanOptions.Builder options = FanOptions.builder()
                .dhcp(leases(slice.underlayAddress()))
                .hostReserve(slice.hostReserve())
                .nat(nat)
                .accept(accept)
                .shares(shares)
                .fast(fast)
                .direct(direct)
                .names(names);
        if (!bridge.equals(FanNames.bridge(overlay()))) {
            options.bridge(bridge);
        }
        ipv6.ifPresent(mapping -> options.overlay6(mapping.overlay()));
        encryption.ifPresent(options::encryption);
        UnderlaySpec underlay =
                UnderlaySpec.of(slice.underlayAddress(), mapping.underlay().prefixLength());
        return new FanEntry(overlay(), underlay, options.build().withTransport(transport, overlay()));
    }

    /** {@return what the bridge carries as ifalias} */
    public Label label() {
        return new Label(
                mapping,
                transport.withUnderlayOnly(false),
                macSeed,
                dhcp,
                nat,
                accept,
                shares,
                fast,
                ipv6.map(Ipv6Mapping::overlay),
                direct,
                names,
                encryption);
    }

    /**
     * {@return what the tunnel carries as ifalias, which needs room for a {@linkplain
     * io.fanatic.netlink.bpf.ProgramRecord record}}
     */
    public Label tunnelLabel() {
        return new Label(
                mapping,
                transport,
                macSeed,
                List.of(),
                true,
                true,
                Shares.DEFAULT,
                false,
                Optional.empty(),
                Direct.OFF,
                false,
                Optional.empty());
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fan that
                && mapping.equals(that.mapping)
                && transport.equals(that.transport)
                && bridge.equals(that.bridge)
                && tunnel.equals(that.tunnel)
                && mtu == that.mtu
                && macSeed.equals(that.macSeed)
                && slices.equals(that.slices)
                && dhcp.equals(that.dhcp)
                && nat == that.nat
                && accept == that.accept
                && shares.equals(that.shares)
                && fast == that.fast
                && ipv6.equals(that.ipv6)
                && direct == that.direct
                && names == that.names
                && encryption.equals(that.encryption);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                mapping,
                transport,
                bridge,
                tunnel,
                mtu,
                macSeed,
                slices,
                dhcp,
                nat,
                accept,
                shares,
                fast,
                ipv6,
                direct,
                names,
                encryption);
    }

    /** {@code 250.0.0.0/8 over 10.0.0.0/16 by fan-250}, for messages of tests and debuggers. */
    @Override
    public String toString() {
        return mapping + " by " + bridge;
    }

    /** A fan while it is put together. */
    static final class Builder {
        private final FanMapping mapping;
        private Transport transport;
        private String bridge;
        private String tunnel;
        private int mtu = 0;
        private final Ipv4Address macSeed;
        private List<FanSlice> slices = List.of();
        private List<Ipv4Address> dhcp = List.of();
        private boolean nat = true;
        private boolean accept = true;
        private Shares shares = Shares.DEFAULT;
        private boolean fast = true;
        private Optional<Ipv6Mapping> ipv6 = Optional.empty();
        private Direct direct = Direct.OFF;
        private boolean names;
        private Optional<Encryption> encryption = Optional.empty();

        private Builder(FanMapping mapping, Transport transport, Ipv4Address macSeed) {
            this.mapping = mapping;
            this.transport = transport;
            this.macSeed = macSeed;
            bridge = FanNames.bridge(mapping.overlay());
            tunnel = FanNames.tunnel(transport.type(), mapping.overlay());
        }

        Builder transport(Transport value) {
            transport = value;
            return this;
        }

        Builder bridge(String value) {
            bridge = value;
            return this;
        }

        Builder tunnel(String value) {
            tunnel = value;
            return this;
        }

        Builder mtu(int value) {
            mtu = value;
            return this;
        }

        Builder slices(List<FanSlice> value) {
            slices = value;
            return this;
        }

        Builder dhcp(List<Ipv4Address> value) {
            dhcp = value;
            return this;
        }

        Builder nat(boolean value) {
            nat = value;
            return this;
        }

        Builder accept(boolean value) {
            accept = value;
            return this;
        }

        Builder shares(Shares value) {
            shares = value;
            return this;
        }

        Builder fast(boolean value) {
            fast = value;
            return this;
        }

        Builder ipv6(Optional<Ipv6Mapping> value) {
            ipv6 = value;
            return this;
        }

        Builder direct(Direct value) {
            direct = value;
            return this;
        }

        Builder names(boolean value) {
            names = value;
            return this;
        }

        Builder encryption(Optional<Encryption> value) {
            encryption = value;
            return this;
        }

        Fan build() {
            return new Fan(this);
        }
    }
}
