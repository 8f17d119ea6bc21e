package io.fanatic.cli.container;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.docker.DaemonJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Any text as daemon.json, with settings of ours put in. Documented: {@link CommandException}. */
public final class DaemonJsonFuzz {
    private static final Map<String, JsonElement> OURS = new LinkedHashMap<>();

    static {
        OURS.put("bridge", new JsonPrimitive("fan-250"));
        OURS.put("mtu", new JsonPrimitive(1450));
    }

    private DaemonJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        DaemonJson settings;
        try {
            settings = DaemonJson.parse("daemon.json", new String(data, StandardCharsets.UTF_8));
        } catch (CommandException documented) {
            return;
        }
        String edited = settings.with(OURS);
        DaemonJson after = DaemonJson.parse("daemon.json", edited);
        OURS.forEach((name, value) -> {
            if (!after.setting(name).equals(Optional.of(value))) {
                throw new AssertionError(name + " is " + after.setting(name) + " in " + edited);
            }
        });
        if (!settings.setting("storage-driver").equals(after.setting("storage-driver"))) {
            throw new AssertionError("another setting changed in " + edited);
        }
    }
}
