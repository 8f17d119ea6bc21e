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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One fan on this host, as it is or as it should be. Values of this class never change; the engine makes them. */
public final class Fan {

    /** Each underlay address of a host costs its packets a compare and its label a word; with more, a label with its note may not fit an ifalias. */
    public static final int MAX_ADDRESSES = 6;

    /** Belongs to this fan alone. */
    private final Builder given;

    private Fan(Builder builder) {
        given = builder.copy();
        List<FanSlice> ordered = new ArrayList<>(given.slices);
        ordered.sort((a, b) -> a.underlayAddress().compareTo(b.underlayAddress()));
        given.slices = List.copyOf(ordered);
        List<Ipv4Address> served = new ArrayList<>(given.dhcp);
        Collections.sort(served);
        given.dhcp = List.copyOf(served);
    }

    /** A fan with the names that follow from its overlay, and nothing else yet. */
    static Builder builder(FanMapping mapping, Transport transport, Ipv4Address macSeed) {
        return new Builder(mapping, transport, macSeed);
    }

    Builder toBuilder() {
        return given.copy();
    }

    /** {@return overlay and underlay} */
    public FanMapping mapping() {
        return given.mapping;
    }

    /** {@return how packets travel, with VNI and port where it has them} */
    public Transport transport() {
        return given.transport;
    }

    /** {@return name of the bridge} */
    public String bridge() {
        return given.bridge;
    }

    /** {@return name of the tunnel, which IPIP fans share} */
    public String tunnel() {
        return given.tunnel;
    }

    /** {@return largest packet that the bridge and its containers are told of, bytes; 0 where that is not known} */
    public int mtu() {
        return given.mtu;
    }

    /** {@return the underlay address that the MAC addresses are derived from; the first one that the fan was given} */
    public Ipv4Address macSeed() {
        return given.macSeed;
    }

    /** {@return the slices of this host, one for each underlay address, ordered by that address} */
    public List<FanSlice> slices() {
        return given.slices;
    }

    /** {@return the underlay addresses in whose slices addresses are leased by DHCP, ordered} */
    public List<Ipv4Address> dhcp() {
        return given.dhcp;
    }

    /** {@return whether what leaves the overlay takes the host's address} */
    public boolean nat() {
        return given.nat;
    }

    /** {@return whether rules are added that let the fan's packets pass where iptables drops what it forwards} */
    public boolean accept() {
        return given.accept;
    }

    /** {@return which part of a slice each container engine gives out} */
    public Shares shares() {
        return given.shares;
    }

    /**
     * {@return whether the fan's own programs are to write and remove the outer headers where the host allows it; never for IPIP, and with
     * encryption} Whether they do, {@link io.fanatic.netlink.FanNetwork#path} tells.
     */
    public boolean fast() {
        return given.fast && type() == TunnelType.VXLAN && given.encryption.isEmpty();
    }

    /**
     * {@return whether packets for hosts on the same segment are to travel without encapsulation} Whether they do, {@link
     * io.fanatic.netlink.FanNetwork#direct} tells.
     */
    public Direct direct() {
        return given.direct;
    }

    /** {@return whether names of containers are served at its host addresses, where {@code fanatic names} runs} */
    public boolean names() {
        return given.names;
    }

    /**
     * {@return the IPv6 overlay over the same underlay, which tells each host's slice; empty for a fan of IPv4 alone}
     */
    public Optional<Ipv6Mapping> ipv6() {
        return given.ipv6;
    }

    /** {@return how packets between hosts are encrypted; without it they travel as they are} */
    public Optional<Encryption> encryption() {
        return given.encryption;
    }

    /** {@return the IPv4 network that containers see} */
    public Ipv4Prefix overlay() {
        return given.mapping.overlay();
    }

    /** {@return the word for its transport} */
    public TunnelType type() {
        return given.transport.type();
    }

    /** {@return how packets get from containers to the tunnel} */
    public Delivery delivery() {
        return given.transport.delivery();
    }

    /** {@return whether its port takes packets from the underlays of its fans only} */
    public boolean underlayOnly() {
        return given.transport.underlayOnly();
    }

    /** {@return the prefix length of the addresses on the bridge and in containers, see {@link Delivery#prefixLength}} */
    public int prefixLength() {
        return delivery().prefixLength(given.mapping);
    }

    /** {@return the underlay addresses of this host in this fan, ordered} */
    public List<Ipv4Address> underlayAddresses() {
        List<Ipv4Address> addresses = new ArrayList<>();
        for (FanSlice slice : given.slices) {
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
        return given.dhcp.contains(underlayAddress);
    }

    /**
     * {@return this fan with a slice added, or in place of the one of the same underlay address}
     *
     * @param slice of this fan
     * @param leases whether containers in it get their addresses by DHCP
     */
    public Fan with(FanSlice slice, boolean leases) {
        Fan others = without(slice.underlayAddress());
        List<FanSlice> slices = new ArrayList<>(others.given.slices);
        slices.add(slice);
        List<Ipv4Address> dhcp = new ArrayList<>(others.given.dhcp);
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
        List<FanSlice> slices = new ArrayList<>(given.slices);
        slices.removeIf(slice -> slice.underlayAddress().equals(underlayAddress));
        List<Ipv4Address> dhcp = new ArrayList<>(given.dhcp);
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
        return given.mtu == 0 ? entry : entry.withOptions(entry.options().withMtu(given.mtu));
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
                .nat(given.nat)
                .accept(given.accept)
                .shares(given.shares)
                .fast(given.fast)
                .direct(given.direct)
                .names(given.names);
        if (!given.bridge.equals(FanNames.bridge(overlay()))) {
            options.bridge(given.bridge);
        }
        given.ipv6.ifPresent(mapping -> options.overlay6(mapping.overlay()));
        given.encryption.ifPresent(options::encryption);
        UnderlaySpec underlay = UnderlaySpec.of(
                slice.underlayAddress(), given.mapping.underlay().prefixLength());
        return new FanEntry(overlay(), underlay, options.build().withTransport(given.transport, overlay()));
    }

    /** {@return what the bridge carries as ifalias} */
    public Label label() {
        return new Label(
                given.mapping,
                given.transport.withUnderlayOnly(false),
                given.macSeed,
                given.dhcp,
                given.nat,
                given.accept,
                given.shares,
                given.fast,
                given.ipv6.map(Ipv6Mapping::overlay),
                given.direct,
                given.names,
                given.encryption);
    }

    /**
     * {@return what the tunnel carries as ifalias, which needs room for a {@linkplain
     * io.fanatic.netlink.bpf.ProgramRecord record}}
     */
    public Label tunnelLabel() {
        return new Label(
                given.mapping,
                given.transport,
                given.macSeed,
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

    // No record, to start fast: see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Fan that && given.values().equals(that.given.values());
    }

    @Override
    public int hashCode() {
        return given.values().hashCode();
    }

    /** {@code 250.0.0.0/8 over 10.0.0.0/16 by fan-250}, for messages of tests and debuggers. */
    @Override
    public String toString() {
        return given.mapping + " by " + given.bridge;
    }

    /** A fan while it is put together. */
    static final class Builder implements Cloneable {
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

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new AssertionError(impossible);
            }
        }

        private List<Object> values() {
            return List.of(
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
