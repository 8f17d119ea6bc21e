package io.fanatic.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;

/** {@code fanctl up --json}. */
public final class UpJson {
    private static final int SCHEMA = 1;

    private final JsonArray fans = new JsonArray();
    private final JsonArray failures = new JsonArray();

    /** A fan as it is now, or as it would be, and what led there. */
    public void add(Fan fan, Plan plan) {
        JsonObject one = ShowJson.fan(fan, StatsOptions.Counts.NONE);
        one.addProperty("changed", !plan.isEmpty());
        one.add("steps", JsonValues.array(plan.lines()));
        one.add("notes", JsonValues.array(plan.notes()));
        fans.add(one);
    }

    public void addFailure(String sentence, ExitCode code) {
        failures.add(JsonValues.object("exitCode", code.status(), "message", sentence));
    }

    public String document(boolean dryRun) {
        return JsonValues.printEscaped(
                JsonValues.object("schema", SCHEMA, "dryRun", dryRun, "fans", fans, "failures", failures));
    }
}
