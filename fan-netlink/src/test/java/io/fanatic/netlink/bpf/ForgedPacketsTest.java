package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.FanNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A third machine on the segment, and a container with raw sockets, send everything to everybody, in a tunnel and without one, on each
 * kind of fan. What arrives under a name that is not its sender's is a finding.
 *
 * <pre>
 *   outsider 10.0.0.99          host                                container
 *   und ----------------------- und 10.0.0.57/16, fd01::57
 *   late ---------------------- late, made after up
 *                               fan-250 250.0.57.1 ---- port ------ in 250.0.57.9, fd00:fa:0:39::9
 * </pre>
 */
@KernelTest
class ForgedPacketsTest {
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    private static final int PORT = 9000;
    private static final long MAGIC = 0xfa4efa4e_fa4efa4eL;
    private static final int OUTSIDE_MARK = 1 << 20;
    private static final int INSIDE_MARK = OUTSIDE_MARK + 1;
    private static final String OWN = "10.0.0.99";
    private static final String HOST = "10.0.0.57";
    private static final String IN = "250.0.57.9";
    private static final String BRIDGE = "250.0.57.1";
    private static final List<String> FORGED = List.of(
            "250.0.45.9", "250.0.45.1", IN, "250.0.57.77", BRIDGE, "250.0.99.5", "250.0.0.0", "250.255.255.255");
    private static final List<String> FORGED_IPV6 = List.of(
            "fd00:fa:0:2d::9",
            "fd00:fa:0:2d::1",
            "fd00:fa:0:39::9",
            "fd00:fa:0:39::1",
            "fd00:fa:0:63::5",
            "::ffff:250.0.45.9",
            "::ffff:250.0.57.1");

    @TempDir
    Path directory;

    private final TestHost outsider = new TestHost();
    private final TestHost host = new TestHost();
    private final TestHost container = new TestHost();
    private final Map<Integer, String> sent = new TreeMap<>();

    @SuppressWarnings("NullAway.Init")
    private DatagramSocket listener;

    @SuppressWarnings("NullAway.Init")
    private PacketSocket inside;

    private void bringUp(String words, boolean acceptLocal) {
        for (TestHost each : List.of(outsider, host, container)) {
            each.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0");
            each.exec("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0");
        }
        outsider.ip("link add und type veth peer name und netns " + host.name());
        outsider.ip("link set und up");
        outsider.ip("address add " + OWN + "/16 dev und");
        // As open as a host can be.
        host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0");
        host.exec("sysctl", "-qw", "net.ipv4.conf.all.accept_local=" + (acceptLocal ? 1 : 0), "net.ipv4.ip_forward=1");
        host.withoutBridgeFilter();
        host.ip("link set und up");
        host.ip("address add " + HOST + "/16 dev und");
        host.ip("address add fd01::57/64 dev und nodad");
        // Whoever is asked for the way back by a device has one.
        host.ip("route add default via 10.0.0.1");
        host.ip("-6 route add default via fd01::1");
        List<String> entry = new ArrayList<>(List.of("250.0.0.0/8", HOST + "/16"));
        entry.addAll(words.isEmpty() ? List.of() : List.of(words.split(" ", -1)));
        network().up(FanEntry.parse(entry));
        outsider.ip("link add late type veth peer name late netns " + host.name());
        outsider.ip("link set late up");
        host.ip("link set late up");
        host.ip("link add port type veth peer name in netns " + container.name());
        host.ip("link set port master fan-250 up");
        container.ip("address add " + IN + "/8 dev in");
        container.ip("address add fd00:fa:0:39::9/48 dev in nodad");
        container.ip("link set in up");
        await(
                "port forwards",
                () -> host.exec("bridge", "link", "show", "dev", "port").contains("state forwarding"));
        listener = host.namespace().call(() -> new DatagramSocket(new InetSocketAddress("::", PORT)));
        inside = new PacketSocket(container, "in");
    }

    @AfterEach
    void removeTheHosts() {
        if (listener != null) {
            listener.close();
        }
        if (inside != null) {
            inside.close();
        }
        for (TestHost each : List.of(container, host, outsider)) {
            each.close();
        }
    }

    private FanNetwork network() {
        return FanNetwork.onThisHost()
                .in(host.namespace())
                .keepingStateIn(directory.resolve("run"), directory.resolve("state"));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no-fast",
                "no-nat",
                "direct",
                "direct no-nat",
                "overlay6 fd00:fa::/48",
                "direct overlay6 fd00:fa::/48"
            })
    void nothingThatAThirdMachineForgesArrives(String words) {
        bringUp(words, true);
        boolean ipv6 = words.contains("overlay6");
        long first = mac(host, "und");
        long second = mac(host, "late");
        int frames = 0;
        try (PacketSocket und = new PacketSocket(outsider, "und");
                PacketSocket late = new PacketSocket(outsider, "late")) {
            for (Map.Entry<String, byte[]> packet : packets(ipv6).entrySet()) {
                for (Map.Entry<String, byte[]> frame :
                        frames(first, packet.getValue()).entrySet()) {
                    send(und, packet.getKey() + frame.getKey(), frame.getValue());
                    frames++;
                }
                send(late, packet.getKey() + " on late", Frames.to(second, packet.getValue()));
                frames++;
            }
            // What is as it says comes: it shows that the rest would have been seen.
            send(und, OUTSIDE_MARK, Frames.to(first, udp(OWN, HOST, OUTSIDE_MARK)));
            assertThat(arrived(OUTSIDE_MARK)).as("at the host").isEmpty();
            send(und, INSIDE_MARK, Frames.to(first, vxlan(OWN, udp("250.0.99.5", IN, INSIDE_MARK))));
            assertThat(arrivedInside(INSIDE_MARK)).as("at the container").isEmpty();
        }
        System.out.println(
                "number: forged frames of a third machine that arrived, fan \"" + words + "\": 0 of " + frames);
        assertThat(counted()).as("what nftables counts of them").isPositive();
    }

    /** Each claim to each destination, plain and in tunnels. */
    private Map<String, byte[]> packets(boolean ipv6) {
        Map<String, byte[]> packets = new LinkedHashMap<>();
        for (String source : FORGED) {
            for (String destination : List.of(IN, BRIDGE, HOST)) {
                String kind = source + " to " + destination;
                packets.put(kind, udp(source, destination, next(kind)));
                if (!source.startsWith("250.0.99.")) {
                    packets.put(kind + " in VXLAN", vxlan(OWN, udp(source, destination, next(kind + " in VXLAN"))));
                }
                packets.put(
                        kind + " in VXLAN from elsewhere",
                        vxlan("192.0.2.9", udp(source, destination, next(kind + " in VXLAN from elsewhere"))));
                packets.put(
                        kind + " in VXLAN in VXLAN",
                        vxlan(
                                OWN,
                                Frames.to(
                                        MacAddress.parse(bridgeMac()).bits(),
                                        vxlan(
                                                "250.0.99.5",
                                                BRIDGE,
                                                udp(source, destination, next(kind + " in VXLAN in VXLAN"))))));
                packets.put(kind + " in IP", inIp(udp(source, destination, next(kind + " in IP"))));
            }
        }
        for (String source : FORGED_IPV6) {
            // Without an IPv6 overlay these are addresses like others.
            if (ipv6 || source.startsWith("::ffff")) {
                for (String destination : List.of("fd00:fa:0:39::9", "fd00:fa:0:39::1", "fd01::57")) {
                    String kind = source + " to " + destination;
                    packets.put(kind, udp6(source, destination, next(kind)));
                    packets.put(
                            kind + " in VXLAN from elsewhere",
                            vxlan("192.0.2.9", udp6(source, destination, next(kind + " in VXLAN from elsewhere"))));
                }
            }
        }
        return packets;
    }

    /** A packet as it may come to a device: plain, to all, and with tags that the kernel takes out or brings to another device. */
    private static Map<String, byte[]> frames(long to, byte[] packet) {
        Map<String, byte[]> frames = new LinkedHashMap<>();
        byte[] frame = Frames.to(to, packet);
        frames.put("", frame);
        frames.put(" to all", Frames.to(Frames.BROADCAST, packet));
        int[][] tags = {
            {0x8100},
            {0x88a8},
            {0x8100, 0x8100},
            {0x88a8, 0x8100},
            {0x8100, 0x88a8},
            {0x88a8, 0x88a8},
            {0x88a8, 0x8100, 0x8100}
        };
        for (int[] protocols : tags) {
            byte[] tagged = frame;
            StringBuilder name = new StringBuilder(" tagged");
            for (int i = protocols.length - 1; i >= 0; i--) {
                tagged = Frames.with(Frames.tagged(protocols[i], tagged), 15, 0);
                name.append(' ').append(Integer.toHexString(protocols[i]));
            }
            frames.put(name.toString(), tagged);
        }
        frames.put(" on VLAN 5", Frames.tagged(0x8100, frame));
        return frames;
    }

    private int next(String kind) {
        int id = 1 + sent.size();
        sent.put(id, kind);
        return id;
    }

    private static void send(PacketSocket socket, Object kind, byte[] frame) {
        assertThat(frame.length).as("%s", kind).isLessThan(1500);
        socket.send(frame);
    }

    private static byte[] udp(String source, String destination, int id) {
        return Frames.ipv4(Frames.bits(source), Frames.bits(destination), 5, datagram(PORT, tagged(id)));
    }

    private static byte[] udp6(String from, String to, int id) {
        Ipv6Address source = Ipv6Address.parse(from);
        Ipv6Address destination = Ipv6Address.parse(to);
        byte[] datagram = datagram(PORT, tagged(id));
        ByteBuffer summed = ByteBuffer.allocate(40 + datagram.length)
                .put(source.octets())
                .put(destination.octets())
                .putInt(datagram.length)
                .putInt(17)
                .put(datagram);
        ByteBuffer.wrap(datagram).putShort(6, (short) Frames.checksum(summed, 0, summed.capacity()));
        return Frames.ipv6(source, destination, 17, 64, datagram);
    }

    private static byte[] vxlan(String source, byte[] inner) {
        return vxlan(source, HOST, inner);
    }

    private static byte[] vxlan(String source, String destination, byte[] inner) {
        byte[] payload = ByteBuffer.allocate(8 + inner.length)
                .putInt(0x08000000)
                .putInt(Specs.USUAL.vni() << 8)
                .put(inner)
                .array();
        return Frames.ipv4(Frames.bits(source), Frames.bits(destination), 5, datagram(8472, payload));
    }

    private static byte[] inIp(byte[] frame) {
        byte[] packet =
                Frames.ipv4(Frames.bits(OWN), Frames.bits(HOST), 5, Arrays.copyOfRange(frame, 14, frame.length));
        ByteBuffer.wrap(packet).put(23, (byte) 4).putShort(24, (short) 0);
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        return bytes.putShort(24, (short) Frames.checksum(bytes, 14, 34)).array();
    }

    private static byte[] datagram(int port, byte[] payload) {
        return ByteBuffer.allocate(8 + payload.length)
                .putShort((short) 9001)
                .putShort((short) port)
                .putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    private static byte[] tagged(int id) {
        return ByteBuffer.allocate(12).putLong(MAGIC).putInt(id).array();
    }

    private static Optional<Integer> id(byte[] bytes, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        for (int at = 0; at + 12 <= length; at++) {
            if (buffer.getLong(at) == MAGIC) {
                return Optional.of(buffer.getInt(at + 8));
            }
        }
        return Optional.empty();
    }

    /** What the host was told until that mark, and by whom. */
    private TreeSet<String> arrived(int mark) {
        TreeSet<String> found = new TreeSet<>();
        DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
        try {
            listener.setSoTimeout(60_000);
            while (true) {
                listener.receive(packet);
                int id = id(packet.getData(), packet.getLength()).orElseThrow();
                if (id == mark) {
                    return found;
                }
                found.add(sent.get(id) + " as " + packet.getAddress().getHostAddress());
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the mark did not come; before it: " + found, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TreeSet<String> arrivedInside(int mark) {
        TreeSet<String> found = new TreeSet<>();
        while (true) {
            byte[] frame = inside.receive("mark", each -> id(each, each.length).isPresent());
            int id = id(frame, frame.length).orElseThrow();
            if (id == mark) {
                return found;
            }
            found.add(sent.get(id));
        }
    }

    private long counted() {
        return host.exec("nft", "list", "ruleset")
                .lines()
                .filter(line -> line.contains("fib saddr . iif oif 0 counter"))
                .mapToLong(line -> Long.parseLong(line.split("packets ", 2)[1].split(" ", 2)[0]))
                .sum();
    }

    private static String bridgeMac() {
        return "02:fa:0a:00:00:39";
    }

    /** What a container may say to its host of others is told in docs/threat-model.md; not that it is a host. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no-fast", "no-nat", "direct", "overlay6 fd00:fa::/48"})
    void aContainerWithRawSocketsIsNoHost(String words) {
        bringUp(words, false);
        boolean ipv6 = words.contains("overlay6");
        long bridge = MacAddress.parse(bridgeMac()).bits();
        List<Long> macs = List.of(
                0x02fa_0a00_002dL, 0x06fa_0a00_002dL, 0x0afa_0a00_002dL, 0x0afa_0a00_0039L, bridge, 0x0200_0000_0099L);
        Map<String, byte[]> packets = new LinkedHashMap<>();
        for (String source : List.of("250.0.45.1", BRIDGE, "10.0.0.45", HOST, OWN)) {
            for (String destination : List.of(BRIDGE, HOST, OWN, "250.0.99.5")) {
                // A slice is one Ethernet: to other slices its containers speak for all of it.
                if (source.equals(BRIDGE) && destination.equals("250.0.99.5")) {
                    continue;
                }
                String kind = source + " to " + destination;
                packets.put(kind, udp(source, destination, next(kind)));
            }
        }
        if (ipv6) {
            for (String source :
                    List.of("fd00:fa:0:2d::1", "fd00:fa:0:39::1", "fd01::45", "fd01::57", "::ffff:250.0.45.1")) {
                for (String destination : List.of("fd00:fa:0:39::1", "fd01::57", "fd00:fa:0:63::5")) {
                    if (source.equals("fd00:fa:0:39::1") && destination.equals("fd00:fa:0:63::5")) {
                        continue;
                    }
                    String kind = source + " to " + destination;
                    packets.put(kind, udp6(source, destination, next(kind)));
                }
            }
        }
        try (PacketSocket out = new PacketSocket(container, "in");
                PacketSocket und = new PacketSocket(outsider, "und")) {
            for (byte[] packet : packets.values()) {
                for (long from : macs) {
                    for (long to : List.of(bridge, 0x02fa_0a00_002dL, Frames.BROADCAST)) {
                        out.send(Frames.from(from, Frames.to(to, packet)));
                    }
                }
            }
            out.send(Frames.from(mac(container, "in"), Frames.to(bridge, udp(IN, BRIDGE, OUTSIDE_MARK))));
            assertThat(arrived(OUTSIDE_MARK)).as("at the host").isEmpty();
            out.send(Frames.from(mac(container, "in"), Frames.to(bridge, udp(IN, OWN, INSIDE_MARK))));
            TreeSet<String> left = new TreeSet<>();
            while (true) {
                byte[] frame = und.receive("mark", each -> id(each, each.length).isPresent());
                int id = id(frame, frame.length).orElseThrow();
                if (id == INSIDE_MARK) {
                    break;
                }
                left.add(sent.get(id));
            }
            assertThat(left).as("left the host").isEmpty();
        }
        assertThat(host.exec("bridge", "fdb", "show", "br", "fan-250").lines())
                .as("the hosts' Ethernet addresses are not the container's")
                .noneMatch(line -> line.matches("0[26a]:fa:0a:00:.* dev port .*"));
    }

    private static long mac(TestHost of, String device) {
        String link = of.exec("ip", "-o", "link", "show", "dev", device);
        return MacAddress.parse(link.split("link/ether ", 2)[1].split(" ", 2)[0])
                .bits();
    }
}
