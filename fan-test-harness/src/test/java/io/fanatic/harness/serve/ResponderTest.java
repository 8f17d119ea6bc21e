package io.fanatic.harness.serve;

import static io.fanatic.harness.probe.TwoNamespaces.LEFT;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;
import static io.fanatic.netlink.libc.Native.sockets;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.Condition;
import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.iperf.IperfServer;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TwoNamespaces;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final Ipv4Prefix PEERS = Ipv4Prefix.parse("192.0.2.0/24");
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

    private Responder start(ServeLimits limits, Ipv4Prefix peers) {
        ResponderSpec spec = ResponderSpec.at(RIGHT, peers).withPorts(0, 0, 0).withLimits(limits);
        return Responder.start(probes, net.right, spec, log::add);
    }

    private void restart(ServeLimits limits, Ipv4Prefix peers) {
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

    /** Two echoes above the ports of services, and one datagram that each takes for the other's. */
    @Test
    void twoEchoesSetUponEachOtherAreDoneInTime() throws Exception {
        try (Responder other =
                Responder.start(probes, net.left, ResponderSpec.at(LEFT, PEERS).withPorts(0, 0, 0), log::add)) {
            net.left.run(() -> forge(LEFT, other.echoPort(), RIGHT, responder.echoPort()));

            // It comes with a TTL of 64 and goes back with 63.
            Condition.await("the last answer", () -> datagramsIn(net.right) >= 32 && datagramsIn(net.left) >= 32);
            try (DatagramSocket client = net.left.call(DatagramSocket::new)) {
                send(client, responder.echoPort());
                client.setSoTimeout(5000);
                client.receive(new DatagramPacket(new byte[100], 100));
            }
            assertThat(datagramsIn(net.right)).isEqualTo(32 + 1);
            assertThat(datagramsIn(net.left)).isEqualTo(32 + 1);
        }
    }

    /** A datagram with a source of one's choice, by a raw socket: version and length, ..., TTL, protocol; then UDP. */
    private static void forge(Ipv4Address from, int fromPort, Ipv4Address to, int toPort) {
        int fd = check("open a raw socket", LIBC.socket(2, 3, 255));
        try {
            ByteBuffer packet = buffer(32).order(ByteOrder.BIG_ENDIAN);
            packet.put(0, (byte) 0x45).putShort(2, (short) 32).put(8, (byte) 64).put(9, (byte) 17);
            packet.putInt(12, from.bits()).putInt(16, to.bits());
            packet.putShort(20, (short) fromPort).putShort(22, (short) toPort).putShort(24, (short) 12);
            check("send", sockets().sendto(fd, packet, 32, 0, SocketAddress.of(to, 0), 16));
        } finally {
            LIBC.close(fd);
        }
    }

    /** How many UDP datagrams sockets of a namespace have been given. */
    private static long datagramsIn(Namespace namespace) {
        List<String> lines = namespace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/snmp")));
        // Names, then values: Udp: InDatagrams ...
        String values = lines.stream()
                .filter(line -> line.startsWith("Udp: "))
                .skip(1)
                .findFirst()
                .orElseThrow();
        return Long.parseLong(values.split(" ", 3)[1]);
    }

    @Test
    void allAddressesOfASliceShareThePlacesOfOnePeer() throws Exception {
        FanMapping fan = FanMapping.of(PEERS, Ipv4Prefix.parse("10.0.0.0/30"));
        Ipv4Address neighbour = Ipv4Address.parse("192.0.2.3");
        Ipv4Address elsewhere = Ipv4Address.parse("192.0.2.65");
        for (Ipv4Address address : List.of(neighbour, elsewhere)) {
            TwoNamespaces.ip(net.left, "address add " + address + "/24 dev eth0");
        }
        ServeLimits few =
                new ServeLimits(1024, 3, Duration.ofMinutes(5), Duration.ofSeconds(30), ServeLimits.DEFAULT.iperf());
        responder.close();
        responder = Responder.start(
                probes,
                net.right,
                ResponderSpec.at(RIGHT, PEERS)
                        .withPorts(0, 0, 0)
                        .withLimits(few)
                        .of(fan),
                log::add);
        List<Socket> open = new ArrayList<>();
        try {
            for (Ipv4Address from : List.of(LEFT, LEFT, neighbour, elsewhere)) {
                open.add(from(from, responder.echoPort()));
                assertThat(isServed(open.get(open.size() - 1)))
                        .as(from.toString())
                        .isTrue();
            }
            for (Ipv4Address from : List.of(LEFT, neighbour)) {
                open.add(from(from, responder.echoPort()));
                assertThat(isServed(open.get(open.size() - 1)))
                        .as(from.toString())
                        .isFalse();
            }
            assertThat(log).contains(neighbour + " is of a slice that has 3 connections and gets no more");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** The same by IPv6: TCP and UDP of all services, the slice whose places its addresses share, and who is turned away. */
    @Test
    void ipv6IsServedAsIpv4Is() throws Exception {
        IpAddress right = IpAddress.parse("fd00:fa:0:2::1");
        TwoNamespaces.ip(net.right, "address add " + right + "/48 dev eth0 nodad");
        for (String address : List.of("fd00:fa:0:1::1", "fd00:fa:0:1::2", "fd00:fa:0:3::1", "fd00:fb::1")) {
            TwoNamespaces.ip(net.left, "address add " + address + "/128 dev eth0 nodad");
            TwoNamespaces.ip(net.right, "route add " + address + "/128 dev eth0");
        }
        TwoNamespaces.ip(net.left, "route add fd00:fa:0:2::/64 dev eth0 src fd00:fa:0:1::1");
        Ipv6Mapping fan = new Ipv6Mapping(Ipv6Prefix.parse("fd00:fa::/48"), Ipv4Prefix.parse("10.0.0.0/16"));
        ServeLimits few =
                new ServeLimits(1024, 1, Duration.ofMinutes(5), Duration.ofSeconds(30), ServeLimits.DEFAULT.iperf());
        responder.close();
        responder = Responder.start(
                probes,
                net.right,
                ResponderSpec.at(right, fan.overlay())
                        .withPorts(0, 0, 0)
                        .withLimits(few)
                        .of(fan),
                log::add);
        String server = "[" + right + "]:" + responder.echoPort();
        for (String[] each : new String[][] {
            {"TCP6", "fd00:fa:0:1::1", "hello"}, {"UDP6", "fd00:fa:0:1::1", "hello"}, {"UDP6", "fd00:fb::1", ""}
        }) {
            String said = socat(each[0] + ":" + server + ",bind=[" + each[1] + "]");
            assertThat(said).as(each[0] + " from " + each[1]).isEqualTo(each[2]);
        }
        try (Socket first = net.left.call(() -> ipv6From("fd00:fa:0:1::1", right));
                Socket ofTheSameSlice = net.left.call(() -> ipv6From("fd00:fa:0:1::2", right));
                Socket ofAnother = net.left.call(() -> ipv6From("fd00:fa:0:3::1", right));
                Socket ofNone = net.left.call(() -> ipv6From("fd00:fb::1", right))) {
            assertThat(isServed(first)).isTrue();
            assertThat(isServed(ofTheSameSlice)).isFalse();
            assertThat(isServed(ofAnother)).isTrue();
            assertThat(isServed(ofNone)).isFalse();
        }
        assertThat(log)
                .contains(
                        "fd00:fa:0:1::2 is of a slice that has 1 connections and gets no more",
                        "fd00:fb::1 is turned away: it is not in fd00:fa::/48");
        responder.close();
        responder = Responder.start(
                probes, net.right, ResponderSpec.at(right, fan.overlay()).withPorts(0, 0, 0), log::add);
        for (IperfSpec spec : List.of(IperfSpec.tcp(), IperfSpec.udp())) {
            Throughput result = new IperfClient(right, responder.iperfPort(), Duration.ofSeconds(10))
                    .start(probes, net.left, spec.withTestLength(TestLength.bytes(MEGABYTE)))
                    .join();
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Throughput.Measured.class,
                            measured -> assertThat(measured.conditions().mtu()).isEqualTo(1500));
        }
    }

    /** What comes back when it says hello. */
    private String socat(String to) throws IOException {
        Process socat = new ProcessBuilder(
                        net.left.command(List.of("sh", "-c", "printf hello | socat -t 1 - '" + to + "' 2>&1")))
                .start();
        return new String(socat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Socket ipv6From(String address, IpAddress to) throws IOException {
        return new Socket(
                InetAddress.getByName(to.toString()), responder.echoPort(), InetAddress.getByName(address), 0);
    }

    private Socket from(Ipv4Address address, int port) {
        return net.left.call(() -> new Socket(RIGHT.toString(), port, InetAddress.getByName(address.toString()), 0));
    }

    private static boolean isServed(Socket socket) throws IOException {
        socket.setSoTimeout(5000);
        try {
            socket.getOutputStream().write(1);
            return socket.getInputStream().read() == 1;
        } catch (SocketTimeoutException e) {
            throw new IOException(socket.getLocalAddress() + " timed out", e);
        } catch (SocketException reset) {
            return false;
        }
    }

    @Test
    void peersOutsideTheOverlayAreTurnedAwayAndToldOfOnce() throws Exception {
        restart(ServeLimits.DEFAULT, Ipv4Prefix.parse("250.0.0.0/8"));
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

    /** Somebody is here while a connection is open, also one that is silent, until that is closed for its silence. */
    @Test
    void aConnectionThatStaysOpenAndSilentKeepsItFromEndingUntilItIsClosed() throws Exception {
        Duration silence = Duration.ofSeconds(2);
        restart(new ServeLimits(50, 40, Duration.ofMinutes(1), silence, IperfServer.Limits.DEFAULT), PEERS);
        long before = System.nanoTime();
        try (Socket silent = connect(responder.echoPort())) {
            silent.getOutputStream().write(1);
            assertThat(silent.getInputStream().read()).isEqualTo(1);
            responder.awaitIdle(Duration.ofMillis(100));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(silence);
            assertThat(silent.getInputStream().read())
                    .as("closed by the responder")
                    .isEqualTo(-1);
        }
    }

    /** A host may have several fans, with a responder each. */
    @Test
    void severalEndOnlyWhenNobodyIsAtAnyOfThemAtTheSameTime() throws Exception {
        Duration idle = Duration.ofSeconds(2);
        try (Responder other = start(ServeLimits.DEFAULT, PEERS)) {
            Thread waiting;
            try (Socket guest = connect(other.echoPort())) {
                guest.getOutputStream().write(1);
                assertThat(guest.getInputStream().read()).isEqualTo(1);
                waiting = new Thread(() -> Responder.awaitIdle(List.of(responder, other), idle));
                waiting.start();
                // Nobody has been at the first for long enough.
                responder.awaitIdle(idle);
            }
            long left = System.nanoTime();
            Condition.await("nobody at the other for longer than it takes", () -> {
                echoOnce();
                return System.nanoTime() - left > idle.plusSeconds(1).toNanos();
            });
            assertThat(waiting.isAlive()).isTrue();
            waiting.join();
        }
    }

    private void echoOnce() {
        try (Socket socket = connect(responder.echoPort())) {
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
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
                .start(probes, net.left, IperfSpec.tcp().withTestLength(TestLength.bytes(MEGABYTE)))
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
