package io.fanatic.core;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Any text is a configuration: its good lines read back, and editing one keeps the rest. Documented: no exception. */
public final class FanConfigFuzz {
    private FanConfigFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        FanConfig config = FanConfig.parse("fan", text);
        check(config.toString().equals(text), "the text changed");
        config.problems().forEach(problem -> check(problem.line() >= 1, "a problem without a line"));
        for (FanConfig.Line line : config.lines()) {
            FanEntry entry = line.entry();
            List<FanConfig.Line> again =
                    FanConfig.parse("fan", entry.toString()).lines();
            check(again.equals(List.of(new FanConfig.Line(1, entry))), entry + " reads back as " + again);
            check(
                    config.with(entry)
                            .with(entry)
                            .find(entry.overlay(), entry.underlay())
                            .isPresent(),
                    "lost " + entry);
            check(
                    config.without(entry.overlay(), entry.underlay())
                            .find(entry.overlay(), entry.underlay())
                            .isEmpty(),
                    "still there: " + entry);
        }
        try {
            JujuFanConfig.parse(text);
        } catch (IllegalArgumentException documented) {
            // What is no fan-config of Juju's.
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
