package io.fanatic.cli;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.output.SliceText;
import io.fanatic.core.FanFlag;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.OverlayMapping;
import io.fanatic.core.Prefix;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UniqueLocal;

/** {@code fanatic map}: the arithmetic of either family, either way, and prefixes for it. Asks the host nothing. */
final class MapCommand extends Command {
    private final Option<String> word = optionalWord("ADDRESS", "an address of the underlay or of the overlay");
    private final Option<Ipv4Prefix> underlay =
            option("-u,--underlay", "UNDERLAY", Ipv4Prefix::parse, "the underlay, such as 10.0.0.0/16");
    private final Option<Prefix> overlay = option(
            "-o,--overlay", "OVERLAY", Prefix::parse, "the overlay, such as 250.0.0.0/8, or fd00:fa::/48 for IPv6");
    private final Option<TunnelType> type = option(
            "-t,--type",
            "TYPE",
            TunnelType::parse,
            "how packets travel: vxlan or ipip (vxlan); decides the prefix length of containers");
    private final Option<Shares> shares = option(
            "--shares",
            "LIST",
            Shares::parse,
            "which part of the slice each container engine gives out (" + Shares.DEFAULT + ")");
    private final Option<Boolean> direct =
            flag("--direct", "also show the next hop of packets without encapsulation, of a fan with --direct");
    private final Option<Boolean> newUla =
            flag("--new-ula", "instead: print a random unique local prefix for an IPv6 overlay (RFC 4193)");
    private final Option<Boolean> derivedUla = flag(
            "--derived-ula",
            "instead: print the unique local prefix that follows from -u and -o, the same on every host");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    MapCommand() {
        super("map", "Shows which slice an underlay address owns, or which host owns an overlay address.");
    }

    @Override
    protected ExitCode run(Console console) {
        boolean ula = newUla.or(false) || derivedUla.or(false);
        console.out().print(Attempt.<String>orUsage(ula ? this::prefix : this::mapped));
        return ExitCode.DONE;
    }

    private String prefix() {
        if (newUla.or(false) && derivedUla.or(false) || word.value().isPresent()) {
            throw CommandException.usage("give one of ADDRESS, --new-ula and --derived-ula");
        }
        Prefix prefix;
        if (newUla.or(false)) {
            int length = underlay.value().map(UniqueLocal::prefixLength).orElse(UniqueLocal.SITE);
            prefix = UniqueLocal.random(length);
        } else if (required(overlay, "-o OVERLAY") instanceof Ipv4Prefix ipv4) {
            prefix = UniqueLocal.derived(ipv4, required(underlay, "-u UNDERLAY"));
        } else {
            throw CommandException.usage("--derived-ula derives an IPv6 overlay from the IPv4 one; give that, as in"
                    + " -o 250.0.0.0/8, not " + overlay.required());
        }
        if (!json.or(false)) {
            return prefix + "\n";
        }
        return JsonValues.printEscaped(JsonValues.object("schema", 1, "overlay", prefix)) + "\n";
    }

    private static <T> T required(Option<T> option, String words) {
        return option.value().orElseThrow(() -> CommandException.usage(words + " is missing"));
    }

    private String mapped() {
        IpAddress address = IpAddress.parse(required(word, "ADDRESS"));
        OverlayMapping mapping = OverlayMapping.of(required(overlay, "-o OVERLAY"), required(underlay, "-u UNDERLAY"));
        boolean isOverlay = mapping.overlay().contains(address);
        if (!isOverlay && !mapping.underlay().contains(address)) {
            throw CommandException.usage(address + " is neither in the underlay " + mapping.underlay()
                    + " nor in the overlay " + mapping.overlay());
        }
        Ipv4Address owner = isOverlay ? mapping.ownerOf(address) : (Ipv4Address) address;
        return json.or(false) ? json(address, isOverlay, mapping, owner) : text(address, isOverlay, mapping, owner);
    }

    /** IPv4 alone travels without encapsulation. */
    private boolean isDirect() {
        if (!direct.or(false)) {
            return false;
        }
        type.or(TunnelType.VXLAN).refusal(FanFlag.DIRECT).ifPresent(refusal -> {
            throw CommandException.usage("--" + refusal);
        });
        return true;
    }

    private int prefixLength(FanMapping mapping) {
        return type.or(TunnelType.VXLAN).delivery().prefixLength(mapping);
    }

    private String text(IpAddress address, boolean isOverlay, OverlayMapping mapping, Ipv4Address owner) {
        StringBuilder text = new StringBuilder();
        if (isOverlay) {
            SliceText.line(text, "overlay address", address.toString());
        }
        if (mapping instanceof FanMapping ipv4) {
            FanSlice slice = ipv4.slice(owner);
            SliceText.append(text, slice, prefixLength(ipv4));
            SliceText.append(text, shares.or(Shares.DEFAULT), slice);
            if (isDirect()) {
                SliceText.line(text, "next hop", owner + " on the same segment; else by VXLAN");
            }
        } else if (mapping instanceof Ipv6Mapping ipv6) {
            SliceText.line(text, "underlay address", owner.toString());
            SliceText.append(text, ipv6, owner);
        }
        return text.toString();
    }

    private String json(IpAddress address, boolean isOverlay, OverlayMapping mapping, Ipv4Address owner) {
        JsonObject object =
                JsonValues.object("schema", 1, "address", address, "kind", isOverlay ? "overlay" : "underlay");
        if (mapping instanceof FanMapping ipv4) {
            object.asMap()
                    .putAll(SliceText.json(ipv4.slice(owner), shares.or(Shares.DEFAULT))
                            .asMap());
            object.addProperty("type", type.or(TunnelType.VXLAN).word());
            object.addProperty("prefixLength", prefixLength(ipv4));
            if (isDirect()) {
                object.addProperty("nextHop", owner.toString());
            }
        } else if (mapping instanceof Ipv6Mapping ipv6) {
            object.addProperty("underlayAddress", owner.toString());
            object.asMap().putAll(SliceText.json(ipv6, owner).asMap());
        }
        return JsonValues.printEscaped(object) + "\n";
    }
}
