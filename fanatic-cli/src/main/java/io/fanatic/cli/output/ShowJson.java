package io.fanatic.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.core.Direct;
import io.fanatic.core.FanSlice;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.List;
import java.util.function.Function;

/** {@code show --json}. The schema number grows when a field changes its meaning or goes; new fields do not count. */
public final class ShowJson {
    private static final int SCHEMA = 1;

    private ShowJson() {}

    /** @param counts of a fan; without any, the document has none */
    public static String document(List<Fan> fans, FanNetwork network, Function<Fan, StatsOptions.Counts> counts) {
        return JsonValues.printEscaped(tree(fans, network, counts));
    }

    public static JsonObject tree(List<Fan> fans, FanNetwork network, Function<Fan, StatsOptions.Counts> counts) {
        JsonArray list = new JsonArray();
        for (Fan fan : fans) {
            JsonObject one = fan(fan, counts.apply(fan));
            if (fan.fast()) {
                one.add("fastPath", PathText.json(fan, network));
            }
            if (fan.direct() != Direct.OFF) {
                one.add("directPath", PathText.directJson(fan, network));
            }
            if (fan.names()) {
                one.add("names", NamesText.json(fan));
            }
            list.add(one);
        }
        return JsonValues.object("schema", SCHEMA, "fans", list);
    }

    static JsonObject fan(Fan fan, StatsOptions.Counts counts) {
        JsonObject object = new JsonObject();
        object.addProperty("overlay", fan.overlay().toString());
        object.addProperty("underlay", fan.mapping().underlay().toString());
        object.addProperty("bridge", fan.bridge());
        object.addProperty("tunnel", fan.tunnel());
        object.addProperty("type", fan.type().word());
        fan.transport().vxlan().ifPresent(vxlan -> {
            object.addProperty("vni", vxlan.vni());
            object.addProperty("port", vxlan.port());
        });
        // The bridge has it.
        if (fan.mtu() != 0) {
            object.addProperty("mtu", fan.mtu());
        }
        object.addProperty("nat", fan.nat());
        object.addProperty("underlayOnly", fan.underlayOnly());
        object.addProperty("fast", fan.fast());
        fan.ipv6()
                .ifPresent(mapping ->
                        object.addProperty("overlay6", mapping.overlay().toString()));
        object.addProperty("direct", PathText.word(fan.direct()));
        fan.encryption().ifPresent(how -> {
            object.addProperty("encrypt", how.toString());
            object.addProperty("encryptUdp", how.udp());
        });
        object.addProperty("shares", fan.shares().toString());
        JsonArray slices = new JsonArray();
        for (FanSlice slice : fan.slices()) {
            JsonObject one = SliceText.json(slice, fan.shares());
            one.addProperty("dhcp", fan.leases(slice.underlayAddress()));
            fan.ipv6().ifPresent(mapping -> one.add("ipv6", SliceText.json(mapping, slice.underlayAddress())));
            slices.add(one);
        }
        object.add("slices", slices);
        if (!counts.counters().isEmpty()) {
            JsonObject numbers = new JsonObject();
            counts.counters().forEach((counter, count) -> numbers.addProperty(counter.label(), count));
            object.add("counters", numbers);
            JsonObject times = new JsonObject();
            counts.lastDrops().forEach((counter, time) -> times.addProperty(counter.label(), time.toString()));
            object.add("lastDrops", times);
        }
        counts.ipsec().ifPresent(state -> object.add("ipsec", IpsecText.json(state)));
        return object;
    }
}
