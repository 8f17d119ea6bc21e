package io.fanatic.harness.throughput;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * A throughput test as JSON, to include in other documents:
 *
 * <pre>
 *   protocol tcp|udp; direction send|receive|both; streams; length (bytes); seconds or bytes or blocks
 *   ok; when false: reason (see {@link Throughput.Reason}), error
 *   when true: sent_to_server and received_from_server (bits per second of payload that arrived), retransmits, lost (0 to 1),
 *   jitter_seconds, conditions {kernel, processors, congestion, peer_congestion, mtu, segment, streams},
 *   results [{id, sending, sent_bytes, received_bytes, seconds, bits_per_second, retransmits, packets, lost, out_of_order, jitter_seconds}]
 * </pre>
 */
public final class ThroughputJson {
    private ThroughputJson() {}

    /**
     * {@return what came of a test, as JSON}
     *
     * @param throughput measured or failed
     */
    public static JsonObject of(Throughput throughput) {
        JsonObject json = new JsonObject();
        IperfSpec spec = throughput.spec();
        json.addProperty("protocol", lower(spec.protocol()));
        json.addProperty("direction", lower(spec.direction()));
        json.addProperty("streams", spec.streams());
        json.addProperty("length", spec.length());
        if (spec.testLength().bytes() > 0) {
            json.addProperty("bytes", spec.testLength().bytes());
        } else if (spec.testLength().blocks() > 0) {
            json.addProperty("blocks", spec.testLength().blocks());
        } else {
            json.addProperty("seconds", spec.testLength().time().toMillis() / 1000.0);
        }
        if (throughput instanceof Throughput.Failed failed) {
            json.addProperty("ok", false);
            json.addProperty("reason", lower(failed.reason()));
            json.addProperty("error", failed.sentence());
        } else if (throughput instanceof Throughput.Measured measured) {
            json.addProperty("ok", true);
            measured(json, measured);
        }
        return json;
    }

    private static void measured(JsonObject json, Throughput.Measured measured) {
        Direction direction = measured.spec().direction();
        if (direction.sends()) {
            json.addProperty("sent_to_server", measured.bitsPerSecond(true));
        }
        if (direction.receives()) {
            json.addProperty("received_from_server", measured.bitsPerSecond(false));
        }
        if (measured.spec().protocol() == Protocol.TCP) {
            json.addProperty("retransmits", measured.retransmits());
        } else {
            json.addProperty("lost", measured.lostShare());
            json.addProperty("jitter_seconds", measured.jitterSeconds());
        }
        json.add("conditions", conditions(measured.conditions()));
        JsonArray results = new JsonArray();
        measured.streams().forEach(stream -> results.add(stream(stream)));
        json.add("results", results);
        if (!measured.serverOutput().isEmpty()) {
            json.addProperty("server_output", measured.serverOutput());
        }
    }

    private static JsonObject conditions(Conditions conditions) {
        JsonObject json = new JsonObject();
        json.addProperty("kernel", conditions.kernel());
        json.addProperty("processors", conditions.processors());
        json.addProperty("congestion", conditions.congestion());
        json.addProperty("peer_congestion", conditions.peerCongestion());
        json.addProperty("mtu", conditions.mtu());
        json.addProperty("segment", conditions.segment());
        json.addProperty("streams", conditions.streams());
        return json;
    }

    private static JsonObject stream(StreamResult stream) {
        JsonObject json = new JsonObject();
        json.addProperty("id", stream.id());
        json.addProperty("sending", stream.sending());
        json.addProperty("sent_bytes", stream.sentBytes());
        json.addProperty("received_bytes", stream.receivedBytes());
        json.addProperty("seconds", stream.seconds());
        json.addProperty("bits_per_second", stream.bitsPerSecond());
        stream.retransmits().ifPresent(count -> json.addProperty("retransmits", count));
        stream.datagrams().ifPresent(counts -> {
            json.addProperty("packets", counts.packets());
            json.addProperty("lost", counts.lost());
            json.addProperty("out_of_order", counts.outOfOrder());
            json.addProperty("jitter_seconds", counts.jitterSeconds());
        });
        return json;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
