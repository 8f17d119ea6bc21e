package io.fanatic.harness.iperf.protocol;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Tuning;
import java.time.Duration;

/** The client's parameters on the wire. */
public final class ParametersJson {
    /** What a server reads of them at most; stock clients send some 300 bytes. */
    public static final int MAX_BYTES = 8 << 10;

    /** The release whose protocol this is; stock servers only print it. */
    private static final String CLIENT_VERSION = "3.18";

    private ParametersJson() {}

    public static String write(IperfSpec spec) {
        JsonObject json = new JsonObject();
        json.addProperty(spec.protocol() == Protocol.TCP ? "tcp" : "udp", true);
        json.addProperty("omit", wholeSeconds(spec.testLength().omit()));
        json.addProperty("time", wholeSeconds(spec.testLength().time()));
        json.addProperty("num", spec.testLength().bytes());
        json.addProperty("blockcount", spec.testLength().blocks());
        json.addProperty("parallel", spec.streams());
        json.addProperty("len", spec.length());
        json.addProperty("pacing_timer", 1000);
        switch (spec.direction()) {
            case SEND -> {
                // The default.
            }
            case RECEIVE -> json.addProperty("reverse", true);
            case BOTH -> json.addProperty("bidirectional", true);
        }
        Tuning tuning = spec.tuning();
        number(json, "MSS", tuning.segment());
        number(json, "window", tuning.window());
        number(json, "bandwidth", spec.rate());
        if (tuning.noDelay()) {
            json.addProperty("nodelay", true);
        }
        if (!tuning.congestion().isEmpty()) {
            json.addProperty("congestion", tuning.congestion());
        }
        if (tuning.wideCounters()) {
            json.addProperty("udp_counters_64bit", 1);
        }
        if (spec.serverOutput()) {
            json.addProperty("get_server_output", 1);
        }
        json.addProperty("client_version", CLIENT_VERSION);
        return json.toString();
    }

    private static void number(JsonObject json, String name, long value) {
        if (value != 0) {
            json.addProperty(name, value);
        }
    }

    private static long wholeSeconds(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }

    /** @throws ProtocolException when they are none, or out of range */
    public static IperfSpec read(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            boolean udp = flag(json, "udp");
            Direction direction = flag(json, "bidirectional")
                    ? Direction.BOTH
                    : flag(json, "reverse") ? Direction.RECEIVE : Direction.SEND;
            Tuning tuning = new Tuning(
                    integer(json, "len"),
                    number(json, "bandwidth"),
                    udp && number(json, "bandwidth") == 0,
                    integer(json, "window"),
                    integer(json, "MSS"),
                    json.has("congestion") ? json.get("congestion").getAsString() : "",
                    flag(json, "udp_counters_64bit"),
                    flag(json, "nodelay"));
            int streams = json.has("parallel") ? integer(json, "parallel") : 1;
            return new IperfSpec(
                    udp ? Protocol.UDP : Protocol.TCP,
                    direction,
                    streams,
                    extent(json),
                    tuning,
                    flag(json, "get_server_output"));
        } catch (JsonParseException | IllegalStateException | ClassCastException | UnsupportedOperationException e) {
            throw new ProtocolException("its parameters are not the JSON of iperf3");
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ProtocolException("its parameters are out of range: " + e.getMessage());
        }
    }

    /** Bytes go before blocks, and both before a time, as the client itself ends the test. */
    private static TestLength extent(JsonObject json) {
        Duration omit = Duration.ofSeconds(number(json, "omit"));
        long bytes = number(json, "num");
        long blocks = number(json, "blockcount");
        if (bytes > 0) {
            return TestLength.bytes(bytes).omitting(omit);
        }
        if (blocks > 0) {
            return TestLength.blocks(blocks).omitting(omit);
        }
        return TestLength.seconds(Math.max(1, integer(json, "time"))).omitting(omit);
    }

    private static boolean flag(JsonObject json, String name) {
        JsonElement value = json.get(name);
        if (value == null || !value.isJsonPrimitive()) {
            return false;
        }
        return value.getAsJsonPrimitive().isNumber() ? value.getAsDouble() != 0 : value.getAsBoolean();
    }

    /** 0 when it is absent. */
    public static long number(JsonObject json, String name) {
        return json.has(name) ? (long) json.get(name).getAsDouble() : 0;
    }

    private static int integer(JsonObject json, String name) {
        return Math.toIntExact(number(json, name));
    }
}
