package io.fanatic.cli.command;

import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanFlag;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Overlays;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a command line names a fan: {@code -u UNDERLAY -o OVERLAY} with options, or the words of a line of /etc/network/fan,
 * as fanctl took them at first: {@code 250.0.0.0/8 10.0.0.45/16 dhcp}.
 */
public final class FanArguments {
    private final Option<UnderlaySpec> underlay;
    private final Option<Ipv4Prefix> overlay;
    private final Option<String[]> words;

    public FanArguments(Command command) {
        underlay =
                command.option("-u,--underlay", "UNDERLAY", UnderlaySpec::parse, "the underlay: " + UnderlaySpec.FORMS);
        overlay = command.option("-o,--overlay", "OVERLAY", Overlays::parse, "the overlay, such as 250.0.0.0/8");
        words = command.words(
                "WORD",
                "0..*",
                "the older form: OVERLAY UNDERLAY and flags as in /etc/network/fan, instead of -u and -o");
    }

    /** Whether the command line names a fan at all. */
    public boolean given() {
        return underlay.value().isPresent()
                || overlay.value().isPresent()
                || words.value().isPresent();
    }

    /**
     * The fan that the command line names; where it names none, the only one there is.
     *
     * @param present looks for those that there are
     * @throws CommandException (USAGE) as {@link #entry()}, and when there is not exactly one
     */
    public FanEntry entryOrOnly(Supplier<List<FanEntry>> present) {
        if (given()) {
            return entry();
        }
        List<FanEntry> fans = present.get();
        if (fans.size() == 1) {
            return fans.get(0);
        }
        throw CommandException.usage(
                fans.isEmpty()
                        ? "there is no fan on this host; name one, as in -u 10.0.0.0/16 -o 250.0.0.0/8"
                        : "there are several fans on this host; name one: " + named(fans));
    }

    private static String named(List<FanEntry> fans) {
        StringBuilder text = new StringBuilder();
        for (FanEntry fan : fans) {
            text.append(text.length() == 0 ? "" : ", or ")
                    .append("-u ")
                    .append(fan.underlay())
                    .append(" -o ")
                    .append(fan.overlay());
        }
        return text.toString();
    }

    /** @throws CommandException (USAGE) when the command line names no fan, or half of one, or two */
    public FanEntry entry() {
        Optional<String[]> line = words.value();
        if (line.isPresent() && (underlay.value().isPresent() || overlay.value().isPresent())) {
            throw CommandException.usage("give either -u and -o or the words OVERLAY UNDERLAY, not both");
        }
        try {
            if (line.isPresent()) {
                return FanEntry.parse(List.of(line.get()));
            }
            if (underlay.value().isEmpty() || overlay.value().isEmpty()) {
                throw CommandException.usage(
                        "name the fan by its underlay and overlay, as in -u 10.0.0.0/16 -o 250.0.0.0/8");
            }
            return new FanEntry(overlay.required(), underlay.required(), FanOptions.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    /** The options that say how a fan is to be, on top of those in the words: {@code -t}, and one for each flag. */
    public static final class Flags {
        private static final String ACCEPT = "accept";

        private final Option<TunnelType> type;
        private final Map<FanFlag, Option<?>> options = new EnumMap<>(FanFlag.class);

        public Flags(Command command) {
            type = command.option(
                    "-t,--type",
                    "TYPE",
                    TunnelType::parse,
                    "how packets travel, the same on every host: vxlan, or ipip with 20 bytes of overhead instead of 50 (vxlan)");
            for (FanFlag flag : FanFlag.values()) {
                String help = help(flag);
                if (!help.isEmpty()) {
                    String name = "--" + flag.word();
                    options.put(
                            flag,
                            flag == FanFlag.DIRECT
                                    ? direct(command)
                                    : flag.hasValue()
                                            ? command.option(name, flag.label(), word -> word, help)
                                            : command.flag(name, help));
                }
            }
        }

        /** {@code --direct}, or {@code --direct=accept}: the flag that it means. */
        public static Option<FanFlag> direct(Command command) {
            return command.optionalValue("--" + FanFlag.DIRECT.word(), ACCEPT, Flags::direct, help(FanFlag.DIRECT));
        }

        public static Option<Encryption> encryption(Command command) {
            FanFlag flag = FanFlag.ENCRYPT;
            return command.option("--" + flag.word(), flag.label(), Encryption::parse, help(flag));
        }

        public static Option<Boolean> encryptUdp(Command command) {
            return command.flag("--" + FanFlag.ENCRYPT_UDP.word(), help(FanFlag.ENCRYPT_UDP));
        }

        private static FanFlag direct(String value) {
            if (value.isEmpty()) {
                return FanFlag.DIRECT;
            }
            if (value.equals(ACCEPT)) {
                return FanFlag.DIRECT_ACCEPT;
            }
            throw new IllegalArgumentException(
                    "\"" + value + "\" is not a form of --direct; expected --direct or --direct=accept");
        }

        /** What the help says of it; nothing of what is no option of the command line. */
        private static String help(FanFlag flag) {
            return switch (flag) {
                case IPIP, OFF, DIRECT_ACCEPT -> "";
                case DHCP -> "lease the slice's container addresses by DHCP (dnsmasq)";
                case HOST_RESERVE -> "how many addresses belong to the host, from .1 on (1)";
                case BRIDGE -> "the bridge's name (fan-250 for 250.0.0.0/8)";
                case PORT -> "the tunnel's UDP port, the same on every host (8472)";
                case VNI -> "the VXLAN network identifier, the same on every host (overlay / 256)";
                case MTU ->
                    "MTU of bridge and containers in bytes (the underlay's less 50; less 20 for ipip;"
                            + " all of it with --direct on one segment)";
                case UNDERLAY_ONLY -> "accept packets on the tunnel's port from the underlay only (nftables)";
                case NO_NAT -> "do not masquerade packets that leave the overlay";
                case NO_ACCEPT -> "add no iptables rules that accept the fan's packets where FORWARD drops them";
                case NO_FAST -> "send and receive all packets by the kernel's VXLAN device (no fast path)";
                case FAST -> "the default, for scripts of earlier versions";
                case OVERLAY6 ->
                    "an IPv6 overlay beside the IPv4 one, such as fd00:fa::/48, the same on every host (none)";
                case DIRECT ->
                    "send IPv4 for hosts on the same segment without encapsulation; =accept receives such packets and sends none";
                case NAMES -> "serve names of containers at the host address, where \"fanatic names\" runs";
                case ENCRYPT ->
                    "encrypt packets between hosts by IPsec (strongSwan); psk:FILE with a pre-shared key, the same on every host, cert:FILE with the host's certificate (none)";
                case ENCRYPT_UDP ->
                    "with --encrypt: send encrypted packets in UDP, for networks that drop ESP (IP protocol 50)";
                case SHARES -> "which part of the slice each container engine gives out (" + Shares.DEFAULT + ")";
            };
        }

        /** @throws CommandException (USAGE) when a value is out of range, or does not go with the others */
        public FanEntry applyTo(FanEntry entry) {
            FanOptions given = entry.options();
            try {
                if (type.value().isPresent() && type.value().get() != TunnelType.VXLAN) {
                    given = given.withType(type.value().get());
                }
                for (Map.Entry<FanFlag, Option<?>> each : options.entrySet()) {
                    Optional<?> value = each.getValue().value();
                    if (value.isPresent() && !value.get().equals(false)) {
                        FanFlag flag = value.get() instanceof FanFlag form ? form : each.getKey();
                        given = given.with(flag, value.get().toString());
                    }
                }
                return entry.withOptions(given);
            } catch (IllegalArgumentException e) {
                throw CommandException.usage(String.valueOf(e.getMessage()));
            }
        }
    }
}
