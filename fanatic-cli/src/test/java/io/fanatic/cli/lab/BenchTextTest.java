package io.fanatic.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.harness.bench.Bar;
import io.fanatic.harness.bench.Bench;
import io.fanatic.harness.bench.Comparison;
import io.fanatic.harness.bench.Conditions;
import io.fanatic.harness.bench.Cpus;
import io.fanatic.harness.bench.Load;
import io.fanatic.harness.bench.Result;
import io.fanatic.harness.bench.Sample;
import io.fanatic.harness.bench.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table of {@code lab bench}, and the same in JSON, of figures that are made up. */
class BenchTextTest {
    private static final Load ONE_FLOW = new Load.Tcp(1);
    private static final Load PACKETS = new Load.Udp(64);

    @Test
    void eachPathHasARowUnderEachLoadWithCpuAndRoundTrips() {
        List<String> lines = BenchText.lines(report(0));
        assertThat(lines).contains("bridged frames pass iptables, as where Docker has loaded br_netfilter");
        assertThat(lines)
                .containsSequence(
                        "TCP, 1 flow, Gbit/s (retransmits: 0, 0, 0, 0)",
                        "  fan                     30.00    30.00    30.00    1.500    1.500     0.0%",
                        "  plain VXLAN             20.00    20.00    20.00    1.000    1.000     0.0%",
                        "  bare underlay           46.00    46.00    46.00    2.300    2.300     0.0%",
                        "  static routes           29.00    29.00    29.00    1.450    1.450     0.0%",
                        "  (CPU seconds of the sender for 10^9 bytes: 0.25, 0.40, 0.17, 0.27)")
                .containsSequence(
                        "TCP, 1 byte there and back, 1000/s",
                        "  fan                     50.00    50.00    50.00    1.250    1.250     0.0%",
                        "  plain VXLAN             40.00    40.00    40.00    1.000    1.000     0.0%",
                        "  bare underlay           80.00    80.00    80.00    2.000    2.000     0.0%",
                        "  static routes           45.00    45.00    45.00    1.125    1.125     0.0%",
                        "  (us for a round trip: 20.0, 25.0, 12.5, 22.2)");
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void eachBarIsJudgedByItsLoadAndItsPath() {
        assertThat(BenchText.lines(report(0)))
                .endsWith(
                        "TCP, 1 flow, fan: 1.500 of plain VXLAN, bar 1.50: met",
                        "TCP, 1 flow, fan: 1.034 of static routes, bar 1.05: not met",
                        "UDP, 64 bytes, fan: 1.600 of plain VXLAN, bar 1.50: met");
        assertThat(BenchText.lines(report(0.02)))
                .endsWith(
                        "TCP, 1 flow, fan: 1.500 of plain VXLAN, bar 1.50: met",
                        "TCP, 1 flow, fan: 1.034 of static routes, bar 1.05: disturbed",
                        "UDP, 64 bytes, fan: 1.600 of plain VXLAN, bar 1.50: met");

        JsonObject json = JsonParser.parseString(BenchJson.of(report(0))).getAsJsonObject();
        assertThat(json.get("bar").getAsDouble()).isEqualTo(1.5);
        assertThat(json.get("verdict").getAsString()).isEqualTo("met");
        assertThat(json.getAsJsonArray("bars"))
                .extracting(each -> each.getAsJsonObject().get("path").getAsString() + " "
                        + each.getAsJsonObject().get("verdict").getAsString())
                .containsExactly("plain VXLAN met", "static routes not met", "plain VXLAN met");
        JsonObject routes = json.getAsJsonArray("loads")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("paths")
                .get(3)
                .getAsJsonObject();
        assertThat(routes.get("path").getAsString()).isEqualTo("static routes");
        assertThat(routes.getAsJsonArray("samples")
                        .get(0)
                        .getAsJsonObject()
                        .get("cpu_seconds_per_gigabyte")
                        .getAsDouble())
                .isEqualTo(0.27);
    }

    /** Of a fan without encapsulation. */
    private static Bench.Report report(double routesWaited) {
        return new Bench.Report(
                new Conditions("6.18", "CPU", 2, new Cpus(0, 1), "cubic", 1500, 1450, true, "17", 0),
                new Timing(Duration.ofSeconds(1), Duration.ofSeconds(2)),
                List.of(
                        new Comparison(
                                ONE_FLOW,
                                result(Bench.FAN, 30, 0.25, 0),
                                result(Bench.PLAIN, 20, 0.4, 0),
                                result(Bench.BARE, 46, 0.17, 0),
                                Optional.of(result(Bench.ROUTES, 29, 0.27, routesWaited))),
                        comparison(PACKETS, 128, 80, 180, 110),
                        comparison(new Load.RoundTrips(), 50, 40, 80, 45)),
                List.of(
                        new Bar(ONE_FLOW, Bench.PLAIN, 1.5),
                        new Bar(ONE_FLOW, Bench.ROUTES, 1.05),
                        new Bar(PACKETS, Bench.PLAIN, 1.5)));
    }

    private static Comparison comparison(Load load, double fan, double plain, double bare, double routes) {
        return new Comparison(
                load,
                result(Bench.FAN, fan, 1, 0),
                result(Bench.PLAIN, plain, 1, 0),
                result(Bench.BARE, bare, 1, 0),
                Optional.of(result(Bench.ROUTES, routes, 1, 0)));
    }

    private static Result result(String path, double rate, double cpu, double waited) {
        return new Result(path, List.of(new Sample(rate, 2, 0, 1398, 0, waited, cpu)));
    }
}
