package io.fanatic.cli.lab;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.harness.bench.Bar;
import io.fanatic.harness.bench.Bench;
import io.fanatic.harness.bench.Comparison;
import io.fanatic.harness.bench.Conditions;
import io.fanatic.harness.bench.Result;
import io.fanatic.harness.bench.Sample;
import io.fanatic.harness.bench.Scale;
import io.fanatic.harness.bench.StateCount;
import java.util.List;

/** {@code lab bench --json}. The schema number grows when a field changes its meaning or goes. */
final class BenchJson {
    private static final int SCHEMA = 1;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    private BenchJson() {}

    static String of(Bench.Report report) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.add("conditions", conditions(report.conditions()));
        document.addProperty("seconds", report.timing().measured().toMillis() / 1000.0);
        document.addProperty("warm_up_seconds", report.timing().warmUp().toMillis() / 1000.0);
        JsonArray loads = new JsonArray();
        report.comparisons().forEach(each -> loads.add(comparison(each)));
        document.add("loads", loads);
        Bar first = report.bars().get(0);
        document.addProperty("bar", first.ratio());
        document.addProperty("verdict", BenchText.word(report.comparison(first).verdict(first)));
        JsonArray bars = new JsonArray();
        report.bars().forEach(each -> bars.add(bar(each, report.comparison(each))));
        document.add("bars", bars);
        return GSON.toJson(document);
    }

    private static JsonObject bar(Bar bar, Comparison comparison) {
        JsonObject object = new JsonObject();
        object.addProperty("load", bar.load().title());
        object.addProperty("path", bar.path());
        object.addProperty("bar", bar.ratio());
        object.addProperty("fan_of_path", comparison.fanOf(bar));
        object.addProperty("verdict", BenchText.word(comparison.verdict(bar)));
        return object;
    }

    private static JsonObject conditions(Conditions at) {
        JsonObject object = new JsonObject();
        object.addProperty("kernel", at.kernel());
        object.addProperty("processor", at.processor());
        object.addProperty("processors", at.processors());
        object.addProperty("sender_cpu", at.cpus().sender());
        object.addProperty("receiver_cpu", at.cpus().receiver());
        object.addProperty("congestion_control", at.congestionControl());
        object.addProperty("underlay_mtu", at.underlayMtu());
        object.addProperty("inner_mtu", at.innerMtu());
        object.addProperty("bridge_netfilter", at.bridgeNetfilter());
        object.addProperty("java", at.java());
        object.addProperty("load", at.load());
        return object;
    }

    private static JsonObject comparison(Comparison comparison) {
        JsonObject object = new JsonObject();
        object.addProperty("load", comparison.load().title());
        object.addProperty("unit", comparison.load().unit());
        object.addProperty("fan_of_plain", comparison.fanOfPlain());
        object.addProperty("fan_of_plain_by_round", comparison.fan().ratioByRoundTo(comparison.plain()));
        JsonArray paths = new JsonArray();
        for (Result each : comparison.results()) {
            paths.add(result(each));
        }
        object.add("paths", paths);
        return object;
    }

    private static JsonObject result(Result result) {
        JsonObject object = new JsonObject();
        object.addProperty("path", result.path());
        object.addProperty("median", result.median());
        JsonArray samples = new JsonArray();
        for (Sample each : result.samples()) {
            JsonObject sample = new JsonObject();
            sample.addProperty("rate", each.rate());
            sample.addProperty("seconds", each.seconds());
            sample.addProperty("retransmits", each.retransmits());
            sample.addProperty("segment", each.segment());
            sample.addProperty("lost", each.lost());
            sample.addProperty("waited", each.waited());
            sample.addProperty("cpu_seconds_per_gigabyte", each.cpu());
            samples.add(sample);
        }
        object.add("samples", samples);
        return object;
    }

    static String of(List<Scale> scales) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        JsonArray list = new JsonArray();
        for (Scale each : scales) {
            StateCount state = each.state();
            JsonObject configured = new JsonObject();
            configured.addProperty("links", state.links());
            configured.addProperty("addresses", state.addresses());
            configured.addProperty("routes", state.routes());
            configured.addProperty("rules", state.rules());
            configured.addProperty("permanent_neighbours", state.neighbours());
            configured.addProperty("permanent_fdb_entries", state.forwarding());
            configured.addProperty("map_entries", state.mapEntries());
            JsonObject learned = new JsonObject();
            learned.addProperty("neighbours", state.learnedNeighbours());
            learned.addProperty("fdb_entries", state.learnedForwarding());
            JsonObject object = new JsonObject();
            object.addProperty("hosts", each.hosts());
            object.add("configured", configured);
            object.add("learned", learned);
            list.add(object);
        }
        document.add("scales", list);
        return GSON.toJson(document);
    }
}
