package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.core.Cidr;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a command line names a fan: {@code -u UNDERLAY -o OVERLAY} with options, or the words of a line of /etc/network/fan,
 * as fanctl took them at first: {@code 250.0.0.0/8 10.0.0.45/16 dhcp}.
 */
final class FanArguments {
    private final Option<UnderlaySpec> underlay;
    private final Option<Cidr> overlay;
    private final Option<String[]> words;

    FanArguments(Command command) {
        underlay =
                command.option("-u,--underlay", "UNDERLAY", UnderlaySpec::parse, "the underlay: " + UnderlaySpec.FORMS);
        overlay = command.option("-o,--overlay", "OVERLAY", Cidr::parse, "the overlay, such as 250.0.0.0/8");
        words = command.description(
                "WORD",
                "0..*",
                "the older form: OVERLAY UNDERLAY and flags as in /etc/network/fan, instead of -u and -o");
    }

    /** Whether the command line names a fan at all. */
    boolean given() {
        return underlay.value().isPresent()
                || overlay.value().isPresent()
                || words.value().isPresent();
    }

    /** @throws CommandException (USAGE) when the command line names no fan, or half of one, or two */
    FanEntry entry() {
        Optional<String[]> line = words.value();
        if (line.isPresent() && (underlay.value().isPresent() || overlay.value().isPresent())) {
            throw usage("give either -u and -o or the words OVERLAY UNDERLAY, not both");
        }
        try {
            if (line.isPresent()) {
                return FanEntry.parse(List.of(line.get()));
            }
            if (underlay.value().isEmpty() || overlay.value().isEmpty()) {
                throw usage("name the fan by its underlay and overlay, as in -u 10.0.0.0/16 -o 250.0.0.0/8");
            }
            return new FanEntry(overlay.required(), underlay.required(), FanOptions.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    static CommandException usage(String sentence) {
        return new CommandException(ExitCode.USAGE, sentence);
    }

    /** @throws IllegalArgumentException when it is no word for a type */
    static TunnelType type(String word) {
        for (TunnelType type : TunnelType.values()) {
            if (type.word().equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is no type of tunnel; expected vxlan or ipip");
    }

    /** The options that say how a fan is to be, on top of those in the words. */
    static final class Flags {
        private final Option<TunnelType> type;
        private final Option<Boolean> dhcp;
        private final Option<Boolean> underlayOnly;
        private final Option<Boolean> noNat;
        private final Option<Boolean> noAccept;
        private final List<Option<String>> valued = new ArrayList<>();
        private final List<String> names = List.of("host-reserve", "bridge", "port", "vni", "mtu", "shares");

        Flags(Command command) {
            type = command.option(
                    "-t,--type",
                    "TYPE",
                    FanArguments::type,
                    "how packets travel, the same on every host: vxlan, or ipip for 30 bytes more per packet (vxlan)");
            noNat = command.flag("--no-nat", "leave what goes from the slice to outside the overlay as it is");
            noAccept = command.flag(
                    "--no-accept", "add no rules that let the fan pass where iptables drops what it forwards");
            dhcp = command.flag("--dhcp", "lease the slice's container addresses by DHCP (dnsmasq)");
            valued.add(command.option(
                    "--host-reserve", "N", word -> word, "how many addresses belong to the host, from .1 on (1)"));
            valued.add(command.option("--bridge", "NAME", word -> word, "the bridge's name (fan-250 for 250.0.0.0/8)"));
            valued.add(command.option(
                    "--port", "P", word -> word, "the tunnel's UDP port, the same on every host (8472)"));
            valued.add(command.option(
                    "--vni",
                    "N",
                    word -> word,
                    "the VXLAN network identifier, the same on every host (overlay / 256)"));
            valued.add(command.option(
                    "--mtu",
                    "N",
                    word -> word,
                    "MTU of bridge and containers in bytes (the underlay's less 50; less 20 for ipip)"));
            valued.add(command.option(
                    "--shares",
                    "LIST",
                    word -> word,
                    "which part of the slice each container engine gives out (" + Shares.DEFAULT + ")"));
            underlayOnly = command.flag(
                    "--underlay-only", "let the tunnel's port take packets from the underlay only (nftables)");
        }

        /** @throws CommandException (USAGE) when a value is out of range */
        FanEntry applyTo(FanEntry entry) {
            List<String> words = new ArrayList<>();
            if (type.value().equals(Optional.of(TunnelType.IPIP))) {
                words.add("ipip");
            }
            if (dhcp.or(false)) {
                words.add("dhcp");
            }
            if (underlayOnly.or(false)) {
                words.add("underlay-only");
            }
            if (noNat.or(false)) {
                words.add("no-nat");
            }
            if (noAccept.or(false)) {
                words.add("no-accept");
            }
            for (int i = 0; i < names.size(); i++) {
                Optional<String> value = valued.get(i).value();
                if (value.isPresent()) {
                    words.add(names.get(i));
                    words.add(value.get());
                }
            }
            if (words.isEmpty()) {
                return entry;
            }
            try {
                FanOptions options = FanOptions.parse(words);
                return new FanEntry(
                        entry.overlay(), entry.underlay(), merge(entry.options(), options, words.contains("shares")));
            } catch (IllegalArgumentException e) {
                throw usage(String.valueOf(e.getMessage()));
            }
        }

        private static FanOptions merge(FanOptions words, FanOptions options, boolean shares) {
            return new FanOptions(
                    options.type() == TunnelType.IPIP ? TunnelType.IPIP : words.type(),
                    words.dhcp() || options.dhcp(),
                    words.off(),
                    options.hostReserve() != FanOptions.DEFAULT.hostReserve()
                            ? options.hostReserve()
                            : words.hostReserve(),
                    options.bridge().or(words::bridge),
                    options.port().isPresent() ? options.port() : words.port(),
                    options.vni().isPresent() ? options.vni() : words.vni(),
                    options.mtu().isPresent() ? options.mtu() : words.mtu(),
                    words.underlayOnly() || options.underlayOnly(),
                    words.nat() && options.nat(),
                    words.accept() && options.accept(),
                    shares ? options.shares() : words.shares());
        }
    }
}
