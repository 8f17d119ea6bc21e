package io.fanatic.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.output.SliceText;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;

/** {@code fanatic map}: the arithmetic, either way. Asks the host nothing. */
final class MapCommand extends Command {
    private final Option<String> word = word("ADDRESS", "an address of the underlay or of the overlay");
    private final Option<Ipv4Prefix> underlay =
            requiredOption("-u,--underlay", "UNDERLAY", Ipv4Prefix::parse, "the underlay, such as 10.0.0.0/16");
    private final Option<Ipv4Prefix> overlay =
            requiredOption("-o,--overlay", "OVERLAY", Ipv4Prefix::parse, "the overlay, such as 250.0.0.0/8");
    private final Option<TunnelType> type = option(
            "-t,--type",
            "TYPE",
            TunnelType::parse,
            "of the tunnel: vxlan, or ipip (vxlan); prefix lengths follow from it");
    private final Option<Shares> shares = option(
            "--shares",
            "LIST",
            Shares::parse,
            "which part of the slice each container engine gives out (" + Shares.DEFAULT + ")");
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    MapCommand() {
        super("map", "Shows which slice an underlay address owns, or which host owns an overlay address.");
    }

    @Override
    protected ExitCode run(Console console) {
        try {
            Ipv4Address address = Ipv4Address.parse(word.required());
            FanMapping mapping = FanMapping.of(overlay.required(), underlay.required());
            boolean isOverlay = mapping.overlay().contains(address);
            if (!isOverlay && !mapping.underlay().contains(address)) {
                throw FanArguments.usage(address + " is neither in the underlay " + mapping.underlay()
                        + " nor in the overlay " + mapping.overlay());
            }
            FanSlice slice = mapping.slice(isOverlay ? mapping.owner(address) : address);
            console.out().print(json.or(false) ? json(address, isOverlay, slice) : text(address, isOverlay, slice));
            return ExitCode.DONE;
        } catch (IllegalArgumentException e) {
            throw FanArguments.usage(String.valueOf(e.getMessage()));
        }
    }

    private int prefixLength(FanSlice slice) {
        return type.or(TunnelType.VXLAN).delivery().prefixLength(slice.mapping());
    }

    private String text(Ipv4Address address, boolean isOverlay, FanSlice slice) {
        StringBuilder text = new StringBuilder();
        if (isOverlay) {
            SliceText.line(text, "overlay address", address.toString());
        }
        SliceText.append(text, slice, prefixLength(slice));
        SliceText.append(text, shares.or(Shares.DEFAULT), slice);
        return text.toString();
    }

    private String json(Ipv4Address address, boolean isOverlay, FanSlice slice) {
        JsonObject object = new JsonObject();
        object.addProperty("schema", 1);
        object.addProperty("address", address.toString());
        object.addProperty("kind", isOverlay ? "overlay" : "underlay");
        SliceText.json(slice, shares.or(Shares.DEFAULT))
                .entrySet()
                .forEach(entry -> object.add(entry.getKey(), entry.getValue()));
        object.addProperty("type", type.or(TunnelType.VXLAN).word());
        object.addProperty("prefixLength", prefixLength(slice));
        return new GsonBuilder().setPrettyPrinting().create().toJson(object) + "\n";
    }
}
