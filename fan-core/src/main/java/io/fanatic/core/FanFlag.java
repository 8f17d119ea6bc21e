package io.fanatic.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A flag of a fan as it is written in /etc/network/fan and, behind two dashes, on the command line of {@code fanctl up}. A new one is
 * a constant here with its two cases; the compiler asks for these, and for the command line's help.
 */
public enum FanFlag {
    /** Packets travel as IP in IP. */
    IPIP("ipip", ""),
    /** Addresses are leased. */
    DHCP("dhcp", ""),
    /** The fan stays down. */
    OFF("off", ""),
    /** Addresses of the host. */
    HOST_RESERVE("host-reserve", "N"),
    /** The bridge's name. */
    BRIDGE("bridge", "NAME"),
    /** The tunnel's UDP port. */
    PORT("port", "P"),
    /** The VXLAN network identifier. */
    VNI("vni", "N"),
    /** The MTU of bridge and containers. */
    MTU("mtu", "N"),
    /** The tunnel's port takes packets from the underlay only. */
    UNDERLAY_ONLY("underlay-only", ""),
    /** What leaves the overlay is not masqueraded. */
    NO_NAT("no-nat", ""),
    /** No accept rules are added. */
    NO_ACCEPT("no-accept", ""),
    /** How slices are divided. */
    SHARES("shares", "LIST"),
    /** The kernel's VXLAN device writes and removes all outer headers. */
    NO_FAST("no-fast", ""),
    /** The default, as older configurations have it; not written. */
    FAST("fast", ""),
    /** The IPv6 overlay beside the IPv4 one. */
    OVERLAY6("overlay6", "PREFIX"),
    /** IPv4 for hosts on the same segment leaves without encapsulation. */
    DIRECT("direct", ""),
    /** Such packets are received, and none are sent. */
    DIRECT_ACCEPT("direct=accept", ""),
    /** Names of containers are served at the host address. */
    NAMES("names", ""),
    /** IPsec encrypts the packets between hosts. */
    ENCRYPT("encrypt", "METHOD:FILE"),
    /** Encrypted packets travel in UDP. */
    ENCRYPT_UDP("encrypt-udp", "");

    /** Stands for a flag that is at its default; no flag can have it as its value. */
    static final String NOT_GIVEN = " ";

    private final String word;
    private final String label;

    FanFlag(String word, String label) {
        this.word = word;
        this.label = label;
    }

    /** {@return the flag as it is written} */
    public String word() {
        return word;
    }

    /** {@return what stands for its value in help texts: {@code N}, {@code NAME}; empty where it has none} */
    public String label() {
        return label;
    }

    /** {@return whether a value follows it} */
    public boolean hasValue() {
        return !label.isEmpty();
    }

    /**
     * {@return the flag of that word; empty when it is none}
     *
     * @param word any word
     */
    public static Optional<FanFlag> of(String word) {
        for (FanFlag flag : values()) {
            if (flag.word.equals(word)) {
                return Optional.of(flag);
            }
        }
        return Optional.empty();
    }

    /** {@return all flags with their values, for messages: {@code ipip, dhcp, ... or shares LIST}} */
    static String all() {
        StringBuilder text = new StringBuilder();
        List<FanFlag> flags = new ArrayList<>(List.of(values()));
        flags.remove(FAST);
        for (int i = 0; i < flags.size(); i++) {
            FanFlag flag = flags.get(i);
            text.append(i == 0 ? "" : i == flags.size() - 1 ? " or " : ", ").append(flag.word);
            text.append(flag.hasValue() ? " " : "").append(flag.label);
        }
        return text.toString();
    }

    String kindOfValue() {
        return switch (label) {
            case "NAME" -> "name";
            case "LIST" -> "list";
            case "PREFIX" -> "network";
            case "METHOD:FILE" -> "key";
            default -> "number";
        };
    }

    /**
     * Sets it in a builder.
     *
     * @param value its value as text
     * @throws IllegalArgumentException when that is bad
     */
    FanOptions.Builder set(FanOptions.Builder options, String value) {
        return switch (this) {
            case IPIP -> options.type(TunnelType.IPIP);
            case DHCP -> options.dhcp(true);
            case OFF -> options.off(true);
            case HOST_RESERVE -> options.hostReserve(number(value, 1, FanOptions.MAX_HOST_RESERVE));
            case BRIDGE -> options.bridge(value);
            case PORT -> options.port(number(value, 1, FanOptions.MAX_PORT));
            case VNI -> options.vni(number(value, 0, FanOptions.MAX_VNI));
            case MTU -> options.mtu(number(value, FanOptions.MIN_MTU, FanOptions.MAX_MTU));
            case UNDERLAY_ONLY -> options.underlayOnly(true);
            case NO_NAT -> options.nat(false);
            case NO_ACCEPT -> options.accept(false);
            case SHARES -> options.shares(Shares.parse(value));
            case NO_FAST -> options.fast(false);
            case FAST -> options.fast(true);
            case OVERLAY6 -> options.overlay6(Ipv6Prefix.parse(value));
            case DIRECT -> options.direct(Direct.SEND);
            case DIRECT_ACCEPT -> options.direct(Direct.ACCEPT);
            case NAMES -> options.names(true);
            case ENCRYPT -> options.encryption(Encryption.parse(value));
            case ENCRYPT_UDP -> options.encryptUdp(true);
        };
    }

    private int number(String text, int least, int most) {
        return Text.number(word, text, least, most);
    }

    /** Its value in these options, empty for a flag without values; {@link #NOT_GIVEN} when it is at its default. */
    String valueIn(FanOptions options) {
        return switch (this) {
            case IPIP -> given(options.type() == TunnelType.IPIP);
            case DHCP -> given(options.dhcp());
            case OFF -> given(options.off());
            case HOST_RESERVE ->
                options.hostReserve() == FanSlice.DEFAULT_HOST_RESERVE
                        ? NOT_GIVEN
                        : Integer.toString(options.hostReserve());
            case BRIDGE -> options.bridge().orElse(NOT_GIVEN);
            case PORT ->
                options.port().isPresent() ? Integer.toString(options.port().getAsInt()) : NOT_GIVEN;
            case VNI ->
                options.vni().isPresent() ? Integer.toString(options.vni().getAsInt()) : NOT_GIVEN;
            case MTU ->
                options.mtu().isPresent() ? Integer.toString(options.mtu().getAsInt()) : NOT_GIVEN;
            case UNDERLAY_ONLY -> given(options.underlayOnly());
            case NO_NAT -> given(!options.nat());
            case NO_ACCEPT -> given(!options.accept());
            case SHARES ->
                options.shares().equals(Shares.DEFAULT)
                        ? NOT_GIVEN
                        : options.shares().toString();
            case NO_FAST -> given(!options.fast());
            case FAST -> NOT_GIVEN;
            case OVERLAY6 -> options.overlay6().map(Ipv6Prefix::toString).orElse(NOT_GIVEN);
            case DIRECT -> given(options.direct() == Direct.SEND);
            case DIRECT_ACCEPT -> given(options.direct() == Direct.ACCEPT);
            case NAMES -> given(options.names());
            case ENCRYPT -> options.encryption().map(Encryption::toString).orElse(NOT_GIVEN);
            case ENCRYPT_UDP -> given(options.encryptUdp());
        };
    }

    private static String given(boolean is) {
        return is ? "" : NOT_GIVEN;
    }
}
