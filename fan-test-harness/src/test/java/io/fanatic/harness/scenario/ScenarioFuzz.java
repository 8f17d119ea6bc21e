package io.fanatic.harness.scenario;

import java.nio.charset.StandardCharsets;

/** Any text as a scenario. Documented: {@link ScenarioException}, with file and line. */
public final class ScenarioFuzz {
    private ScenarioFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            Scenario scenario = Scenario.parse("fuzz.yaml", new String(data, StandardCharsets.UTF_8));
            if (scenario.options().isEmpty()) {
                throw new AssertionError("a scenario without a fan");
            }
        } catch (ScenarioException documented) {
            if (!String.valueOf(documented.getMessage()).startsWith("fuzz.yaml")) {
                throw new AssertionError("where? " + documented.getMessage(), documented);
            }
        }
    }
}
