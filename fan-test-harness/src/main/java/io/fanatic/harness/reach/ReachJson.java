package io.fanatic.harness.reach;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.throughput.ThroughputJson;
import java.util.List;
import java.util.Locale;

/**
 * Reports as one JSON document:
 *
 * <pre>
 *   schema 1; ok; peers [{
 *     address (as given); underlay, overlay (host address), fan (its overlay), mtu; ok
 *     explanation {code, sentence, command} when not ok
 *     overlay6 (host address) where the fan has an IPv6 overlay here
 *     stages [{name, status passed|failed|skipped, text, and by kind:
 *       ping       sent, received, min_ms, avg_ms, median_ms, p99_ms, max_ms
 *       path MTU   mtu, largest, sent, received
 *       exchange   bytes, milliseconds, trouble
 *       rate       throughput {see ThroughputJson}
 *       what was tried by IPv6 has a name that begins with IPv6, and family IPv6
 *     }]
 *   }]
 * </pre>
 *
 * The schema number grows when a field changes its meaning or goes; new fields do not count.
 */
public final class ReachJson {
    /** The version of the document's form; it grows when a key changes its meaning or goes. */
    public static final int SCHEMA = 1;

    private ReachJson() {}

    /**
     * {@return the whole document}
     *
     * @param reports of all peers
     */
    public static JsonObject document(List<PeerReport> reports) {
        JsonObject json = new JsonObject();
        json.addProperty("schema", SCHEMA);
        json.addProperty("ok", reports.stream().allMatch(PeerReport::ok));
        JsonArray peers = new JsonArray();
        reports.forEach(report -> peers.add(of(report)));
        json.add("peers", peers);
        return json;
    }

    /**
     * {@return one peer}
     *
     * @param report of one peer
     */
    public static JsonObject of(PeerReport report) {
        JsonObject json = new JsonObject();
        json.addProperty("address", report.given().toString());
        report.peer().ifPresent(peer -> {
            json.addProperty("underlay", peer.underlay().toString());
            json.addProperty("overlay", peer.address().toString());
            peer.ipv6Address().ifPresent(ipv6 -> json.addProperty("overlay6", ipv6.toString()));
            json.addProperty("fan", peer.fan().overlay().toString());
            json.addProperty("mtu", peer.fan().mtu());
        });
        json.addProperty("ok", report.ok());
        report.explanation().ifPresent(why -> {
            JsonObject explanation = new JsonObject();
            explanation.addProperty("code", why.code());
            explanation.addProperty("sentence", why.sentence());
            explanation.addProperty("command", report.advice());
            json.add("explanation", explanation);
        });
        JsonArray stages = new JsonArray();
        report.stages().forEach(stage -> stages.add(of(stage)));
        json.add("stages", stages);
        return json;
    }

    private static JsonObject of(Stage stage) {
        if (stage instanceof Stage.ByIpv6 other) {
            JsonObject json = of(other.stage());
            json.addProperty("name", stage.name());
            json.addProperty("family", IpFamily.IPV6.toString());
            return json;
        }
        JsonObject json = new JsonObject();
        json.addProperty("name", stage.name());
        json.addProperty("status", stage.status().name().toLowerCase(Locale.ROOT));
        json.addProperty("text", stage.sentence());
        if (stage instanceof Stage.Pinged pinged) {
            ping(json, pinged.result());
        } else if (stage instanceof Stage.PathMtu mtu) {
            json.addProperty("mtu", mtu.mtu());
            json.addProperty("largest", mtu.largest());
            json.addProperty("sent", mtu.result().sent());
            json.addProperty("received", mtu.result().received());
        } else if (stage instanceof Stage.Exchanged exchanged) {
            json.addProperty("bytes", exchanged.bytes());
            json.addProperty("milliseconds", exchanged.nanos() / 1e6);
            json.addProperty("trouble", exchanged.trouble().name().toLowerCase(Locale.ROOT));
        } else if (stage instanceof Stage.Rate rate) {
            json.add("throughput", ThroughputJson.of(rate.result()));
        }
        return json;
    }

    private static void ping(JsonObject json, PingResult result) {
        json.addProperty("sent", result.sent());
        json.addProperty("received", result.received());
        json.addProperty("min_ms", result.minNanos() / 1e6);
        json.addProperty("avg_ms", result.averageNanos() / 1e6);
        json.addProperty("median_ms", result.medianNanos() / 1e6);
        json.addProperty("p99_ms", result.p99Nanos() / 1e6);
        json.addProperty("max_ms", result.maxNanos() / 1e6);
    }
}
