package io.fanatic.cli.output;

import com.google.gson.JsonObject;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;
import io.fanatic.netlink.engine.Fan;
import java.util.List;
import java.util.Optional;

/** A slice for people and for programs. */
public final class SliceText {
    private SliceText() {}

    public static JsonObject json(FanSlice slice, Shares shares) {
        JsonObject object = new JsonObject();
        object.addProperty("underlayAddress", slice.underlayAddress().toString());
        object.addProperty("slice", slice.cidr().toString());
        object.addProperty("hostAddress", slice.hostAddress().toString());
        object.addProperty("hostReserve", slice.hostReserve());
        object.addProperty(
                "firstContainerAddress", slice.firstContainerAddress().toString());
        object.addProperty("lastContainerAddress", slice.lastContainerAddress().toString());
        object.add("shares", json(shares, slice));
        return object;
    }

    private static JsonObject json(Shares shares, FanSlice slice) {
        JsonObject all = new JsonObject();
        for (Share share : Share.values()) {
            Optional<String> fraction = shares.fraction(share);
            if (fraction.isPresent()) {
                JsonObject one = new JsonObject();
                one.addProperty("fraction", fraction.get());
                shares.block(share, slice).ifPresent(block -> one.addProperty("block", block.toString()));
                Optional<Ipv4Range> range = shares.range(share, slice);
                range.ifPresent(addresses -> {
                    one.addProperty("first", addresses.first().toString());
                    one.addProperty("last", addresses.last().toString());
                });
                one.addProperty("addresses", range.map(Ipv4Range::size).orElse(0L));
                all.add(share.word(), one);
            }
        }
        return all;
    }

    /** The shares of a slice, a line each. */
    public static void append(StringBuilder text, Shares shares, FanSlice slice) {
        for (Share share : Share.values()) {
            Optional<String> fraction = shares.fraction(share);
            if (fraction.isPresent()) {
                Optional<Ipv4Range> range = shares.range(share, slice);
                String addresses = range.isEmpty()
                        ? "no address for a container"
                        : range.get().first() + " - " + range.get().last() + " ("
                                + range.get().size() + ")";
                line(
                        text,
                        share.word(),
                        fraction.get() + " ".repeat(6 - fraction.get().length()) + addresses);
            }
        }
    }

    /** The shares of each slice, in {@code show --shares}. */
    public static void append(StringBuilder text, List<Fan> fans) {
        for (Fan fan : fans) {
            for (FanSlice slice : fan.slices()) {
                text.append('\n');
                line(text, "slice", slice.cidr() + " of " + fan.bridge());
                append(text, fan.shares(), slice);
            }
        }
    }

    /** @param prefixLength of the bridge's and the containers' addresses */
    public static void append(StringBuilder text, FanSlice slice, int prefixLength) {
        line(text, "underlay address", slice.underlayAddress().toString());
        line(text, "slice", slice.cidr().toString());
        line(text, "host address", slice.hostAddress() + "/" + prefixLength);
        line(text, "containers", slice.firstContainerAddress() + " - " + slice.lastContainerAddress());
    }

    /** The IPv6 slice that an underlay address owns. */
    public static void append(StringBuilder text, Ipv6Mapping mapping, Ipv4Address owner) {
        Ipv6Prefix slice = mapping.sliceOf(owner);
        line(text, "slice", slice.toString());
        line(text, "host address", mapping.hostAddressOf(owner) + "/" + slice.prefixLength());
        line(text, "containers", mapping.hostAddressOf(owner).plus(1) + " - " + slice.last());
    }

    /** As {@link #json(FanSlice, Shares)}, of IPv6. */
    public static JsonObject json(Ipv6Mapping mapping, Ipv4Address owner) {
        Ipv6Prefix slice = mapping.sliceOf(owner);
        JsonObject object = new JsonObject();
        object.addProperty("slice", slice.toString());
        object.addProperty("hostAddress", mapping.hostAddressOf(owner).toString());
        object.addProperty(
                "firstContainerAddress", mapping.hostAddressOf(owner).plus(1).toString());
        object.addProperty("lastContainerAddress", slice.last().toString());
        object.addProperty("prefixLength", slice.prefixLength());
        return object;
    }

    public static void line(StringBuilder text, String name, String value) {
        text.append(Wrap.pad(name, 18)).append(value).append('\n');
    }
}
