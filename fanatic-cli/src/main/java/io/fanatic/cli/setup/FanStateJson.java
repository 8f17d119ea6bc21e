package io.fanatic.cli.setup;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.core.FanEntry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link FanState} in a file. */
final class FanStateJson {
    private FanStateJson() {}

    static JsonObject write(FanState state) {
        JsonObject json = JsonValues.object("entry", state.entry(), "up", state.up());
        state.configured().ifPresent(entry -> json.addProperty("configured", entry.toString()));
        JsonObject engines = new JsonObject();
        state.engines().forEach((kind, options) -> engines.addProperty(kind.name(), options.defaultBridge()));
        json.add("engines", engines);
        return json;
    }

    static FanState read(JsonObject json) {
        Map<EngineKind, EngineOptions> engines = new EnumMap<>(EngineKind.class);
        for (Map.Entry<String, JsonElement> engine :
                json.getAsJsonObject("engines").entrySet()) {
            engines.put(
                    EngineKind.valueOf(engine.getKey()),
                    new EngineOptions(engine.getValue().getAsBoolean()));
        }
        return new FanState(
                entry(json, "entry").orElseThrow(), json.get("up").getAsBoolean(), entry(json, "configured"), engines);
    }

    private static Optional<FanEntry> entry(JsonObject json, String name) {
        return json.has(name)
                ? Optional.of(
                        FanEntry.parse(List.of(json.get(name).getAsString().split(" "))))
                : Optional.empty();
    }
}
