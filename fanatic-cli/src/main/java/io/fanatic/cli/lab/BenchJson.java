package io.fanatic.cli.lab;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.harness.bench.Bar;
import io.fanatic.harness.bench.Bench;
import io.fanatic.harness.bench.Comparison;
import io.fanatic.harness.bench.Conditions;
import io.fanatic.harness.bench.Result;
import io.fanatic.harness.bench.Scale;
import io.fanatic.harness.bench.StateCount;
import java.util.List;

/** {@code lab bench --json}. The schema number grows when a field changes its meaning or goes. */
final class BenchJson {
    private static final int SCHEMA = 1;

    private BenchJson() {}

    static String of(Bench.Report report) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.add("conditions", conditions(report.conditions()));
        document.addProperty("seconds", report.timing().measured().toMillis() / 1000.0);
        document.addProperty("warm_up_seconds", report.timing().warmUp().toMillis() / 1000.0);
        document.add("loads", JsonValues.array(report.comparisons(), BenchJson::comparison));
        Bar first = report.bars().get(0);
        document.addProperty("bar", first.ratio());
        document.addProperty("verdict", BenchText.word(report.comparison(first).verdict(first)));
        document.add("bars", JsonValues.array(report.bars(), each -> bar(each, report.comparison(each))));
        return JsonValues.printEscaped(document);
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
        object.add("paths", JsonValues.array(comparison.results(), BenchJson::result));
        return object;
    }

    private static JsonObject result(Result result) {
        JsonArray samples = JsonValues.array(result.samples(), each -> {
            JsonObject sample = new JsonObject();
            sample.addProperty("rate", each.rate());
            sample.addProperty("seconds", each.seconds());
            sample.addProperty("retransmits", each.retransmits());
            sample.addProperty("segment", each.segment());
            sample.addProperty("lost", each.lost());
            sample.addProperty("waited", each.waited());
            sample.addProperty("cpu_seconds_per_gigabyte", each.cpu());
            return sample;
        });
        return JsonValues.object("path", result.path(), "median", result.median(), "samples", samples);
    }

    static String of(List<Scale> scales) {
        JsonArray all = JsonValues.array(scales, each -> {
            StateCount state = each.state();
            JsonObject configured = new JsonObject();
            configured.addProperty("links", state.links());
            configured.addProperty("addresses", state.addresses());
            configured.addProperty("routes", state.routes());
            configured.addProperty("rules", state.rules());
            configured.addProperty("permanent_neighbours", state.neighbours());
            configured.addProperty("permanent_fdb_entries", state.forwarding());
            configured.addProperty("map_entries", state.mapEntries());
            JsonObject learned = JsonValues.object(
                    "neighbours", state.learnedNeighbours(), "fdb_entries", state.learnedForwarding());
            return JsonValues.object("hosts", each.hosts(), "configured", configured, "learned", learned);
        });
        return JsonValues.printEscaped(JsonValues.object("schema", SCHEMA, "scales", all));
    }
}
