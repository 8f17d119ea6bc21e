package io.fanatic.harness.iperf.protocol;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.fanatic.harness.iperf.stream.Stream;
import io.fanatic.harness.throughput.UdpCounts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One end's results, as they go over the wire.
 *
 * @param congestion control that the end used; {@code unknown} when it does not say
 * @param streams by their number
 * @param serverOutput a report for people; empty when there is none
 */
public record ResultsJson(String congestion, Map<Integer, Row> streams, String serverOutput) {
    /** What a server reads of them at most: 256 streams of a stock client are some 60 kB. */
    public static final int MAX_CLIENT_BYTES = 128 << 10;
    /** What a client reads: with the server's own report. */
    public static final int MAX_SERVER_BYTES = 4 << 20;

    public record Row(long bytes, OptionalLong retransmits, UdpCounts datagrams, double seconds) {}

    /** @param seconds that were counted */
    public static String write(List<? extends Stream> streams, double seconds, String serverOutput) {
        JsonObject json = new JsonObject();
        json.addProperty("cpu_util_total", 0);
        json.addProperty("cpu_util_user", 0);
        json.addProperty("cpu_util_system", 0);
        boolean knows = streams.stream().anyMatch(stream -> stream.retransmits().isPresent());
        json.addProperty("sender_has_retransmits", knows ? 1 : streams.stream().anyMatch(Stream::sends) ? 0 : -1);
        streams.stream()
                .map(Stream::congestion)
                .filter(name -> !name.equals("none"))
                .findFirst()
                .ifPresent(name -> json.addProperty("congestion_used", name));
        JsonArray rows = new JsonArray();
        for (Stream stream : streams) {
            UdpCounts counts = stream.datagrams().orElse(new UdpCounts(0, 0, 0, 0));
            JsonObject row = new JsonObject();
            row.addProperty("id", stream.id());
            row.addProperty("bytes", stream.bytes());
            row.addProperty("retransmits", stream.retransmits().orElse(-1));
            row.addProperty("jitter", counts.jitterSeconds());
            row.addProperty("errors", counts.lost());
            row.addProperty("omitted_errors", 0);
            row.addProperty("packets", counts.packets());
            row.addProperty("omitted_packets", 0);
            row.addProperty("start_time", 0);
            row.addProperty("end_time", seconds);
            rows.add(row);
        }
        json.add("streams", rows);
        if (!serverOutput.isEmpty()) {
            json.addProperty("server_output_text", serverOutput);
        }
        return json.toString();
    }

    /** @throws ProtocolException when it is something else */
    public static ResultsJson read(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            Map<Integer, Row> rows = new HashMap<>();
            for (JsonElement element : json.getAsJsonArray("streams")) {
                JsonObject row = element.getAsJsonObject();
                long retransmits = ParametersJson.number(row, "retransmits");
                rows.put(
                        row.get("id").getAsInt(),
                        new Row(
                                ParametersJson.number(row, "bytes"),
                                retransmits < 0 ? OptionalLong.empty() : OptionalLong.of(retransmits),
                                new UdpCounts(
                                        less(row, "packets", "omitted_packets"),
                                        less(row, "errors", "omitted_errors"),
                                        0,
                                        row.has("jitter") ? row.get("jitter").getAsDouble() : 0),
                                seconds(row, "end_time") - seconds(row, "start_time")));
            }
            return new ResultsJson(
                    json.has("congestion_used") ? json.get("congestion_used").getAsString() : "unknown",
                    rows,
                    output(json));
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | UnsupportedOperationException
                | NullPointerException
                | NumberFormatException e) {
            throw new ProtocolException("its results are not the JSON of iperf3");
        }
    }

    private static long less(JsonObject row, String all, String omitted) {
        return Math.max(0, ParametersJson.number(row, all) - Math.max(0, ParametersJson.number(row, omitted)));
    }

    private static double seconds(JsonObject row, String name) {
        return row.has(name) ? row.get(name).getAsDouble() : 0;
    }

    private static String output(JsonObject json) {
        if (json.has("server_output_text")) {
            return json.get("server_output_text").getAsString();
        }
        return json.has("server_output_json") ? json.get("server_output_json").toString() : "";
    }
}
