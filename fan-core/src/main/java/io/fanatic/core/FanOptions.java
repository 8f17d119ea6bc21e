package io.fanatic.core;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What can be said about a fan beside its overlay and underlay; what is left empty follows from the overlay or the host.
 * Values of this class never change:
 *
 * <pre>
 *   FanOptions options = FanOptions.builder().dhcp(true).mtu(1400).build();
 *   FanOptions other = options.withDhcp(false);
 * </pre>
 *
 * <p>Its text form is that of /etc/network/fan: a {@link FanFlag} for each option that is not at its default.
 */
public final class FanOptions {

    /** No flag given. */
    public static final FanOptions DEFAULT = builder().build();

    /** The smallest MTU that IPv4 allows (RFC 791, page 25), in bytes. */
    public static final int MIN_MTU = 68;

    /** Smallest MTU that IPv6 allows (RFC 8200 section 5); with less, the kernel has no IPv6 on a device. */
    public static final int MIN_IPV6_MTU = 1280;

    /** The reserve that leaves one container in the widest slice there is, a /3. */
    static final int MAX_HOST_RESERVE = (1 << 29) - 3;

    static final int MAX_MTU = 65535;
    static final int MAX_PORT = 65535;
    static final int MAX_VNI = 0xffffff;

    /** Belongs to these options alone. */
    private final Builder given;

    private FanOptions(Builder builder) {
        given = builder.copy();
        given.encryption = given.encryption.map(how -> how.withUdp(given.encryptUdp));
        Text.requireRange("host-reserve", given.hostReserve, 1, MAX_HOST_RESERVE);
        if (given.bridge.isPresent()) {
            FanNames.requireInterfaceName("bridge name", given.bridge.get());
        }
        requireRange("port", given.port, 1, MAX_PORT);
        requireRange("vni", given.vni, 0, MAX_VNI);
        requireRange("mtu", given.mtu, MIN_MTU, MAX_MTU);
        for (FanFlag flag : FanFlag.values()) {
            Optional<String> refusal = given.type.refusal(flag);
            if (refusal.isPresent() && !flag.valueIn(this).equals(FanFlag.NOT_GIVEN)) {
                throw new IllegalArgumentException(refusal.get());
            }
        }
        if (given.overlay6.isPresent() && given.mtu.isPresent() && given.mtu.getAsInt() < MIN_IPV6_MTU) {
            throw new IllegalArgumentException(
                    "overlay6 takes an mtu of at least " + MIN_IPV6_MTU + ", not " + given.mtu.getAsInt());
        }
        if (given.encryption.isPresent() && given.direct != Direct.OFF) {
            throw new IllegalArgumentException(
                    "encrypt does not go with direct: IPsec encrypts packets of the kernel's tunnel device only");
        }
    }

    private static void requireRange(String what, OptionalInt value, int least, int most) {
        if (value.isPresent()) {
            Text.requireRange(what, value.getAsInt(), least, most);
        }
    }

    /** {@return a builder at the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that begins with these options} */
    public Builder toBuilder() {
        return given.copy();
    }

    /**
     * Reads flags as they stand in /etc/network/fan, in any order, see {@link FanFlag}.
     *
     * @param words the flags and their values, each a word of its own
     * @return the defaults, changed as the flags say
     * @throws IllegalArgumentException when a word is no flag, is given twice, lacks its value or has a bad one; the
     *     message quotes the word and says what was expected
     */
    public static FanOptions parse(List<String> words) {
        FanOptions options = DEFAULT;
        Set<FanFlag> seen = new HashSet<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            Optional<FanFlag> flag = FanFlag.of(word);
            if (flag.isPresent() && !seen.add(flag.get())) {
                throw new IllegalArgumentException(Text.quote(word) + " is given twice");
            }
            if (flag.isEmpty()) {
                throw new IllegalArgumentException(Text.quote(word) + " is not a flag; expected " + FanFlag.all());
            }
            if (seen.contains(FanFlag.DIRECT) && seen.contains(FanFlag.DIRECT_ACCEPT)) {
                throw new IllegalArgumentException("direct and direct=accept exclude each other");
            }
            if (seen.contains(FanFlag.FAST) && seen.contains(FanFlag.NO_FAST)) {
                throw new IllegalArgumentException("fast and no-fast exclude each other");
            }
            options = options.with(flag.get(), flag.get().hasValue() ? value(words, ++i, flag.get()) : "");
        }
        return options;
    }

    private static String value(List<String> words, int at, FanFlag flag) {
        if (at == words.size()) {
            throw new IllegalArgumentException(
                    Text.quote(flag.word()) + " needs a " + flag.kindOfValue() + " after it");
        }
        return words.get(at);
    }

    /**
     * {@return the same with one flag given}
     *
     * @param flag which one
     * @param value its value as text; ignored by a flag without one
     * @throws IllegalArgumentException when the value is bad or does not go with the others
     */
    public FanOptions with(FanFlag flag, String value) {
        Builder builder = toBuilder();
        flag.set(builder, value);
        return builder.build();
    }

    /** {@return how packets travel between hosts; the same on every host of a fan} */
    public TunnelType type() {
        return given.type;
    }

    /** {@return whether a DHCP server leases the slice's container addresses} */
    public boolean dhcp() {
        return given.dhcp;
    }

    /** {@return whether {@code fanctl up -a} passes this fan over} */
    public boolean off() {
        return given.off;
    }

    /** {@return how many addresses belong to the host, at least 1; how many fit, the {@link FanSlice} knows} */
    public int hostReserve() {
        return given.hostReserve;
    }

    /** {@return the bridge's name, 1 to 15 bytes; else {@link FanNames#bridge}} */
    public Optional<String> bridge() {
        return given.bridge;
    }

    /** {@return the tunnel's UDP port, 1 to 65535; else {@link TunnelType#DEFAULT_VXLAN_PORT}} */
    public OptionalInt port() {
        return given.port;
    }

    /** {@return the VXLAN network identifier, 0 to 16777215; else {@link FanNames#vni}} */
    public OptionalInt vni() {
        return given.vni;
    }

    /** {@return the MTU of bridge and containers in bytes, 68 to 65535; else what the underlay's device leaves} */
    public OptionalInt mtu() {
        return given.mtu;
    }

    /** {@return whether the tunnel's UDP port takes packets from the underlay only} */
    public boolean underlayOnly() {
        return given.underlayOnly;
    }

    /** {@return whether what leaves the overlay takes the host's address (nftables masquerade)} */
    public boolean nat() {
        return given.nat;
    }

    /** {@return whether rules are added that let the fan's packets pass where iptables drops what it forwards} */
    public boolean accept() {
        return given.accept;
    }

    /** {@return which part of a slice each container engine gives out; best the same on every host} */
    public Shares shares() {
        return given.shares;
    }

    /**
     * {@return whether the fan's own programs are to write and remove the outer headers of VXLAN where the host allows it} A fan of IPIP and an
     * encrypted one have no such path.
     */
    public boolean fast() {
        return given.fast;
    }

    /** {@return the IPv6 network that containers see beside the IPv4 overlay; each host has a /64 of it, see {@link Ipv6Mapping}} */
    public Optional<Ipv6Prefix> overlay6() {
        return given.overlay6;
    }

    /** {@return whether IPv4 for hosts on the same segment travels without encapsulation} */
    public Direct direct() {
        return given.direct;
    }

    /** {@return whether names of containers are served at the host address, see fanatic(1)} */
    public boolean names() {
        return given.names;
    }

    /** {@return how packets between hosts are encrypted; empty where they are not} */
    public Optional<Encryption> encryption() {
        return given.encryption;
    }

    /** {@return whether encrypted packets travel in UDP; no fan can have that without {@link #encryption}} */
    public boolean encryptUdp() {
        return given.encryptUdp;
    }

    /**
     * {@return the transport that these options mean}
     *
     * @param overlay the fan's
     * @param now the transport that the fan has now, whose numbers stay where no others are given; empty for a new fan
     */
    public Transport transport(Ipv4Prefix overlay, Optional<Transport> now) {
        return switch (given.type) {
            case VXLAN -> {
                Transport.Vxlan usual = (now.isPresent() ? now.get().vxlan() : Optional.<Transport.Vxlan>empty())
                        .orElse(Transport.Vxlan.usual(overlay));
                yield new Transport.Vxlan(
                        given.vni.orElse(usual.vni()), given.port.orElse(usual.port()), given.underlayOnly);
            }
            case IPIP -> new Transport.Ipip();
        };
    }

    /**
     * {@return the same with what a transport has that is not as the overlay's would be by itself; {@link #transport} gives it back}
     *
     * @param transport the fan's
     * @param overlay the fan's
     */
    public FanOptions withTransport(Transport transport, Ipv4Prefix overlay) {
        Builder builder = toBuilder().type(transport.type()).underlayOnly(transport.underlayOnly());
        builder.port = OptionalInt.empty();
        builder.vni = OptionalInt.empty();
        if (transport.vxlan().isPresent()) {
            Transport.Vxlan vxlan = transport.vxlan().get();
            Transport.Vxlan usual = Transport.Vxlan.usual(overlay);
            builder.port = vxlan.port() == usual.port() ? OptionalInt.empty() : OptionalInt.of(vxlan.port());
            builder.vni = vxlan.vni() == usual.vni() ? OptionalInt.empty() : OptionalInt.of(vxlan.vni());
        }
        return builder.build();
    }

    /** {@return the same with the MTU left to the underlay} */
    public FanOptions withoutMtu() {
        Builder builder = toBuilder();
        builder.mtu = OptionalInt.empty();
        return builder.build();
    }

    /**
     * {@return the same with another kind of tunnel}
     *
     * @param value how packets travel
     * @throws IllegalArgumentException for IPIP with a port, a VNI or underlay-only
     */
    public FanOptions withType(TunnelType value) {
        return toBuilder().type(value).build();
    }

    /**
     * {@return the same with DHCP for containers switched on or off}
     *
     * @param value whether to lease; false by default
     */
    public FanOptions withDhcp(boolean value) {
        return toBuilder().dhcp(value).build();
    }

    /**
     * {@return the same with the fan left down when the configuration is brought up, or not}
     *
     * @param value whether to leave it down; false by default
     */
    public FanOptions withOff(boolean value) {
        return toBuilder().off(value).build();
    }

    /**
     * {@return the same with a host reserve}
     *
     * @param value addresses, at least 1
     * @throws IllegalArgumentException when below 1
     */
    public FanOptions withHostReserve(int value) {
        return toBuilder().hostReserve(value).build();
    }

    /**
     * {@return the same with a bridge of that name}
     *
     * @param value 1 to 15 bytes, see {@link FanNames#requireInterfaceName}
     * @throws IllegalArgumentException when the kernel would refuse the name
     */
    public FanOptions withBridge(String value) {
        return toBuilder().bridge(value).build();
    }

    /**
     * {@return the same with a UDP port}
     *
     * @param value 1 to 65535
     * @throws IllegalArgumentException when not 1 to 65535, and for IPIP
     */
    public FanOptions withPort(int value) {
        return toBuilder().port(value).build();
    }

    /**
     * {@return the same with a VXLAN network identifier}
     *
     * @param value 0 to 16777215
     * @throws IllegalArgumentException when not 0 to 16777215, and for IPIP
     */
    public FanOptions withVni(int value) {
        return toBuilder().vni(value).build();
    }

    /**
     * {@return the same with an MTU}
     *
     * @param value bytes, 68 to 65535
     * @throws IllegalArgumentException when not 68 to 65535
     */
    public FanOptions withMtu(int value) {
        return toBuilder().mtu(value).build();
    }

    /**
     * {@return the same with the tunnel's UDP port closed to all but the underlay, or open to everybody}
     *
     * @param value whether it is closed; false by default
     * @throws IllegalArgumentException for IPIP
     */
    public FanOptions withUnderlayOnly(boolean value) {
        return toBuilder().underlayOnly(value).build();
    }

    /**
     * {@return the same with what leaves the overlay masqueraded or not}
     *
     * @param value whether to masquerade; true by default
     */
    public FanOptions withNat(boolean value) {
        return toBuilder().nat(value).build();
    }

    /**
     * {@return the same with the fast path where the host allows it, or without}
     *
     * @param value whether the fan's own programs are to write and remove the outer headers; true by default
     */
    public FanOptions withFast(boolean value) {
        return toBuilder().fast(value).build();
    }

    /**
     * {@return the same with an IPv6 overlay beside the IPv4 one}
     *
     * @param value the network; whether it fits the underlay, {@link Ipv6Mapping} tells
     * @throws IllegalArgumentException for IPIP, and with an MTU of less than {@value #MIN_IPV6_MTU}
     */
    public FanOptions withOverlay6(Ipv6Prefix value) {
        return toBuilder().overlay6(value).build();
    }

    /** {@return the same without an IPv6 overlay} */
    public FanOptions withoutOverlay6() {
        Builder builder = toBuilder();
        builder.overlay6 = Optional.empty();
        return builder.build();
    }

    /**
     * {@return the same with packets without encapsulation for hosts on the same segment, or without such packets}
     *
     * @param value {@link Direct#OFF} by default
     * @throws IllegalArgumentException for IPIP
     */
    public FanOptions withDirect(Direct value) {
        return toBuilder().direct(value).build();
    }

    /**
     * {@return the same with names of containers served at the host address, or not}
     *
     * @param value whether to serve; false by default
     */
    public FanOptions withNames(boolean value) {
        return toBuilder().names(value).build();
    }

    /** {@return the same with packets between hosts in clear} */
    public FanOptions withoutEncryption() {
        Builder builder = toBuilder();
        builder.encryption = Optional.empty();
        builder.encryptUdp = false;
        return builder.build();
    }

    /**
     * {@return the same with packets between hosts encrypted}
     *
     * @param value how; not encrypted by default
     * @throws IllegalArgumentException for IPIP, and with direct
     */
    public FanOptions withEncryption(Encryption value) {
        return toBuilder().encryption(value).build();
    }

    /**
     * {@return the same with accept rules where iptables drops what it forwards, or without}
     *
     * @param value whether to add rules; true by default
     */
    public FanOptions withAccept(boolean value) {
        return toBuilder().accept(value).build();
    }

    /**
     * {@return the same with slices divided in another way}
     *
     * @param value the shares; {@link Shares#DEFAULT} by default
     */
    public FanOptions withShares(Shares value) {
        return toBuilder().shares(value).build();
    }

    /** The flags as {@link #parse} reads them, separated by blanks; those at their default are left out. */
    @Override
    public String toString() {
        StringBuilder flags = new StringBuilder();
        for (FanFlag flag : FanFlag.values()) {
            String value = flag.valueIn(this);
            if (!value.equals(FanFlag.NOT_GIVEN)) {
                flags.append(flags.length() == 0 ? "" : " ").append(flag.word());
                flags.append(flag.hasValue() ? " " : "").append(value);
            }
        }
        return flags.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FanOptions that && given.values().equals(that.given.values());
    }

    @Override
    public int hashCode() {
        return given.values().hashCode();
    }

    /** Options while they are collected; {@link #build} checks them. */
    public static final class Builder implements Cloneable {
        private TunnelType type = TunnelType.VXLAN;
        private boolean dhcp = false;
        private boolean off = false;
        private int hostReserve = FanSlice.DEFAULT_HOST_RESERVE;
        private Optional<String> bridge = Optional.empty();
        private OptionalInt port = OptionalInt.empty();
        private OptionalInt vni = OptionalInt.empty();
        private OptionalInt mtu = OptionalInt.empty();
        private boolean underlayOnly = false;
        private boolean nat = true;
        private boolean accept = true;
        private boolean fast = true;
        private Optional<Ipv6Prefix> overlay6 = Optional.empty();
        private Direct direct = Direct.OFF;
        private boolean names;
        private Optional<Encryption> encryption = Optional.empty();
        private boolean encryptUdp;
        private Shares shares = Shares.DEFAULT;

        private Builder() {}

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException impossible) {
                throw new AssertionError(impossible);
            }
        }

        private List<Object> values() {
            return List.of(
                    type,
                    dhcp,
                    off,
                    hostReserve,
                    bridge,
                    port,
                    vni,
                    mtu,
                    underlayOnly,
                    nat,
                    accept,
                    shares,
                    fast,
                    overlay6,
                    direct,
                    names,
                    encryption,
                    encryptUdp);
        }

        /**
         * Sets how packets travel between hosts.
         *
         * @param value how packets travel
         * @return this
         */
        public Builder type(TunnelType value) {
            type = value;
            return this;
        }

        /**
         * Sets whether a DHCP server leases the slice's container addresses.
         *
         * @param value whether to lease; false by default
         * @return this
         */
        public Builder dhcp(boolean value) {
            dhcp = value;
            return this;
        }

        /**
         * Sets whether {@code fanctl up -a} passes this fan over.
         *
         * @param value whether to leave it down; false by default
         * @return this
         */
        public Builder off(boolean value) {
            off = value;
            return this;
        }

        /**
         * Sets how many addresses belong to the host, at least 1.
         *
         * @param value addresses, at least 1
         * @return this
         */
        public Builder hostReserve(int value) {
            hostReserve = value;
            return this;
        }

        /**
         * Sets the bridge's name, 1 to 15 bytes.
         *
         * @param value 1 to 15 bytes, see {@link FanNames#requireInterfaceName}
         * @return this
         */
        public Builder bridge(String value) {
            bridge = Optional.of(value);
            return this;
        }

        /**
         * Sets the tunnel's UDP port, 1 to 65535.
         *
         * @param value 1 to 65535
         * @return this
         */
        public Builder port(int value) {
            port = OptionalInt.of(value);
            return this;
        }

        /**
         * Sets the VXLAN network identifier, 0 to 16777215.
         *
         * @param value 0 to 16777215
         * @return this
         */
        public Builder vni(int value) {
            vni = OptionalInt.of(value);
            return this;
        }

        /**
         * Sets the MTU of bridge and containers in bytes.
         *
         * @param value bytes, 68 to 65535
         * @return this
         */
        public Builder mtu(int value) {
            mtu = OptionalInt.of(value);
            return this;
        }

        /**
         * Sets whether the tunnel's UDP port takes packets from the underlay only.
         *
         * @param value whether it is closed; false by default
         * @return this
         */
        public Builder underlayOnly(boolean value) {
            underlayOnly = value;
            return this;
        }

        /**
         * Sets whether what leaves the overlay takes the host's address (nftables masquerade).
         *
         * @param value whether to masquerade; true by default
         * @return this
         */
        public Builder nat(boolean value) {
            nat = value;
            return this;
        }

        /**
         * Whether the fan's own programs are to write and remove the outer headers where the host allows it.
         *
         * @param value by default true
         * @return this builder
         */
        public Builder fast(boolean value) {
            fast = value;
            return this;
        }

        /**
         * The IPv6 network that containers see beside the IPv4 overlay.
         *
         * @param value by default none
         * @return this builder
         */
        public Builder overlay6(Ipv6Prefix value) {
            overlay6 = Optional.of(value);
            return this;
        }

        /**
         * {@return this builder}
         *
         * @param value whether packets for hosts on the same segment travel without encapsulation, as {@link FanOptions#direct}
         */
        public Builder direct(Direct value) {
            direct = value;
            return this;
        }

        /**
         * Sets whether names of containers are served at the host address.
         *
         * @param value whether to serve; false by default
         * @return this
         */
        public Builder names(boolean value) {
            names = value;
            return this;
        }

        /**
         * {@return this builder}
         *
         * @param value how packets between hosts are encrypted, as {@link FanOptions#encryption}
         */
        public Builder encryption(Encryption value) {
            encryption = Optional.of(value);
            encryptUdp |= value.udp();
            return this;
        }

        /**
         * Sets whether encrypted packets travel in UDP, as {@link Encryption#udp}.
         *
         * @param value whether they do; not by default
         * @return this
         */
        public Builder encryptUdp(boolean value) {
            encryptUdp = value;
            return this;
        }

        /**
         * Sets whether rules are added that let the fan's packets pass where iptables drops what it forwards.
         *
         * @param value whether to add rules; true by default
         * @return this
         */
        public Builder accept(boolean value) {
            accept = value;
            return this;
        }

        /**
         * Sets which part of a slice each container engine gives out.
         *
         * @param value the shares; {@link Shares#DEFAULT} by default
         * @return this
         */
        public Builder shares(Shares value) {
            shares = value;
            return this;
        }

        /**
         * {@return the options}
         *
         * @throws IllegalArgumentException when a value is out of its range or does not go with the others; the message names it
         */
        public FanOptions build() {
            return new FanOptions(this);
        }
    }
}
