package io.fanatic.harness.report.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.core.FanMapping;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.util.List;

/** The report as JSON, described in fan-report(5). */
public final class JsonReport {
    /** Grows when a key changes its meaning or goes; a key that comes does not count. */
    public static final int SCHEMA = 1;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonReport() {}

    /**
     * {@return a report as a JSON document}
     *
     * @param report what it says
     */
    public static String of(Report report) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.addProperty("title", report.title());
        document.addProperty("when", report.when().toString());
        document.addProperty("seconds", report.seconds());
        document.addProperty("ok", report.ok());
        document.add("conditions", conditions(report.conditions()));
        document.add("topology", topology(report.topology()));
        document.add("notes", strings(report.notes()));
        JsonArray trials = new JsonArray();
        report.trials().forEach(trial -> trials.add(trial(trial)));
        document.add("trials", trials);
        JsonArray pairs = new JsonArray();
        report.pairs().forEach(pair -> pairs.add(pair(pair)));
        document.add("pairs", pairs);
        return GSON.toJson(document) + "\n";
    }

    private static JsonObject conditions(Conditions at) {
        JsonObject object = new JsonObject();
        object.addProperty("kernel", at.kernel());
        object.addProperty("cpus", at.cpus());
        object.addProperty("congestion_control", at.congestionControl());
        at.underlayMtu().ifPresent(bytes -> object.addProperty("underlay_mtu", bytes));
        at.overlayMtu().ifPresent(bytes -> object.addProperty("overlay_mtu", bytes));
        object.addProperty("version", at.version());
        return object;
    }

    private static JsonObject topology(Topology topology) {
        JsonArray fans = new JsonArray();
        for (FanMapping fan : topology.fans()) {
            JsonObject object = new JsonObject();
            object.addProperty("overlay", fan.overlay().toString());
            object.addProperty("underlay", fan.underlay().toString());
            fans.add(object);
        }
        JsonArray hosts = new JsonArray();
        topology.hosts().forEach(host -> hosts.add(host(host)));
        JsonObject object = new JsonObject();
        object.add("fans", fans);
        object.add("hosts", hosts);
        return object;
    }

    private static JsonObject host(Topology.Host host) {
        JsonObject object = new JsonObject();
        object.addProperty("name", host.name());
        object.addProperty("underlay_address", host.underlayAddress().toString());
        object.add(
                "overlay_addresses",
                strings(host.overlayAddresses().stream().map(Object::toString).toList()));
        JsonArray containers = new JsonArray();
        for (Topology.Container container : host.containers()) {
            JsonObject inner = new JsonObject();
            inner.addProperty("name", container.name());
            inner.addProperty("address", container.address().toString());
            containers.add(inner);
        }
        object.add("containers", containers);
        return object;
    }

    private static JsonObject trial(Trial trial) {
        JsonObject object = new JsonObject();
        object.addProperty("group", trial.group());
        object.addProperty("name", trial.name());
        end(object, trial.outcome(), trial.seconds(), trial.explanation(), trial.command());
        return object;
    }

    private static JsonObject pair(Pair pair) {
        JsonArray stages = new JsonArray();
        for (Stage stage : pair.stages()) {
            JsonObject object = new JsonObject();
            object.addProperty("name", stage.name());
            if (stage.family() != IpFamily.IPV4) {
                object.addProperty("family", stage.family().toString());
            }
            measured(object, stage.measured());
            end(object, stage.outcome(), stage.seconds(), stage.explanation(), stage.command());
            stages.add(object);
        }
        JsonObject object = new JsonObject();
        object.addProperty("from", pair.from());
        object.addProperty("to", pair.to());
        object.addProperty("outcome", pair.outcome().word());
        object.add("stages", stages);
        return object;
    }

    private static void end(JsonObject object, Outcome outcome, double seconds, String explanation, String command) {
        object.addProperty("outcome", outcome.word());
        object.addProperty("seconds", seconds);
        if (!explanation.isEmpty()) {
            object.addProperty("explanation", explanation);
        }
        if (!command.isEmpty()) {
            object.addProperty("command", command);
        }
    }

    private static void measured(JsonObject object, Measured measured) {
        measured.rtt().ifPresent(rtt -> {
            JsonObject inner = new JsonObject();
            inner.addProperty("min", rtt.min());
            inner.addProperty("average", rtt.average());
            inner.addProperty("p99", rtt.p99());
            object.add("rtt_ms", inner);
        });
        measured.bitsPerSecond().ifPresent(value -> object.addProperty("bits_per_second", value));
        measured.bytes().ifPresent(value -> object.addProperty("bytes", value));
        measured.loss().ifPresent(value -> object.addProperty("loss", value));
        measured.streams().ifPresent(value -> object.addProperty("streams", value));
        measured.retransmits().ifPresent(value -> object.addProperty("retransmits", value));
    }

    private static JsonArray strings(List<String> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }
}
