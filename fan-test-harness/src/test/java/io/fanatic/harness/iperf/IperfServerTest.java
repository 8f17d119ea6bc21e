package io.fanatic.harness.iperf;

import static io.fanatic.harness.probe.TwoNamespaces.LEFT;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TwoNamespaces;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our server and the distribution's client. Topology: {@link TwoNamespaces}, 192.0.2.1 and 192.0.2.2 on one cable. */
@Execution(ExecutionMode.CONCURRENT)
class IperfServerTest {

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    private final Probes probes = Probes.open();
    private IperfServer server;

    @BeforeEach
    void serve() {
        server = IperfServer.start(probes, Optional.of(net.right), RIGHT, 0, IperfServer.Limits.DEFAULT);
    }

    @AfterEach
    void stop() {
        server.close();
        probes.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-n 8M",
                "-n 8M -P 3",
                "-n 8M -R",
                "-n 8M -R -P 3",
                "-n 8M --bidir",
                "-k 10",
                "-k 10 -R",
                "-n 8M -l 1000",
                "-n 8M -l 1M",
                "-n 8M -w 64K",
                "-n 8M -M 1000",
                "-n 8M -C reno",
                "-n 8M -R -C reno",
                "-n 8M -N",
                "-n 8M -Z",
                "-t 1 -b 10M",
                "-t 1 -b 10M -R",
                "-t 1 -O 1 -b 10M",
                "-t 1 -P 2 -b 5M",
                "-u -t 1",
                "-u -t 1 -R",
                "-u -t 1 -P 3",
                "-u -t 1 --bidir",
                "-u -t 1 -b 20M -l 1000",
                "-u -t 1 -b 20M --udp-counters-64bit",
                "-u -t 1 -O 1",
                "-u -t 1 -b 0",
                "-u -n 100K -b 0",
            })
    void aStockClientGetsItsTest(String options) {
        RealIperf.Run run = client(options + " -J");

        assertThat(run.status()).as(run.output()).isZero();
        JsonObject end = run.json().getAsJsonObject("end");
        for (String sum : new String[] {"sum_sent", "sum_received"}) {
            assertThat(end.getAsJsonObject(sum).get("bytes").getAsLong())
                    .as("%s of %s", sum, options)
                    .isGreaterThan(90_000);
        }
        if (options.contains("--bidir")) {
            assertThat(end.getAsJsonObject("sum_received_bidir_reverse")
                            .get("bytes")
                            .getAsLong())
                    .isGreaterThan(90_000);
        }
    }

    @Test
    void noPeerHasThePlacesOfAllTests() {
        Ipv4Address other = Ipv4Address.parse("192.0.2.3");
        try (IperfServer own =
                IperfServer.start(probes, Optional.of(net.right), RIGHT, 0, IperfServer.Limits.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(own.enter(LEFT)).isTrue();
            }
            assertThat(own.enter(LEFT)).isFalse();
            assertThat(own.enter(other)).isTrue();
            assertThat(own.enter(other)).as("all are taken").isFalse();
            own.leave(LEFT);
            assertThat(own.enter(LEFT)).isTrue();
        }
    }

    @Test
    void everyByteOfACountedTestArrives() {
        JsonObject received = client("-n 3M -P 2 -J").end("sum_received");
        assertThat(received.get("bytes").getAsLong()).isGreaterThanOrEqualTo(3 << 20);
    }

    @Test
    void theServerSendsAtTheRateAskedFor() {
        JsonObject received = client("-t 1 -R -b 80M -J").end("sum_received");
        assertThat(received.get("bits_per_second").getAsDouble()).isBetween(40e6, 100e6);
    }

    @Test
    void theServersCongestionControlIsTheClientsChoice() {
        RealIperf.Run run = client("-n 1M -R -C reno -J");
        assertThat(run.json()
                        .getAsJsonObject("end")
                        .get("sender_tcp_congestion")
                        .getAsString())
                .isEqualTo("reno");
    }

    @Test
    void aCongestionControlThatTheServerLacksIsDeclined() {
        // The stock client would fail first with a name that this kernel lacks altogether; ours does not.
        RealIperf.Run run = client("-n 1M -C nosuch");
        assertThat(run.status()).isNotZero();
        assertThat(client("-n 1M -J").status()).as("the next one is served").isZero();
    }

    @Test
    void lostDatagramsAreCountedAndJitterIsTold() {
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook input priority 0 ; }");
        TwoNamespaces.run(
                net.right, "nft add rule ip t in meta l4proto udp meta length > 500 numgen inc mod 10 0 counter drop");

        JsonObject sum = client("-u -t 1 -b 20M -l 1000 -J").end("sum");

        assertThat(sum.get("packets").getAsLong()).isGreaterThan(1000);
        long dropped = number("packets (\\d+)", TwoNamespaces.run(net.right, "nft list chain ip t in"));
        // On a busy machine the socket itself has no room for some.
        long noRoom = number("Udp: (?:\\d+ ){4}(\\d+)", TwoNamespaces.run(net.right, "cat /proc/self/net/snmp"));
        assertThat(dropped).isGreaterThan(100);
        // After the last one that comes, none can be missed.
        assertThat(sum.get("lost_packets").getAsLong()).isBetween(dropped - 1, dropped + noRoom);
        assertThat(sum.get("jitter_ms").getAsDouble()).isPositive();
    }

    private static long number(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as("%s in %s", pattern, text).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void theServersReportIsSentWhenAskedFor() {
        assertThat(client("-n 1M --get-server-output").output()).contains("fanatic serve, for 192.0.2.1");
    }

    @Test
    void aTestThatWouldTakeTooLongIsDeclinedInTheStockClientsWords() {
        RealIperf.Run run = client("-t 86400");
        assertThat(run.status()).isNotZero();
        assertThat(run.output()).contains("test duration");
    }

    @Test
    void withAllPlacesTakenTheServerIsBusy() {
        server.close();
        server = IperfServer.start(
                probes, Optional.of(net.right), RIGHT, 0, new IperfServer.Limits(0, Duration.ofMinutes(1)));
        assertThat(client("-n 1M").output()).contains("busy");
    }

    @Test
    void aPortInUseIsAnErrorWithAName() {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> IperfServer.start(
                        probes, Optional.of(net.right), RIGHT, server.port(), IperfServer.Limits.DEFAULT))
                .hasMessageContaining("192.0.2.2 port " + server.port());
    }

    private RealIperf.Run client(String options) {
        return RealIperf.client(net.left, "-c " + RIGHT + " -p " + server.port() + " " + options);
    }
}
