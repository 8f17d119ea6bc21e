package io.fanatic.cli.configure;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.check.LocalTest;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.output.SliceText;
import io.fanatic.cli.setup.TransitionPlan;
import java.util.ArrayList;
import java.util.List;

/** A setup's plan and its results, for people and for programs. */
public final class SetupText {
    private static final String INDENT = "  ";

    private SetupText() {}

    /** The plan as the wizard shows it before it asks. */
    static List<String> plan(TransitionPlan plan, String undoing) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("This will be done:");
        for (TransitionPlan.Part part : plan.parts()) {
            part.lines().forEach(line -> lines.add(INDENT + "- " + line));
            part.warnings().forEach(warning -> lines.add(INDENT + "! " + warning));
        }
        if (!undoing.isEmpty()) {
            lines.add(undoing);
        }
        return lines;
    }

    /** A plan that is not carried out. */
    static List<String> dryRun(TransitionPlan plan) {
        List<String> lines = new ArrayList<>();
        for (TransitionPlan.Part part : plan.parts()) {
            for (String line : part.details().isEmpty() ? part.lines() : part.details()) {
                lines.add("would " + line);
            }
            part.warnings().forEach(warning -> lines.add("  ! " + warning));
        }
        lines.add(plan.isEmpty() ? "nothing to do" : "no changes made");
        return lines;
    }

    /** {@code fan-250 is up: slice 250.0.45.0/24, host address 250.0.45.1, MTU 1450}. */
    static String isUp(FanAttachment fan) {
        return fan.bridge() + " is up: slice " + fan.slice().cidr() + ", host address "
                + fan.slice().hostAddress() + ", MTU " + fan.mtu();
    }

    static JsonObject document(String command, boolean dryRun, TransitionPlan plan) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", 1);
        document.addProperty("command", command);
        document.addProperty("dryRun", dryRun);
        document.addProperty("changed", !dryRun && !plan.isEmpty());
        document.add("plan", JsonValues.array(plan.parts(), SetupText::part));
        return document;
    }

    private static JsonObject part(TransitionPlan.Part part) {
        JsonObject one = new JsonObject();
        one.addProperty("subject", part.title());
        one.add("steps", JsonValues.array(part.details().isEmpty() ? part.lines() : part.details()));
        one.add("warnings", JsonValues.array(part.warnings()));
        one.addProperty("restarts", part.restarts());
        return one;
    }

    static JsonObject fan(FanAttachment fan) {
        JsonObject json = SliceText.json(fan.slice(), fan.shares());
        json.addProperty("overlay", fan.overlay().toString());
        json.addProperty("underlay", fan.mapping().underlay().toString());
        json.addProperty("bridge", fan.bridge());
        json.addProperty("mtu", fan.mtu());
        json.addProperty("dhcp", fan.dhcp());
        return json;
    }

    public static JsonArray tests(List<LocalTest.Result> results) {
        return JsonValues.array(results, result -> {
            JsonObject one = new JsonObject();
            one.addProperty("engine", result.kind().word());
            one.addProperty("masterFailures", result.master());
            one.addProperty("slaveFailures", result.slave());
            result.skipped().ifPresent(reason -> one.addProperty("skipped", reason));
            return one;
        });
    }
}
