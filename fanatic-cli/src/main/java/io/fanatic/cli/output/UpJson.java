package io.fanatic.cli.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import java.util.List;

/** {@code fanctl up --json}. */
public final class UpJson {
    private static final int SCHEMA = 1;

    private final JsonArray fans = new JsonArray();
    private final JsonArray failures = new JsonArray();

    /** A fan as it is now, or as it would be, and what led there. */
    public void add(Fan fan, Plan plan) {
        JsonObject one = ShowJson.fan(fan, StatsOptions.Counts.NONE);
        one.addProperty("changed", !plan.isEmpty());
        one.add("steps", array(plan.lines()));
        one.add("notes", array(plan.notes()));
        fans.add(one);
    }

    public void addFailure(String sentence, ExitCode code) {
        JsonObject one = new JsonObject();
        one.addProperty("exitCode", code.status());
        one.addProperty("message", sentence);
        failures.add(one);
    }

    public String document(boolean dryRun) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.addProperty("dryRun", dryRun);
        document.add("fans", fans);
        document.add("failures", failures);
        return ShowJson.print(document);
    }

    private static JsonArray array(List<String> lines) {
        JsonArray array = new JsonArray();
        lines.forEach(array::add);
        return array;
    }
}
