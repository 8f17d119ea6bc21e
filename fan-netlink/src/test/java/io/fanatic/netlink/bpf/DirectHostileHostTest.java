package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan with packets without encapsulation, as {@code fanctl up --direct} makes it, and a host on the same segment that sends what it likes:
 *
 * <pre>
 *   hostile                     host                                      container 250.0.57.9
 *   und --------------------- und 10.0.0.57/24                              (and 250.0.57.10, as another's)
 *        raw frames, any        guard of direct packets
 *        Ethernet source        fan-250 250.0.57.1 ---- port ------------- in   captures
 *
 *   The host's neighbours: 10.0.0.45 and 10.0.0.46; 10.0.0.1 is a router, with 10.0.3.1 behind it
 * </pre>
 */
@KernelTest
class DirectHostileHostTest {
    private static final int BATCH = 64;
    private static final int ROUNDS = 40;
    private static final int FLOOD = 3000;
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    private static final long HOST = 0x0200_0000_0057L;
    private static final long PEER = 0x0200_0000_0045L;
    private static final long OTHER_PEER = 0x0200_0000_0046L;
    private static final long ROUTER = 0x0200_0000_0001L;
    private static final String HERE = "250.0.57.9";
    private static final String BRIDGE = "250.0.57.1";
    private static final String THERE = "250.0.45.9";

    @TempDir
    Path directory;

    private final TestHost hostile = new TestHost();
    private final TestHost host = new TestHost();
    private final TestHost container = new TestHost();
    private final Random random = new Random(41);
    private int number;

    @BeforeEach
    void bringTheFanUp() {
        Needs.direct();
        hostile.ip("link add und type veth peer name und netns " + host.name());
        hostile.ip("link set und up");
        // As open as a host can be, so that guard has to refuse by itself.
        host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.und.rp_filter=0");
        host.exec("sysctl", "-qw", "net.ipv4.conf.und.accept_local=1", "net.ipv4.ip_forward=1");
        host.withoutBridgeFilter();
        host.ip("link set und address " + new MacAddress(HOST) + " up");
        host.ip("address add 10.0.0.57/24 dev und");
        host.ip("route add 10.0.0.0/16 via 10.0.0.1 dev und");
        neighbour("10.0.0.45", PEER);
        neighbour("10.0.0.46", OTHER_PEER);
        neighbour("10.0.0.1", ROUTER);
        network().up(FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.57/16", "direct")));
        host.ip("link add port type veth peer name in netns " + container.name());
        host.ip("link set port master fan-250 up");
        container.ip("address add " + HERE + "/8 dev in");
        container.ip("link set in up");
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!host.exec("bridge", "link", "show", "dev", "port").contains("state forwarding")) {
            assertThat(System.nanoTime()).as("port forwards").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
        assertThat(network().direct(fan()).now()).isEqualTo(Direct.SEND);
    }

    @AfterEach
    void removeTheHosts() {
        container.close();
        host.close();
        hostile.close();
    }

    private void neighbour(String address, long mac) {
        host.ip("neigh replace " + address + " lladdr " + new MacAddress(mac) + " dev und nud permanent");
    }

    private FanNetwork network() {
        return FanNetwork.onThisHost()
                .in(host.namespace())
                .keepingStateIn(directory.resolve("run"), directory.resolve("state"));
    }

    private Fan fan() {
        return network().list().get(0);
    }

    /** What guard has counted of received packets. */
    private Map<Counter, Long> counted() {
        Map<Counter, Long> counters = new EnumMap<>(network().counters(fan()));
        counters.keySet().removeIf(Counter::isSend);
        counters.values().removeIf(count -> count == 0);
        return counters;
    }

    /** What becomes of a packet: nothing of it is counted where there is no reason. */
    private record Kind(String name, long from, byte[] frame, Optional<Counter> counted, boolean arrives) {
        static Kind good(String name, long from, byte[] frame) {
            return new Kind(name, from, frame, Optional.of(Counter.RECEIVED), true);
        }

        static Kind bad(String name, long from, byte[] frame, Counter reason) {
            return new Kind(name, from, frame, Optional.of(reason), false);
        }

        static Kind passedOn(String name, long from, byte[] frame) {
            return new Kind(name, from, frame, Optional.empty(), false);
        }
    }

    private static byte[] ipv4(String from, String to) {
        return Frames.to(HOST, Frames.ipv4(from, to));
    }

    private static byte[] changed(byte[] frame, int at, int value) {
        ByteBuffer bytes =
                ByteBuffer.wrap(frame.clone()).putShort(at, (short) value).putShort(24, (short) 0);
        return bytes.putShort(24, (short) Frames.checksum(bytes, 14, 34)).array();
    }

    private static List<Kind> kinds() {
        byte[] good = ipv4(THERE, HERE);
        byte[] options = Frames.to(HOST, Frames.ipv4(Frames.bits(THERE), Frames.bits(HERE), 7, new byte[8]));
        Counter spoofed = Counter.RECEIVE_SPOOFED;
        return List.of(
                Kind.good("to a container", PEER, good),
                Kind.good("from another host", OTHER_PEER, ipv4("250.0.46.200", HERE)),
                Kind.good("to the host", PEER, ipv4(THERE, BRIDGE)),
                Kind.good("the first fragment", PEER, changed(good, 20, 0x2000)),
                Kind.good("another fragment", PEER, changed(good, 20, 0x0100)),
                Kind.bad("as another host", OTHER_PEER, good, spoofed),
                Kind.bad("as another host, to the host", OTHER_PEER, ipv4(THERE, BRIDGE), spoofed),
                Kind.bad("from an address that is nobody's", 0x0200_0000_9999L, good, spoofed),
                Kind.bad("from no address", 0, good, spoofed),
                Kind.bad("from this host's own address", HOST, good, spoofed),
                Kind.bad("as a container here", PEER, ipv4("250.0.57.8", HERE), spoofed),
                Kind.bad("as this host", PEER, ipv4(BRIDGE, HERE), spoofed),
                Kind.bad("as this host, from its address", HOST, ipv4(BRIDGE, HERE), spoofed),
                Kind.bad("a host behind the router, by it", ROUTER, ipv4("250.3.1.9", HERE), spoofed),
                Kind.bad("a host behind the router", PEER, ipv4("250.3.1.9", HERE), spoofed),
                Kind.bad("no host", PEER, ipv4("250.0.0.9", HERE), spoofed),
                Kind.bad("the underlay's broadcast address", PEER, ipv4("250.255.255.9", HERE), spoofed),
                Kind.bad("no neighbour", PEER, ipv4("250.0.47.9", HERE), Counter.RECEIVE_NO_NEIGHBOUR),
                Kind.bad("to another host's", PEER, ipv4(THERE, "250.0.58.9"), Counter.RECEIVE_NOT_LOCAL),
                Kind.bad("to this host's underlay address", PEER, ipv4(THERE, "10.0.0.57"), Counter.RECEIVE_NOT_LOCAL),
                Kind.bad("to the world", PEER, ipv4(THERE, "192.0.2.1"), Counter.RECEIVE_NOT_LOCAL),
                Kind.bad("options", PEER, options, Counter.RECEIVE_MALFORMED),
                Kind.bad("another version", PEER, changed(good, 14, 0x6500), Counter.RECEIVE_MALFORMED),
                Kind.bad("shorter than it says", PEER, changed(good, 16, 29), Counter.RECEIVE_MALFORMED),
                Kind.bad("of no length", PEER, changed(good, 16, 0), Counter.RECEIVE_MALFORMED),
                Kind.bad("shorter than its header", PEER, changed(good, 16, 19), Counter.RECEIVE_MALFORMED),
                Kind.bad("to all", PEER, Frames.to(Frames.BROADCAST, good), Counter.RECEIVE_BROADCAST),
                Kind.bad("to a group", PEER, Frames.to(Frames.MULTICAST, good), Counter.RECEIVE_MULTICAST),
                Kind.bad("with a priority", PEER, tagged(0, good), Counter.RECEIVE_VLAN),
                Kind.bad("two tags", PEER, tagged(0x8100, tagged(0, good)), Counter.RECEIVE_VLAN),
                Kind.bad(
                        "two tags, as nobody",
                        0x0200_0000_9999L,
                        tagged(0x88a8, tagged(0, good)),
                        Counter.RECEIVE_VLAN),
                Kind.bad("two outer tags", PEER, tagged(0x88a8, tagged(0x88a8, good)), Counter.RECEIVE_VLAN),
                Kind.bad("three tags", PEER, tagged(0x8100, tagged(0x88a8, tagged(0, good))), Counter.RECEIVE_VLAN),
                Kind.passedOn("of a VLAN, with a priority", PEER, tagged(0x8100, tagged(5, good))),
                Kind.passedOn("of a VLAN", PEER, tagged(5, good)),
                Kind.passedOn("for another Ethernet address", PEER, Frames.to(0x0200_0000_0099L, good)),
                Kind.passedOn("IPv4 and no fan's", PEER, ipv4("192.0.2.7", "10.0.0.57")),
                Kind.passedOn("no IPv4", PEER, Frames.to(HOST, Frames.other(0x88b5))));
    }

    /**
     * @param vlan its number, or the type of a tag for no VLAN
     */
    private static byte[] tagged(int vlan, byte[] frame) {
        boolean type = vlan > 0xfff;
        byte[] tagged = Frames.tagged(type ? vlan : 0x8100, frame);
        ByteBuffer.wrap(tagged).putShort(14, (short) (type ? 0 : vlan));
        return tagged;
    }

    /** Its last 8 bytes tell which it is. */
    private byte[] numbered(Kind kind) {
        byte[] frame = Frames.from(kind.from(), kind.frame());
        ByteBuffer.wrap(frame).putInt(frame.length - 8, 0x0fa1_1e55).putInt(frame.length - 4, ++number);
        return frame;
    }

    private static Optional<Integer> number(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        return frame.length >= 42 && bytes.getInt(34) == 0x0fa1_1e55 ? Optional.of(bytes.getInt(38)) : Optional.empty();
    }

    // TESTING.md F35
    @Test
    void everyGoodPacketArrivesAndEveryBadOneIsCountedByReason() {
        List<Kind> kinds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            kinds.addAll(kinds());
        }
        Collections.shuffle(kinds, random);
        Map<Counter, Long> wanted = counted();
        Set<Integer> arriving = new HashSet<>();
        int good = 0;
        int passedOn = 0;
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in");
                PacketSocket bridge = new PacketSocket(host, "fan-250")) {
            for (int start = 0; start < kinds.size(); start += BATCH) {
                for (Kind kind : kinds.subList(start, Math.min(start + BATCH, kinds.size()))) {
                    out.send(numbered(kind));
                    kind.counted().ifPresent(counter -> wanted.merge(counter, 1L, Long::sum));
                    passedOn += kind.counted().isEmpty() ? 1 : 0;
                    if (kind.arrives()) {
                        arriving.add(number);
                        good++;
                    }
                }
                await(wanted);
            }
            take(arriving, in, bridge);
            assertThat(arriving).as("did not arrive").isEmpty();
        }
        System.out.println("number: packets without encapsulation: " + good + " good delivered, "
                + (kinds.size() - good - passedOn) + " bad dropped and counted, " + passedOn + " left to the kernel");
    }

    private void await(Map<Counter, Long> wanted) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!counted().equals(wanted) && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(counted()).isEqualTo(wanted);
    }

    /** Takes what has come, which fits the sockets' buffers: all that shall, and nothing else. */
    private static void take(Set<Integer> arriving, PacketSocket... sockets) {
        for (PacketSocket socket : sockets) {
            for (Optional<byte[]> frame = socket.next(); frame.isPresent(); frame = socket.next()) {
                Optional<Integer> came = number(frame.get());
                if (came.isPresent() && !Arrays.equals(Arrays.copyOfRange(frame.get(), 12, 14), new byte[] {8, 6})) {
                    assertThat(arriving.remove(came.get()))
                            .as("number %d got in", came.get())
                            .isTrue();
                }
            }
        }
    }

    // TESTING.md F35
    @Test
    void aFloodOfUnknownSourcesKeepsNoGoodPacketOut() {
        Map<Counter, Long> wanted = counted();
        Set<Integer> arriving = new HashSet<>();
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            for (int i = 0; i < FLOOD; i++) {
                int host = 48 + random.nextInt(200);
                byte[] unknown = ipv4("250.0." + host + "." + (2 + random.nextInt(250)), HERE);
                Counter counter = host == 57 ? Counter.RECEIVE_SPOOFED : Counter.RECEIVE_NO_NEIGHBOUR;
                out.send(numbered(Kind.bad("unknown", 0x0200_0001_0000L + random.nextInt(60000), unknown, counter)));
                wanted.merge(counter, 1L, Long::sum);
                if (i % 50 == 0) {
                    out.send(numbered(Kind.good("known", PEER, ipv4(THERE, HERE))));
                    wanted.merge(Counter.RECEIVED, 1L, Long::sum);
                    arriving.add(number);
                    await(wanted);
                }
            }
            await(wanted);
            take(arriving, in);
            assertThat(arriving).as("did not arrive").isEmpty();
        }
        // No frame made an entry of the neighbour table.
        assertThat(host.exec("ip", "neigh", "show", "dev", "und").lines()).hasSize(3);
    }

    /** The stated limit: who makes this host believe another Ethernet address speaks for that neighbour's containers. */
    // TESTING.md F35
    @Test
    void aPoisonedNeighbourEntryIsBelieved() {
        long poisoner = 0x0200_0000_0666L;
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            Map<Counter, Long> wanted = counted();
            out.send(numbered(Kind.bad("before", poisoner, ipv4(THERE, HERE), Counter.RECEIVE_SPOOFED)));
            wanted.merge(Counter.RECEIVE_SPOOFED, 1L, Long::sum);
            await(wanted);
            neighbour("10.0.0.45", poisoner);
            out.send(numbered(Kind.good("after", poisoner, ipv4(THERE, HERE))));
            int after = number;
            in.receive("packet", frame -> number(frame).equals(Optional.of(after)));
        }
    }

    @Test
    void whatAContainerSendsToTheSegmentLeavesAsItIsAndAllElseByVxlan() {
        byte[] direct = Frames.ipv4(HERE, THERE);
        try (PacketSocket out = new PacketSocket(container, "in");
                PacketSocket underlay = new PacketSocket(hostile, "und")) {
            out.send(direct);
            byte[] left = underlay.receive("direct packet", frame -> frame.length == direct.length && frame[12] == 8);
            assertThat(left).isEqualTo(Frames.to(PEER, Frames.from(HOST, direct)));
            for (byte[] frame : List.of(
                    Frames.ipv4(HERE, "250.3.1.9"), // behind the router
                    Frames.arpRequest(HERE, THERE),
                    Frames.ipv4(Frames.bits(HERE), Frames.bits(THERE), 6, new byte[8]))) {
                out.send(frame);
                byte[] vxlan = underlay.receive("VXLAN", one -> one.length == 50 + frame.length && one[23] == 17);
                assertThat(Arrays.copyOfRange(vxlan, 50, vxlan.length)).isEqualTo(frame);
            }
        }
        Map<Counter, Long> counters = network().counters(fan());
        assertThat(counters).containsEntry(Counter.SENT_DIRECT, 1L).containsEntry(Counter.SENT, 3L);
    }
}
