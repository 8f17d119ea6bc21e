package io.fanatic.cli.order;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.lab.LabHost;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code fanatic doctor} says of a host.
 *
 * @param causes code and title of each finding that does not follow from another one, sorted
 * @param fixes of these
 * @param text all of it
 */
record Doctor(ExitCode exitCode, List<String> causes, List<String> fixes, String text) {

    static Doctor of(LabHost host) {
        CliRun run = CliRun.fanatic(host, "doctor --json");
        List<String> causes = new ArrayList<>();
        List<String> fixes = new ArrayList<>();
        for (JsonElement finding :
                JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("findings")) {
            JsonObject each = finding.getAsJsonObject();
            if (each.get("cause").getAsBoolean()) {
                causes.add(each.get("code").getAsString() + ": "
                        + each.get("title").getAsString());
                fixes.add(each.get("fix").getAsString());
            }
        }
        causes.sort(null);
        return new Doctor(run.exitCode(), causes, fixes, run.out() + run.err());
    }

    @Override
    public String toString() {
        return exitCode + " " + text;
    }
}
