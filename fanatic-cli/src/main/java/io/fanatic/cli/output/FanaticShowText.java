package io.fanatic.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanSlice;
import java.util.Locale;
import java.util.Map;

/** What {@code fanatic show --json} says beyond {@code fanctl show --json}. */
public final class FanaticShowText {
    private FanaticShowText() {}

    /** Adds to each slice of the document how the engines stand to it. */
    public static void addEngines(JsonObject document, Map<FanSlice, Map<EngineKind, EngineStatus>> engines) {
        for (JsonElement fan : document.getAsJsonArray("fans")) {
            for (JsonElement each : fan.getAsJsonObject().getAsJsonArray("slices")) {
                JsonObject slice = each.getAsJsonObject();
                engines.forEach((known, statuses) -> {
                    if (slice.get("slice").getAsString().equals(known.cidr().toString())) {
                        slice.add("engines", engines(statuses));
                    }
                });
            }
        }
    }

    private static JsonObject engines(Map<EngineKind, EngineStatus> statuses) {
        JsonObject engines = new JsonObject();
        statuses.forEach((kind, status) -> {
            JsonObject one = new JsonObject();
            one.addProperty("state", status.state().name().toLowerCase(Locale.ROOT));
            one.addProperty("sentence", status.sentence());
            engines.add(kind.word(), one);
        });
        return engines;
    }

    /** The lines of the configuration whose fan is not up, and how the engines stand to them. */
    public static JsonArray configured(Map<FanEntry, Map<EngineKind, EngineStatus>> entries) {
        JsonArray array = new JsonArray();
        entries.forEach((entry, statuses) -> {
            JsonObject one = new JsonObject();
            one.addProperty("overlay", entry.overlay().toString());
            one.addProperty("underlay", entry.underlay().toString());
            one.addProperty("flags", entry.options().toString());
            one.add("engines", engines(statuses));
            array.add(one);
        });
        return array;
    }
}
