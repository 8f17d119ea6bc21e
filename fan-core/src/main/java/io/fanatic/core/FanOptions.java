package io.fanatic.core;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What can be said about a fan beside its overlay and underlay; what is left empty follows from the overlay or the host.
 *
 * @param type how packets travel between hosts; the same on every host of a fan
 * @param dhcp whether a DHCP server leases the slice's container addresses
 * @param off whether {@code fanctl up -a} passes this fan over
 * @param hostReserve how many addresses belong to the host, at least 1; how many fit, the {@link FanSlice} knows
 * @param bridge the bridge's name, 1 to 15 bytes; else {@link FanNames#bridge}
 * @param port the tunnel's UDP port, 1 to 65535; else {@link TunnelType#DEFAULT_VXLAN_PORT}
 * @param vni the VXLAN network identifier, 0 to 16777215; else {@link FanNames#vni}
 * @param mtu the MTU of bridge, tunnel and containers in bytes, 68 to 65535; else what the underlay's device leaves
 * @param underlayOnly whether the tunnel's UDP port takes packets from the underlay only
 * @param nat whether what leaves the overlay takes the host's address (nftables masquerade)
 * @param accept whether rules are added that let the fan's packets pass where iptables drops what it forwards
 * @param shares which part of a slice each container engine gives out; best the same on every host
 */
public record FanOptions(
        TunnelType type,
        boolean dhcp,
        boolean off,
        int hostReserve,
        Optional<String> bridge,
        OptionalInt port,
        OptionalInt vni,
        OptionalInt mtu,
        boolean underlayOnly,
        boolean nat,
        boolean accept,
        Shares shares) {

    /** No flag given. */
    public static final FanOptions DEFAULT = new FanOptions(
            TunnelType.VXLAN,
            false,
            false,
            FanSlice.DEFAULT_HOST_RESERVE,
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            false,
            true,
            true,
            Shares.DEFAULT);

    /** The flags, for messages and help. */
    public static final String FLAGS =
            "ipip, dhcp, off, host-reserve N, bridge NAME, port P, vni N, mtu N, underlay-only,"
                    + " no-nat, no-accept or shares LIST";

    /** The smallest MTU that IPv4 allows (RFC 791, page 25), in bytes. */
    public static final int MIN_MTU = 68;

    /** The reserve that leaves one container in the widest slice there is, a /3. */
    private static final int MAX_HOST_RESERVE = (1 << 29) - 3;

    private static final int MAX_MTU = 65535;
    private static final int MAX_PORT = 65535;
    private static final int MAX_VNI = 0xffffff;

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when a value is outside the range given above; the message names it
     */
    public FanOptions {
        Text.requireRange("host-reserve", hostReserve, 1, MAX_HOST_RESERVE);
        if (bridge.isPresent()) {
            FanNames.requireInterfaceName("bridge name", bridge.get());
        }
        requireRange("port", port, 1, MAX_PORT);
        requireRange("vni", vni, 0, MAX_VNI);
        requireRange("mtu", mtu, MIN_MTU, MAX_MTU);
        if (type == TunnelType.IPIP && underlayOnly) {
            throw new IllegalArgumentException("underlay-only does not go with ipip, which has no UDP port");
        }
        if (type == TunnelType.IPIP && (port.isPresent() || vni.isPresent())) {
            throw new IllegalArgumentException((port.isPresent() ? "port" : "vni")
                    + " does not go with ipip, which has neither" + " UDP ports nor VXLAN network identifiers");
        }
    }

    private static void requireRange(String what, OptionalInt value, int least, int most) {
        if (value.isPresent()) {
            Text.requireRange(what, value.getAsInt(), least, most);
        }
    }

    /**
     * Reads flags as they stand in /etc/network/fan: {@code dhcp}, {@code off}, {@code host-reserve N}, {@code bridge
     * NAME}, {@code port P}, {@code vni N}, {@code mtu N}, {@code ipip}, {@code underlay-only}, {@code no-nat}, {@code
     * no-accept}, {@code shares LIST}, in any order.
     *
     * @param words the flags and their values, each a word of its own
     * @return the defaults, changed as the flags say
     * @throws IllegalArgumentException when a word is no flag, stands twice, lacks its value or has a bad one; the
     *     message quotes the word and says what was expected
     */
    public static FanOptions parse(List<String> words) {
        FanOptions options = DEFAULT;
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < words.size(); i++) {
            String flag = words.get(i);
            if (!seen.add(flag)) {
                throw new IllegalArgumentException(Text.quote(flag) + " stands twice; once is enough");
            }
            options = switch (flag) {
                case "ipip" -> options.withType(TunnelType.IPIP);
                case "dhcp" -> options.withDhcp(true);
                case "off" -> options.withOff(true);
                case "underlay-only" -> options.withUnderlayOnly(true);
                case "host-reserve" ->
                    options.withHostReserve(Text.number("host-reserve", value(words, ++i), 1, MAX_HOST_RESERVE));
                case "bridge" -> options.withBridge(value(words, ++i));
                case "port" -> options.withPort(Text.number("port", value(words, ++i), 1, MAX_PORT));
                case "vni" -> options.withVni(Text.number("vni", value(words, ++i), 0, MAX_VNI));
                case "no-nat" -> options.withNat(false);
                case "no-accept" -> options.withAccept(false);
                case "mtu" -> options.withMtu(Text.number("mtu", value(words, ++i), MIN_MTU, MAX_MTU));
                case "shares" -> options.withShares(Shares.parse(value(words, ++i)));
                default -> throw new IllegalArgumentException(Text.quote(flag) + " is not a flag; expected " + FLAGS);
            };
        }
        return options;
    }

    private static String value(List<String> words, int at) {
        if (at == words.size()) {
            String flag = words.get(at - 1);
            String what = flag.equals("bridge") ? "name" : flag.equals("shares") ? "list" : "number";
            throw new IllegalArgumentException(Text.quote(flag) + " needs a " + what + " after it");
        }
        return words.get(at);
    }

    /** Whether the word is one of the flags. */
    static boolean isFlag(String word) {
        return switch (word) {
            case "ipip",
                    "dhcp",
                    "off",
                    "host-reserve",
                    "bridge",
                    "port",
                    "vni",
                    "mtu",
                    "underlay-only",
                    "no-nat",
                    "no-accept",
                    "shares" -> true;
            default -> false;
        };
    }

    /**
     * {@return the same with another kind of tunnel}
     *
     * @param value how packets travel
     * @throws IllegalArgumentException for IPIP with a port or a VNI
     */
    public FanOptions withType(TunnelType value) {
        return new FanOptions(value, dhcp, off, hostReserve, bridge, port, vni, mtu, underlayOnly, nat, accept, shares);
    }

    /**
     * {@return the same, with what leaves the overlay masqueraded or not}
     *
     * @param value whether to masquerade; true by default
     */
    public FanOptions withNat(boolean value) {
        return new FanOptions(
                type, dhcp, off, hostReserve, bridge, port, vni, mtu, underlayOnly, value, accept, shares);
    }

    /**
     * {@return the same, with accept rules where iptables drops what it forwards, or without}
     *
     * @param value whether to add rules; true by default
     */
    public FanOptions withAccept(boolean value) {
        return new FanOptions(type, dhcp, off, hostReserve, bridge, port, vni, mtu, underlayOnly, nat, value, shares);
    }

    /**
     * {@return the same, with DHCP for containers switched on or off}
     *
     * @param value whether to lease; false by default
     */
    public FanOptions withDhcp(boolean value) {
        return new FanOptions(type, value, off, hostReserve, bridge, port, vni, mtu, underlayOnly, nat, accept, shares);
    }

    /**
     * {@return the same, but left down when the configuration is brought up, or not}
     *
     * @param value whether to leave it down; false by default
     */
    public FanOptions withOff(boolean value) {
        return new FanOptions(
                type, dhcp, value, hostReserve, bridge, port, vni, mtu, underlayOnly, nat, accept, shares);
    }

    /**
     * {@return the same with a host reserve}
     *
     * @param value addresses, at least 1
     * @throws IllegalArgumentException when below 1
     */
    public FanOptions withHostReserve(int value) {
        return new FanOptions(type, dhcp, off, value, bridge, port, vni, mtu, underlayOnly, nat, accept, shares);
    }

    /**
     * {@return the same with a bridge of that name}
     *
     * @param name 1 to 15 bytes, see {@link FanNames#requireInterfaceName}
     * @throws IllegalArgumentException when the kernel would refuse the name
     */
    public FanOptions withBridge(String name) {
        return new FanOptions(
                type, dhcp, off, hostReserve, Optional.of(name), port, vni, mtu, underlayOnly, nat, accept, shares);
    }

    /**
     * {@return the same with a UDP port}
     *
     * @param value 1 to 65535
     * @throws IllegalArgumentException when not 1 to 65535
     */
    public FanOptions withPort(int value) {
        return new FanOptions(
                type,
                dhcp,
                off,
                hostReserve,
                bridge,
                OptionalInt.of(value),
                vni,
                mtu,
                underlayOnly,
                nat,
                accept,
                shares);
    }

    /**
     * {@return the same with a VXLAN network identifier}
     *
     * @param value 0 to 16777215
     * @throws IllegalArgumentException when not 0 to 16777215
     */
    public FanOptions withVni(int value) {
        return new FanOptions(
                type,
                dhcp,
                off,
                hostReserve,
                bridge,
                port,
                OptionalInt.of(value),
                mtu,
                underlayOnly,
                nat,
                accept,
                shares);
    }

    /**
     * {@return the same with an MTU}
     *
     * @param value bytes, 68 to 65535
     * @throws IllegalArgumentException when not 68 to 65535
     */
    public FanOptions withMtu(int value) {
        return new FanOptions(
                type,
                dhcp,
                off,
                hostReserve,
                bridge,
                port,
                vni,
                OptionalInt.of(value),
                underlayOnly,
                nat,
                accept,
                shares);
    }

    /**
     * {@return the same, with the tunnel's UDP port closed to all but the underlay, or open to everybody}
     *
     * @param value whether it is closed; false by default
     */
    public FanOptions withUnderlayOnly(boolean value) {
        return new FanOptions(type, dhcp, off, hostReserve, bridge, port, vni, mtu, value, nat, accept, shares);
    }

    /**
     * {@return the same with slices divided in another way}
     *
     * @param value the shares; {@link Shares#DEFAULT} by default
     */
    public FanOptions withShares(Shares value) {
        return new FanOptions(type, dhcp, off, hostReserve, bridge, port, vni, mtu, underlayOnly, nat, accept, value);
    }

    /** The flags as {@link #parse} reads them, separated by blanks; those at their default are left out. */
    @Override
    public String toString() {
        StringBuilder flags = new StringBuilder();
        append(flags, type == TunnelType.IPIP, "ipip");
        append(flags, dhcp, "dhcp");
        append(flags, off, "off");
        append(flags, hostReserve != FanSlice.DEFAULT_HOST_RESERVE, "host-reserve " + hostReserve);
        append(flags, bridge.isPresent(), "bridge " + bridge.orElse(""));
        append(flags, port.isPresent(), "port " + port.orElse(0));
        append(flags, vni.isPresent(), "vni " + vni.orElse(0));
        append(flags, mtu.isPresent(), "mtu " + mtu.orElse(0));
        append(flags, underlayOnly, "underlay-only");
        append(flags, !nat, "no-nat");
        append(flags, !accept, "no-accept");
        append(flags, !shares.equals(Shares.DEFAULT), "shares " + shares);
        return flags.toString();
    }

    private static void append(StringBuilder flags, boolean given, String flag) {
        if (given) {
            flags.append(flags.length() == 0 ? "" : " ").append(flag);
        }
    }
}
