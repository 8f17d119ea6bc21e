package io.fanatic.harness.report.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import io.fanatic.core.FanMapping;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Rtt;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a report, strictly, so that tests can tell that it says what the report does: a key that is unknown, missing or of
 * the wrong type is an error.
 */
public final class JsonReportReader {
    private static final Gson GSON =
            new GsonBuilder().setStrictness(Strictness.STRICT).create();

    private final JsonElement document;

    /**
     * Reads what {@link JsonReport#of} wrote.
     *
     * @throws IllegalArgumentException with the place in the document, as in {@code pairs[3].stages[0].outcome}
     */
    public static Report read(String json) {
        return new JsonReportReader(json).report();
    }

    private JsonReportReader(String json) {
        JsonElement parsed;
        try {
            parsed = GSON.fromJson(json, JsonElement.class);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("the report is not JSON: " + e.getMessage(), e);
        }
        if (parsed == null) {
            throw new IllegalArgumentException("the report is empty");
        }
        document = parsed;
    }

    private Report report() {
        Place top = Place.object("report", document);
        int schema = top.value("schema", JsonReportReader::integer);
        if (schema != JsonReport.SCHEMA) {
            throw new IllegalArgumentException(
                    "report.schema is " + schema + ", and this fanatic reads " + JsonReport.SCHEMA);
        }
        Report report = new Report(
                top.text("title"),
                top.of("when", text -> Instant.parse(text)),
                top.number("seconds"),
                top.inner("conditions", JsonReportReader::conditions),
                top.inner("topology", JsonReportReader::topology),
                top.texts("notes"),
                top.list("trials", JsonReportReader::trial),
                top.list("pairs", JsonReportReader::pair));
        top.mustBe("ok", JsonReportReader::truth, report.ok());
        top.end();
        return report;
    }

    private static Conditions conditions(Place at) {
        return new Conditions(
                at.text("kernel"),
                at.value("cpus", JsonReportReader::integer),
                at.text("congestion_control"),
                whole(at.optional("underlay_mtu", JsonReportReader::integer)),
                whole(at.optional("overlay_mtu", JsonReportReader::integer)),
                at.text("version"));
    }

    private static Topology topology(Place at) {
        List<FanMapping> fans = at.list(
                "fans",
                fan -> FanMapping.of(fan.of("overlay", Ipv4Prefix::parse), fan.of("underlay", Ipv4Prefix::parse)));
        return new Topology(fans, at.list("hosts", JsonReportReader::host));
    }

    private static Topology.Host host(Place at) {
        return new Topology.Host(
                at.text("name"),
                at.of("underlay_address", Ipv4Address::parse),
                at.texts("overlay_addresses").stream().map(Ipv4Address::parse).toList(),
                at.list(
                        "containers",
                        inner -> new Topology.Container(inner.text("name"), inner.of("address", Ipv4Address::parse))));
    }

    private static Trial trial(Place at) {
        return new Trial(
                at.text("group"),
                at.text("name"),
                at.of("outcome", JsonReportReader::outcome),
                at.number("seconds"),
                at.optional("explanation", JsonReportReader::string).orElse(""),
                at.optional("command", JsonReportReader::string).orElse(""));
    }

    private static Pair pair(Place at) {
        Pair pair = new Pair(at.text("from"), at.text("to"), at.list("stages", JsonReportReader::stage));
        at.mustBe("outcome", JsonReportReader::string, pair.outcome().word());
        return pair;
    }

    private static Stage stage(Place at) {
        Optional<Double> rate = at.optional("bits_per_second", JsonReportReader::real);
        Optional<Double> loss = at.optional("loss", JsonReportReader::real);
        Optional<Long> bytes = at.optional("bytes", JsonReportReader::count);
        Optional<Long> retransmits = at.optional("retransmits", JsonReportReader::count);
        Measured measured = new Measured(
                at.optionalInner("rtt_ms", rtt -> new Rtt(rtt.number("min"), rtt.number("average"), rtt.number("p99"))),
                rate.isPresent() ? OptionalDouble.of(rate.get()) : OptionalDouble.empty(),
                bytes.isPresent() ? OptionalLong.of(bytes.get()) : OptionalLong.empty(),
                loss.isPresent() ? OptionalDouble.of(loss.get()) : OptionalDouble.empty(),
                whole(at.optional("streams", JsonReportReader::integer)),
                retransmits.isPresent() ? OptionalLong.of(retransmits.get()) : OptionalLong.empty());
        return new Stage(
                at.text("name"),
                at.of("outcome", JsonReportReader::outcome),
                at.number("seconds"),
                measured,
                at.optional("explanation", JsonReportReader::string).orElse(""),
                at.optional("command", JsonReportReader::string).orElse(""),
                at.optional("family", JsonReportReader::family).orElse(IpFamily.IPV4));
    }

    private static Outcome outcome(String word) {
        for (Outcome each : Outcome.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is not ok, failed or skipped");
    }

    private static IpFamily family(JsonPrimitive value) {
        for (IpFamily family : IpFamily.values()) {
            if (family.toString().equals(string(value))) {
                return family;
            }
        }
        throw new IllegalArgumentException(value + " is neither IPv4 nor IPv6");
    }

    private static String string(JsonPrimitive value) {
        require(value.isString(), value, "a string");
        return value.getAsString();
    }

    private static double real(JsonPrimitive value) {
        require(value.isNumber(), value, "a number");
        return value.getAsDouble();
    }

    private static long count(JsonPrimitive value) {
        require(value.isNumber(), value, "a number");
        return value.getAsBigDecimal().longValueExact();
    }

    private static int integer(JsonPrimitive value) {
        return Math.toIntExact(count(value));
    }

    private static boolean truth(JsonPrimitive value) {
        require(value.isBoolean(), value, "true or false");
        return value.getAsBoolean();
    }

    private static void require(boolean right, JsonPrimitive value, String what) {
        if (!right) {
            throw new IllegalArgumentException(value + " is not " + what);
        }
    }

    private static OptionalInt whole(Optional<Integer> value) {
        return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
    }

    /** An object and where it is. Every key is asked for once; those that nobody asked for are unknown. */
    private static final class Place {
        private final String path;
        private final JsonObject object;
        private final Set<String> unread = new TreeSet<>();

        private Place(String path, JsonObject object) {
            this.path = path;
            this.object = object;
            unread.addAll(object.keySet());
        }

        static Place object(String path, JsonElement element) {
            if (!element.isJsonObject()) {
                throw new IllegalArgumentException(path + " is not an object");
            }
            return new Place(path, element.getAsJsonObject());
        }

        void end() {
            for (String key : unread) {
                throw new IllegalArgumentException(path + "." + key + " is unknown");
            }
        }

        String text(String key) {
            return value(key, JsonReportReader::string);
        }

        double number(String key) {
            return value(key, JsonReportReader::real);
        }

        <T> T of(String key, Function<String, T> parse) {
            String text = text(key);
            return at(key, () -> parse.apply(text));
        }

        <T> void mustBe(String key, Function<JsonPrimitive, T> as, T expected) {
            T found = value(key, as);
            if (!found.equals(expected)) {
                throw new IllegalArgumentException(
                        path + "." + key + " says " + found + ", but by the rest it is " + expected);
            }
        }

        <T> T value(String key, Function<JsonPrimitive, T> as) {
            return optional(key, as).orElseThrow(() -> new IllegalArgumentException(path + "." + key + " is missing"));
        }

        <T> Optional<T> optional(String key, Function<JsonPrimitive, T> as) {
            JsonElement element = take(key);
            if (element == null) {
                return Optional.empty();
            }
            return Optional.of(at(key, () -> as.apply(element.getAsJsonPrimitive())));
        }

        <T> T inner(String key, Function<Place, T> read) {
            return optionalInner(key, read)
                    .orElseThrow(() -> new IllegalArgumentException(path + "." + key + " is missing"));
        }

        <T> Optional<T> optionalInner(String key, Function<Place, T> read) {
            JsonElement element = take(key);
            if (element == null) {
                return Optional.empty();
            }
            return Optional.of(read(path + "." + key, element, read));
        }

        <T> List<T> list(String key, Function<Place, T> read) {
            List<T> values = new ArrayList<>();
            for (JsonElement each : array(key)) {
                values.add(read(path + "." + key + "[" + values.size() + "]", each, read));
            }
            return values;
        }

        List<String> texts(String key) {
            List<String> values = new ArrayList<>();
            for (JsonElement each : array(key)) {
                values.add(at(key, () -> string(each.getAsJsonPrimitive())));
            }
            return values;
        }

        private Iterable<JsonElement> array(String key) {
            JsonElement element = take(key);
            if (element == null || !element.isJsonArray()) {
                throw new IllegalArgumentException(path + "." + key + " is not a list");
            }
            return element.getAsJsonArray();
        }

        private static <T> T read(String path, JsonElement element, Function<Place, T> read) {
            Place inner = object(path, element);
            T value;
            try {
                value = read.apply(inner);
            } catch (IllegalArgumentException e) {
                String sentence = String.valueOf(e.getMessage());
                throw sentence.startsWith("report.") ? e : new IllegalArgumentException(path + ": " + sentence, e);
            }
            inner.end();
            return value;
        }

        private @Nullable JsonElement take(String key) {
            unread.remove(key);
            return object.get(key);
        }

        private <T> T at(String key, Supplier<T> read) {
            try {
                return read.get();
            } catch (RuntimeException e) {
                // Gson tells a wrong type by three kinds of exception.
                throw new IllegalArgumentException(path + "." + key + ": " + e.getMessage(), e);
            }
        }
    }
}
