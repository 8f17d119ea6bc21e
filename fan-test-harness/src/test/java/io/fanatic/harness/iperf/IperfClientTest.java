package io.fanatic.harness.iperf;

import static io.fanatic.harness.probe.TwoNamespaces.NOBODY;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TwoNamespaces;
import io.fanatic.harness.throughput.Conditions;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.harness.throughput.Tuning;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our client and the distribution's server, or ours. Topology: {@link TwoNamespaces}, 192.0.2.1 and 192.0.2.2 on one cable. */
@Execution(ExecutionMode.CONCURRENT)
class IperfClientTest {
    private static final int PORT = 5301;
    private static final IperfSpec TCP = IperfSpec.tcp().withTestLength(TestLength.bytes(8 << 20));
    private static final IperfSpec UDP = IperfSpec.udp().withTestLength(TestLength.time(Duration.ofMillis(600)));
    private static final Tuning PLAIN = Tuning.DEFAULT;

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    private final Probes probes = Probes.open();

    @AfterEach
    void stop() {
        probes.close();
    }

    static Stream<IperfSpec> specs() {
        return Stream.of(
                TCP,
                TCP.withStreams(3),
                TCP.withDirection(Direction.RECEIVE),
                TCP.withDirection(Direction.RECEIVE).withStreams(3),
                TCP.withDirection(Direction.BOTH).withStreams(2),
                TCP.withTestLength(TestLength.time(Duration.ofMillis(300))).withStreams(3),
                TCP.withTestLength(TestLength.time(Duration.ofMillis(300)))
                        .withDirection(Direction.BOTH)
                        .withStreams(2),
                TCP.withTestLength(TestLength.blocks(20)),
                TCP.withTestLength(TestLength.blocks(20)).withDirection(Direction.RECEIVE),
                TCP.withTestLength(TestLength.time(Duration.ofMillis(300))),
                TCP.withTestLength(TestLength.time(Duration.ofMillis(300))).withDirection(Direction.RECEIVE),
                TCP.withTestLength(TestLength.time(Duration.ofMillis(500)).omitting(Duration.ofSeconds(1)))
                        .withTuning(PLAIN.withRate(50_000_000)),
                TCP.withTuning(PLAIN.withLength(1000)),
                TCP.withTuning(PLAIN.withWindow(64 << 10)),
                TCP.withTuning(PLAIN.withSegment(1000)),
                TCP.withTuning(PLAIN.withCongestion("reno")),
                TCP.withServerOutput(),
                UDP,
                UDP.withStreams(3),
                UDP.withDirection(Direction.RECEIVE),
                UDP.withDirection(Direction.BOTH),
                UDP.withTuning(PLAIN.withRate(20_000_000).withLength(1000)),
                UDP.withTuning(PLAIN.withRate(20_000_000).withWideCounters()),
                UDP.withTuning(PLAIN.withRate(0)),
                UDP.withTestLength(TestLength.bytes(200_000)).withTuning(PLAIN.withRate(10_000_000)));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aStockServerServesIt(IperfSpec spec) throws Exception {
        Process server = RealIperf.server(net.right, PORT);
        try {
            check(run(spec, PORT));
            assertThat(server.waitFor(10, TimeUnit.SECONDS)).as("iperf3 ended").isTrue();
            assertThat(server.exitValue()).isZero();
        } finally {
            server.destroy();
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void ourOwnServerServesIt(IperfSpec spec) {
        try (IperfServer server =
                IperfServer.start(probes, Optional.of(net.right), RIGHT, 0, IperfServer.Limits.DEFAULT)) {
            check(run(spec, server.port()));
        }
    }

    private static void check(Throughput result) {
        assertThat(result).isInstanceOf(Throughput.Measured.class);
        Throughput.Measured measured = (Throughput.Measured) result;
        IperfSpec spec = result.spec();
        assertThat(measured.streams()).hasSize(spec.connections());
        assertThat(measured.receivedBytes()).isGreaterThan(50_000);
        // A number of bytes is for all streams together: the first may have sent it all before the others begin.
        boolean eachSends = spec.testLength().bytes() == 0 && spec.testLength().blocks() == 0;
        assertThat(measured.streams()).allSatisfy(stream -> {
            if (eachSends) {
                assertThat(stream.receivedBytes()).isPositive();
                assertThat(stream.bitsPerSecond()).isPositive();
                assertThat(stream.sentBytes()).isPositive();
            }
            assertThat(stream.datagrams().isPresent()).isEqualTo(spec.protocol() == Protocol.UDP);
        });
        assertThat(measured.conditions().mtu()).isEqualTo(1500);
        assertThat(measured.conditions().streams()).isEqualTo(spec.streams());
        if (spec.protocol() == Protocol.TCP) {
            assertThat(measured.streams())
                    .allMatch(stream -> stream.retransmits().isPresent());
            assertThat(measured.conditions().segment()).isEqualTo(spec.tuning().segment() == 1000 ? 988 : 1448);
        }
        if (!spec.tuning().congestion().isEmpty()) {
            assertThat(measured.conditions().congestion()).isEqualTo("reno");
            assertThat(measured.conditions().peerCongestion()).isEqualTo("reno");
        }
        assertThat(measured.serverOutput().isEmpty()).isEqualTo(!spec.serverOutput());
        if (spec.rate() > 1_000_000) {
            // Whoever was held up on a busy machine catches up. With the omitted second in it, it would be three times
            // the rate; without any pace, a hundred times.
            assertThat(measured.bitsPerSecond()).isLessThan(spec.rate() * spec.connections() * 2);
        }
    }

    @Test
    void nobodyListeningIsARefusal() {
        assertThat(failed(run(TCP, 5302)).reason()).isEqualTo(Throughput.Reason.REFUSED);
    }

    @Test
    void anAddressThatNobodyHasIsSilentOrUnreachable() {
        Throughput result = IperfClient.to(NOBODY)
                .withTimeout(Duration.ofMillis(300))
                .start(probes, net.left, TCP)
                .join();
        assertThat(failed(result).reason()).isIn(Throughput.Reason.SILENT, Throughput.Reason.UNREACHABLE);
        Throughput noRoute = IperfClient.to(Ipv4Address.parse("198.51.100.1"))
                .start(probes, net.left, TCP)
                .join();
        assertThat(failed(noRoute).reason()).isEqualTo(Throughput.Reason.UNREACHABLE);
    }

    @Test
    void aCongestionControlThatIsNotThereIsNamed() {
        Throughput result = run(TCP.withTuning(PLAIN.withCongestion("nosuch")), PORT);
        assertThat(failed(result).reason()).isEqualTo(Throughput.Reason.DECLINED);
        assertThat(failed(result).sentence()).contains("nosuch");
    }

    @Test
    void aTransferThatStandsStillEndsInTime() {
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook input priority 0 ; }");
        TwoNamespaces.run(net.right, "nft add rule ip t in meta length > 1000 drop");
        try (IperfServer server =
                IperfServer.start(probes, Optional.of(net.right), RIGHT, 0, IperfServer.Limits.DEFAULT)) {
            Throughput result = IperfClient.to(RIGHT)
                    .withPort(server.port())
                    .withTimeout(Duration.ofSeconds(2))
                    .start(probes, net.left, TCP.withTestLength(TestLength.bytes(64 << 20)))
                    .join();
            assertThat(failed(result).reason()).isEqualTo(Throughput.Reason.STALLED);
        }
    }

    @Test
    void theServersReasonReachesTheClient() {
        IperfServer.Limits none = new IperfServer.Limits(0, Duration.ofSeconds(5));
        try (IperfServer server = IperfServer.start(probes, Optional.of(net.right), RIGHT, 0, none)) {
            assertThat(failed(run(TCP, server.port())).reason()).isEqualTo(Throughput.Reason.BUSY);
            Throughput tooLong = run(TCP.withTestLength(TestLength.seconds(60)), server.port());
            assertThat(failed(tooLong).sentence()).contains("too long");
        }
    }

    @Test
    void aRateWithoutItsConditionsCannotBeMade() {
        assertThatThrownBy(() -> new Conditions("", 2, "cubic", "cubic", 1500, 1448, 1))
                .hasMessageContaining("must be known");
        assertThatThrownBy(() -> new Conditions("6.18", 2, "cubic", "cubic", 0, 1448, 1))
                .hasMessageContaining("must be known");
    }

    @Test
    void aServerThatIsNoneIsSurvived() throws Exception {
        assertThat(against("").reason()).as("closes at once").isEqualTo(Throughput.Reason.BROKEN);
        assertThat(against("HTTP/1.1 400 Bad Request\r\n\r\n").reason()).isEqualTo(Throughput.Reason.BROKEN);
        assertThat(against("\u0009\u0004").reason()).as("wants results first").isEqualTo(Throughput.Reason.BROKEN);
        assertThat(against("\u00ff").reason()).as("busy").isEqualTo(Throughput.Reason.BUSY);
        assertThat(against("\u00fe\u0000\u0000\u0000\u0005\u0000\u0000\u0000\u0000")
                        .sentence())
                .contains("too long");
    }

    @Test
    void aServerThatSaysNothingIsNotWaitedForLong() throws Exception {
        try (ServerSocket server = net.right.call(() -> new ServerSocket(0, 5, Sockets.inetAddress(RIGHT)))) {
            Throughput result = IperfClient.to(RIGHT)
                    .withPort(server.getLocalPort())
                    .withTimeout(Duration.ofMillis(300))
                    .start(probes, net.left, TCP)
                    .join();
            assertThat(failed(result).reason()).isEqualTo(Throughput.Reason.SILENT);
        }
    }

    /** What our client says of a server that takes the cookie, says this and hangs up. */
    private Throughput.Failed against(String words) throws Exception {
        try (ServerSocket server = net.right.call(() -> new ServerSocket(0, 5, Sockets.inetAddress(RIGHT)))) {
            CompletableFuture<Throughput> result = IperfClient.to(RIGHT)
                    .withPort(server.getLocalPort())
                    .withTimeout(Duration.ofSeconds(30))
                    .start(probes, net.left, TCP);
            try (Socket socket = server.accept()) {
                assertThat(socket.getInputStream().readNBytes(37)).hasSize(37);
                socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
            }
            return failed(result.join());
        }
    }

    private static Throughput.Failed failed(Throughput result) {
        assertThat(result).isInstanceOf(Throughput.Failed.class);
        return (Throughput.Failed) result;
    }

    private Throughput run(IperfSpec spec, int port) {
        return IperfClient.to(RIGHT)
                .withPort(port)
                .start(probes, net.left, spec)
                .join();
    }
}
