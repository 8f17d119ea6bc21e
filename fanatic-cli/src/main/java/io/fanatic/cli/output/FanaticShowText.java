package io.fanatic.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
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
            String state = status.state().name().toLowerCase(Locale.ROOT);
            engines.add(kind.word(), JsonValues.object("state", state, "sentence", status.sentence()));
        });
        return engines;
    }

    /** The lines of the configuration whose fan is not up, and how the engines stand to them. */
    public static JsonArray configured(Map<FanEntry, Map<EngineKind, EngineStatus>> entries) {
        return JsonValues.array(entries.entrySet(), each -> {
            FanEntry entry = each.getKey();
            JsonObject one = JsonValues.object("overlay", entry.overlay(), "underlay", entry.underlay());
            one.addProperty("flags", entry.options().toString());
            one.add("engines", engines(each.getValue()));
            return one;
        });
    }
}
