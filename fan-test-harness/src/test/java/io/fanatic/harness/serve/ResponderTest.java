package io.fanatic.harness.serve;

import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Cidr;
import io.fanatic.harness.Condition;
import io.fanatic.harness.iperf.Extent;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.iperf.IperfServer;
import io.fanatic.harness.iperf.IperfSpec;
import io.fanatic.harness.iperf.Throughput;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TwoNamespaces;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topology: {@link TwoNamespaces}; the responder is at 192.0.2.2, its peers at 192.0.2.1. */
class ResponderTest {
    private static final Cidr PEERS = Cidr.parse("192.0.2.0/24");
    private static final int MEGABYTE = 1 << 20;

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    private final Probes probes = Probes.open();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private Responder responder;

    @BeforeEach
    void serve() {
        responder = start(ServeLimits.DEFAULT, PEERS);
    }

    private Responder start(ServeLimits limits, Cidr peers) {
        ResponderSpec spec = ResponderSpec.at(RIGHT, peers).withPorts(0, 0, 0).withLimits(limits);
        return Responder.start(probes, net.right, spec, log::add);
    }

    private void restart(ServeLimits limits, Cidr peers) {
        responder.close();
        responder = start(limits, peers);
    }

    @AfterEach
    void stop() {
        responder.close();
        probes.close();
    }

    @Test
    void socatGetsBackWhatItSends() throws Exception {
        byte[] data = new byte[4 * MEGABYTE];
        new Random(1).nextBytes(data);
        Process socat = new ProcessBuilder(net.left.command(
                        List.of("socat", "-t", "10", "-", "TCP:" + RIGHT + ":" + responder.echoPort())))
                .start();
        Thread writer = new Thread(() -> {
            try (var out = socat.getOutputStream()) {
                out.write(data);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        writer.start();
        assertThat(socat.getInputStream().readAllBytes()).isEqualTo(data);
        writer.join();
        assertThat(socat.waitFor()).isZero();
        assertThat(log).isEmpty();
    }

    @Test
    void socatGetsItsDatagramBack() throws Exception {
        Process socat = new ProcessBuilder(
                        net.left.command(List.of("socat", "-t", "2", "-", "UDP:" + RIGHT + ":" + responder.echoPort())))
                .start();
        try (var out = socat.getOutputStream()) {
            out.write("hello".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(socat.getInputStream().readAllBytes()).asString().isEqualTo("hello");
    }

    @Test
    void discardTakesEverythingAndAnswersNothing() throws Exception {
        try (Socket socket = connect(responder.discardPort())) {
            socket.getOutputStream().write(new byte[8 * MEGABYTE]);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        try (DatagramSocket socket = net.left.call(DatagramSocket::new)) {
            send(socket, responder.discardPort());
            send(socket, responder.echoPort());
            socket.setSoTimeout(5000);
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            socket.receive(packet);
            assertThat(packet.getPort()).as("only echo answers").isEqualTo(responder.echoPort());
        }
    }

    @Test
    void datagramsFromServicesAreNotAnswered() throws Exception {
        try (DatagramSocket service = net.left.call(() -> new DatagramSocket(7));
                DatagramSocket client = net.left.call(DatagramSocket::new)) {
            send(service, responder.echoPort());
            send(client, responder.echoPort());
            client.setSoTimeout(5000);
            client.receive(new DatagramPacket(new byte[100], 100));
            // What was sent first would have been answered first.
            service.setSoTimeout(1);
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> service.receive(new DatagramPacket(new byte[100], 100)))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void peersOutsideTheOverlayAreTurnedAwayAndToldOfOnce() throws Exception {
        restart(ServeLimits.DEFAULT, Cidr.parse("250.0.0.0/8"));
        for (int i = 0; i < 3; i++) {
            for (int port : new int[] {responder.echoPort(), responder.discardPort(), responder.iperfPort()}) {
                try (Socket socket = connect(port)) {
                    assertThat(readToEnd(socket)).isZero();
                }
            }
        }
        assertThat(log).containsExactly("192.0.2.1 is turned away: it is not in 250.0.0.0/8");
    }

    @Test
    void whatIsNoIperf3IsClosedAndToldOfOnce() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Socket socket = connect(responder.iperfPort())) {
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: nobody.example.org\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                assertThat(readToEnd(socket)).isZero();
            }
        }
        assertThat(log).containsExactly("192.0.2.1 began with something else than the cookie of iperf3; closed");
        othersAreServed();
    }

    @Test
    void aHugeJsonLengthIsRefusedBeforeAnythingIsRead() throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, -1, 0, 1 << 20}) {
            try (Socket socket = connect(responder.iperfPort())) {
                socket.getOutputStream().write(cookie('a'));
                assertThat(socket.getInputStream().read()).isEqualTo(9);
                socket.getOutputStream()
                        .write(ByteBuffer.allocate(4).putInt(length).array());
                assertThat(readToEnd(socket)).isZero();
            }
        }
        assertThat(log).hasSize(4).allMatch(line -> line.contains("bytes of JSON"));
        othersAreServed();
    }

    @Test
    void parametersThatAreNoneAreDeclined() throws Exception {
        String[] bad = {
            "[]",
            "{",
            "\"x\"",
            "{\"tcp\":true,\"parallel\":100000}",
            "{\"tcp\":true,\"len\":-5}",
            "{\"tcp\":true,\"time\":1e300}",
            "{\"udp\":true,\"len\":4}",
            "{\"tcp\":true,\"congestion\":\"../x\"}",
            "{\"tcp\":true,\"parallel\":{}}",
            "null",
            "{\"tcp\":true,\"omit\":-1}"
        };
        for (String parameters : bad) {
            try (Socket socket = connect(responder.iperfPort())) {
                socket.getOutputStream().write(cookie('b'));
                assertThat(socket.getInputStream().read()).isEqualTo(9);
                byte[] text = parameters.getBytes(StandardCharsets.UTF_8);
                socket.getOutputStream()
                        .write(ByteBuffer.allocate(4 + text.length)
                                .putInt(text.length)
                                .put(text)
                                .array());
                assertThat((byte) socket.getInputStream().read()).as(parameters).isEqualTo((byte) -2);
                assertThat(readToEnd(socket)).isEqualTo(8);
            }
        }
        othersAreServed();
    }

    @Test
    void halfOpenTestsTakeNobodysPlace() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                Socket socket = connect(responder.iperfPort());
                socket.getOutputStream().write(cookie((char) ('!' + i % 90)), 0, i % 2 == 0 ? 37 : 12);
                silent.add(socket);
            }
            othersAreServed();
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        Condition.await("every connection is closed", () -> responder.connections() == 0);
    }

    @Test
    void aPeerThatDoesNotReadIsClosedInTimeAndCostsLittle() throws Exception {
        restart(
                new ServeLimits(50, 40, Duration.ofMinutes(1), Duration.ofSeconds(1), IperfServer.Limits.DEFAULT),
                PEERS);
        try (SocketChannel slow = net.left.call(SocketChannel::open)) {
            slow.connect(address(responder.echoPort()));
            slow.configureBlocking(false);
            ByteBuffer data = ByteBuffer.allocate(MEGABYTE);
            AtomicReference<IOException> cut = new AtomicReference<>();
            Condition.await("it is cut off", () -> {
                try {
                    slow.write(data.clear());
                    return false;
                } catch (IOException e) {
                    cut.set(e);
                    return true;
                }
            });
            assertThat(cut.get()).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
        assertThat(log).containsExactly("192.0.2.1 did nothing for 1 s; closed");
        othersAreServed();
    }

    @Test
    void tenThousandConnectionsAreSurvivedWithBoundedMemory() throws Exception {
        long before = usedMemory();
        List<SocketChannel> held = new ArrayList<>();
        try {
            for (int i = 0; i < 10_000; i++) {
                int port = i % 2 == 0 ? responder.echoPort() : responder.iperfPort();
                SocketChannel channel = open(port);
                held.add(channel);
                if (held.size() > 2000) {
                    held.remove(0).close();
                }
            }
            assertThat(responder.connections()).isLessThanOrEqualTo(ServeLimits.DEFAULT.perPeer());
            assertThat(usedMemory() - before).isLessThan(32 * MEGABYTE);
        } finally {
            for (SocketChannel channel : held) {
                channel.close();
            }
        }
        Condition.await("every connection is closed", () -> responder.connections() == 0);
        assertThat(log).contains("192.0.2.1 has 300 connections and gets no more");
        assertThat(log).hasSizeLessThan(5);
        othersAreServed();
    }

    @Test
    void whileOneMisbehavesAnotherIsServed() throws Exception {
        try (SocketChannel slow = net.left.call(SocketChannel::open);
                Socket half = connect(responder.iperfPort())) {
            slow.connect(address(responder.echoPort()));
            slow.configureBlocking(false);
            ByteBuffer data = ByteBuffer.allocate(MEGABYTE);
            while (slow.write(data.clear()) > 0) {
                // Until its buffers and ours are full.
            }
            half.getOutputStream().write('x');
            othersAreServed();
            try (Socket socket = connect(responder.echoPort())) {
                socket.getOutputStream().write("still here".getBytes(StandardCharsets.UTF_8));
                assertThat(socket.getInputStream().readNBytes(10)).asString().isEqualTo("still here");
            }
        }
    }

    @Test
    void itEndsByItselfWhenNobodyComes() throws Exception {
        try (Socket socket = connect(responder.echoPort())) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
        }
        responder.awaitIdle(Duration.ofMillis(200));
        assertThat(responder.connections()).isZero();
    }

    @Test
    void closedPortsRefuse() throws Exception {
        int port = responder.echoPort();
        responder.close();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
    }

    private void othersAreServed() {
        Throughput result = IperfClient.to(RIGHT)
                .withPort(responder.iperfPort())
                .start(probes, net.left, IperfSpec.tcp().withExtent(Extent.bytes(MEGABYTE)))
                .join();
        assertThat(result).isInstanceOf(Throughput.Measured.class);
    }

    private Socket connect(int port) throws IOException {
        SocketChannel channel = open(port);
        channel.socket().setSoTimeout(5000);
        return channel.socket();
    }

    /** From a thread in the namespace that does not have to be made anew each time. */
    private SocketChannel open(int port) throws IOException {
        SocketChannel channel = net.left.call(SocketChannel::open);
        try {
            channel.connect(address(port));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static InetSocketAddress address(int port) {
        return Sockets.socketAddress(RIGHT, port);
    }

    private static void send(DatagramSocket socket, int port) throws IOException {
        socket.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, address(port)));
    }

    private static byte[] cookie(char letter) {
        byte[] cookie = new byte[37];
        Arrays.fill(cookie, 0, 36, (byte) letter);
        return cookie;
    }

    /** How many bytes came until the other end closed. */
    private static int readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        int count = 0;
        try {
            while (in.read() >= 0) {
                count++;
            }
        } catch (java.net.SocketException reset) {
            // Closed while something that we sent was unread.
        }
        return count;
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
