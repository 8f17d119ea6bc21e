package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.attach.HooksOfThisKernel;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Monitor;
import io.fanatic.netlink.engine.MonitorSpec;
import io.fanatic.netlink.engine.MonitoredFrame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan as {@code fanctl up} makes it, and a host on the same underlay that sends what it likes:
 *
 * <pre>
 *   hostile                     host                                      container
 *   und --------------------- und 10.0.0.57/32, 10.0.1.7/32
 *        raw frames, any        ftun-250 (encap, guard)
 *        outer source             fan-250 -------- port ---------------- in   captures
 * </pre>
 *
 * The host's kernel is told to take packets from wherever they seem to come (no rp_filter, accept_local, and no broadcast address on
 * the underlay), so that guard has to refuse by itself.
 */
@KernelTest
class HostileHostTest {
    private static final int BATCH = 64;
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    private static final long HOST_MAC = 0x0200_0000_0057L;

    @TempDir
    Path directory;

    private final TestHost hostile = new TestHost();
    private final TestHost host = new TestHost();
    private final TestHost container = new TestHost();
    private FanProgramSpec spec = Specs.USUAL;

    @BeforeEach
    void bringTheFanUp() {
        hostile.ip("link add und type veth peer name und netns " + host.name());
        hostile.ip("link set und up");
        host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.und.rp_filter=0");
        host.exec("sysctl", "-qw", "net.ipv4.conf.und.accept_local=1");
        // Where bridges filter, the kernel drops some of these before the programs see them.
        for (String filter : List.of("iptables", "ip6tables", "arptables")) {
            host.exec("sysctl", "-qew", "net.bridge.bridge-nf-call-" + filter + "=0");
        }
        host.ip("link set und address " + new MacAddress(HOST_MAC) + " up");
        host.ip("route add 10.0.0.0/16 dev und");
        for (String address : List.of("10.0.0.57", "10.0.1.7")) {
            host.ip("address add " + address + "/32 dev und");
            network().up(entry("250.0.0.0/8", address));
        }
        spec = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.57", "10.0.1.7");
        host.ip("link add port type veth peer name in netns " + container.name());
        host.ip("link set port master fan-250 up");
        container.ip("link set in up");
        forwards("ftun-250");
        forwards("port");
    }

    @AfterEach
    void removeTheHosts() {
        container.close();
        host.close();
        hostile.close();
    }

    /** A line of /etc/network/fan with these flags, and those of the kind of fan that is tested. */
    private FanEntry entry(String overlay, String address, String... flags) {
        List<String> words = new ArrayList<>(List.of(overlay, address + "/16"));
        words.addAll(List.of(flags));
        words.addAll(flags());
        return FanEntry.parse(words);
    }

    /** Of every fan here. */
    List<String> flags() {
        return List.of("no-fast");
    }

    final FanNetwork network() {
        return FanNetwork.onThisHost()
                .in(host.namespace())
                .keepingStateIn(directory.resolve("run"), directory.resolve("state"));
    }

    private Map<Counter, Long> counted(boolean send) {
        return counted(network().list().get(0), send);
    }

    private Map<Counter, Long> counted(Fan fan, boolean send) {
        Map<Counter, Long> counters = new EnumMap<>(network().counters(fan));
        counters.keySet().removeIf(counter -> counter.isSend() != send);
        counters.values().removeIf(count -> count == 0);
        return counters;
    }

    // TESTING.md F35
    @Test
    void goodPacketsOfAHostileHostArriveAndBadOnesAreCountedByReason() {
        crafted(40, false);
    }

    // TESTING.md F35
    @Test
    void withUnderlayOnlyNoPacketFromOutsideTheUnderlayComesAsFarAsGuard() {
        network().up(entry("250.0.0.0/8", "10.0.0.57", "underlay-only"));
        crafted(10, true);
    }

    private void crafted(int rounds, boolean underlayOnly) {
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            List<HostilePackets.Packet> packets =
                    hostilePackets(kernelLooksAtLengths(out, in), underlayOnly).all(rounds);
            Tally tally = new Tally(counted(false));
            for (int start = 0; start < packets.size(); start += BATCH) {
                List<HostilePackets.Packet> batch = packets.subList(start, Math.min(start + BATCH, packets.size()));
                for (HostilePackets.Packet packet : batch) {
                    packet.wire().forEach(out::send);
                    tally.expect(packet);
                }
                tally.receive(in, true);
                Tally.await(() -> counted(false), tally.counters);
            }
            tally.receive(in, false);
            assertThat(counted(false)).isEqualTo(tally.counters);
            System.out.println("number: crafted packets in" + (underlayOnly ? " with underlay-only: " : ": ")
                    + tally.good + " good delivered, " + tally.dropped + " bad dropped and counted by guard, "
                    + tally.refused + " bad refused by the kernel before it");
            assertThat(tally.counters).containsKeys(Counter.RECEIVE_MALFORMED, Counter.RECEIVE_SPOOFED);
        }
    }

    // TESTING.md F35
    @Test
    void everyGoodFrameOfAContainerLeavesAndEveryBadOneIsCountedUnderItsReason() {
        hostile.exec("sysctl", "-qw", "net.ipv4.ip_forward=0");
        for (int i = 0; i < SpoofingFrames.PEERS; i++) {
            Ipv4Address peer = Ipv4Address.of(SpoofingFrames.FIRST_PEER + i);
            host.ip("neigh add " + peer + " lladdr 02:00:00:00:02:01 dev und nud permanent");
        }
        long bridge = MacAddress.ofBridge(spec.mapping().overlay(), Ipv4Address.of(Crafted.HOST))
                .bits();
        List<SpoofingFrames.Sent> frames = new SpoofingFrames(spec, bridge).all();
        Map<Counter, Long> counters = counted(true);
        Map<ByteBuffer, SpoofingFrames.Sent> leaving = new HashMap<>();
        int good = 0;
        // As if guard had let them in: the kernel takes the mark off at the container's end.
        try (PacketSocket out = new PacketSocket(container, "in").marking(-1);
                PacketSocket underlay = new PacketSocket(hostile, "und")) {
            for (int start = 0; start < frames.size(); start += BATCH) {
                for (SpoofingFrames.Sent each : frames.subList(start, Math.min(start + BATCH, frames.size()))) {
                    out.send(each.frame());
                    each.counted().ifPresent(counter -> counters.merge(counter, 1L, Long::sum));
                    if (each.leaves()) {
                        leaving.put(ByteBuffer.wrap(each.frame()), each);
                        good++;
                    }
                }
                leave(underlay, leaving, true);
                Tally.await(() -> counted(true), counters);
            }
            leave(underlay, leaving, false);
        }
        assertThat(counted(true)).isEqualTo(counters);
        // What was meant for this host's own tunnel did not come so far.
        assertThat(counted(false)).isEmpty();
        System.out.println("number: crafted frames out: " + good + " good on the underlay, " + (frames.size() - good)
                + " bad dropped and counted");
    }

    /** Its addresses are what the forger wrote; it neither changes what is counted, nor what arrives, nor the fan's programs. */
    @Test
    void aMonitorTellsOfEachDropWithItsReasonAndWhoSentIt() {
        Map<String, List<Integer>> before = attachedToTheFan();
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            List<HostilePackets.Packet> packets =
                    hostilePackets(kernelLooksAtLengths(out, in), false).all(6);
            Tally tally = new Tally(counted(false));
            try (Monitor monitor = network().monitor(MonitorSpec.DROPS)) {
                Map<String, List<Integer>> meanwhile = attachedToTheFan();
                before.forEach((hook, ids) -> assertThat(meanwhile.get(hook))
                        .as("%s: ours in front, once", hook)
                        .hasSize(2 * ids.size())
                        .endsWith(ids.toArray(Integer[]::new)));
                Map<Counter, Long> dropped = new EnumMap<>(Counter.class);
                Map<Counter, Long> told = new EnumMap<>(Counter.class);
                Set<String> expected = new HashSet<>();
                for (int start = 0; start < packets.size(); start += BATCH) {
                    for (HostilePackets.Packet packet :
                            packets.subList(start, Math.min(start + BATCH, packets.size()))) {
                        packet.wire().forEach(out::send);
                        tally.expect(packet);
                        for (Counter counter : packet.counted()) {
                            if (counter.kind() != Counter.Kind.PASSED) {
                                dropped.merge(counter, 1L, Long::sum);
                                List<byte[]> outer = new ArrayList<>(packet.wire());
                                if (packet.kind().equals("VXLAN in VXLAN to the host")) {
                                    outer.add(packet.inner()); // which the host takes for a packet to its tunnel
                                }
                                for (byte[] wire : outer) {
                                    expected.add(counter + " "
                                            + Ipv4Address.of(
                                                    ByteBuffer.wrap(wire).getInt(26)));
                                }
                            }
                        }
                    }
                    tally.receive(in, true);
                    Tally.await(() -> counted(false), tally.counters);
                    for (Optional<MonitoredFrame> next = monitor.next(); next.isPresent(); next = monitor.next()) {
                        MonitoredFrame frame = next.get();
                        told.merge(frame.reason(), 1L, Long::sum);
                        if (!frame.reason().isSend() && frame.reason() != Counter.RECEIVE_NO_KEY) {
                            assertThat(expected)
                                    .contains(
                                            frame.reason() + " " + frame.peer().orElseThrow());
                        }
                        assertThat(frame.fan()).isEqualTo("fan-250");
                    }
                }
                assertThat(told).as("told of").containsOnlyKeys(dropped.keySet());
                monitor.notShown()
                        .getOrDefault("fan-250", Map.of())
                        .forEach((reason, more) -> told.merge(reason, more, Long::sum));
                assertThat(told).as("told of, and not shown").isEqualTo(dropped);
                System.out.println("number: drops that the monitor told of: " + told);
            }
        }
        assertThat(attachedToTheFan()).isEqualTo(before);
    }

    @Test
    void aMonitorGoesWithTheProgramsThatAreReplacedAndWithFansThatComeAndGo() {
        HostilePackets craft = hostilePackets(false, false);
        byte[] honest = craft.ipv4(Frames.bits("250.0.45.9"), Frames.bits("250.0.57.9"));
        try (PacketSocket out = new PacketSocket(hostile, "und");
                Monitor monitor = network().monitor(MonitorSpec.DROPS)) {
            Runnable aSpoofedFrame = () -> {
                out.send(new Forged(HOST_MAC, Frames.bits("10.0.0.99"), spec.vni(), honest).frame());
                MonitoredFrame told = awaitSpoofed(monitor);
                assertThat(told.peer()).hasValue(Ipv4Address.parse("10.0.0.99"));
                assertThat(told.packet().source()).hasValue("250.0.45.9");
                assertThat(told.packet().destination()).hasValue("250.0.57.9");
                assertThat(told.length()).isEqualTo(honest.length);
            };
            aSpoofedFrame.run();
            assertThat(monitor.refresh()).isTrue();
            host.ip("link set port nomaster");
            // Another address of the host: other programs, in the place of those that were.
            network().down(Ipv4Prefix.parse("250.0.0.0/8"), UnderlaySpec.parse("10.0.1.7/16"));
            assertThat(monitor.refresh()).isTrue();
            aSpoofedFrame.run();
            network().downEverything();
            assertThat(monitor.refresh()).isFalse();
            for (String address : List.of("10.0.0.57", "10.0.1.7")) {
                network().up(entry("250.0.0.0/8", address));
            }
            assertThat(monitor.refresh()).isTrue();
            aSpoofedFrame.run();
        }
    }

    private static MonitoredFrame awaitSpoofed(Monitor monitor) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            Optional<MonitoredFrame> frame = monitor.next();
            if (frame.isPresent() && frame.get().reason() == Counter.RECEIVE_SPOOFED) {
                return frame.get();
            }
        }
        throw new AssertionError("no spoofed frame was told of");
    }

    /** The numbers of all programs on the hooks of tunnel and bridge. */
    private Map<String, List<Integer>> attachedToTheFan() {
        return host.namespace().call(() -> {
            Map<String, List<Integer>> attached = new HashMap<>();
            for (String device : List.of("ftun-250", "fan-250")) {
                int index = host.index(device);
                for (Tcx.Hook hook : Tcx.Hook.values()) {
                    List<Integer> there = HooksOfThisKernel.with(hooks -> hooks.attached(index, hook));
                    attached.put(device + " " + hook, there);
                }
            }
            return attached;
        });
    }

    private static int vni(Fan fan) {
        return fan.transport().vxlan().orElseThrow().vni();
    }

    // TESTING.md F35
    @Test
    void fansThatShareAPortDoNotTakeEachOthersFrames() {
        network().up(entry("251.0.0.0/8", "10.0.0.57"));
        Fan first = network().list().get(0);
        Fan second = network().list().get(1);
        HostilePackets craft = hostilePackets(false, false);
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            byte[] honest = craft.ipv4(Frames.bits("250.0.45.9"), Frames.bits("250.0.57.9"));
            byte[] ofTheSecond = craft.ipv4(Frames.bits("251.0.45.9"), Frames.bits("251.0.57.9"));
            for (Forged each : List.of(
                    forge(vni(second), honest), // the first one's addresses in the second one's network
                    forge(vni(first), ofTheSecond),
                    forge(7, honest), // the VNI filters refuse it
                    forge(vni(second), ofTheSecond),
                    forge(vni(first), honest))) {
                out.send(each.frame());
            }
            in.receive("honest frame", frame -> Arrays.equals(frame, honest));
            Tally.await(() -> counted(first, false), Map.of(Counter.RECEIVED, 1L, Counter.RECEIVE_NOT_LOCAL, 1L));
            Tally.await(() -> counted(second, false), Map.of(Counter.RECEIVED, 1L, Counter.RECEIVE_NOT_LOCAL, 1L));
        }
    }

    /** Waits until the bridge takes frames from this port: it hears of a carrier when the kernel has time. */
    private void forwards(String port) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!host.exec("bridge", "link", "show", "dev", port).contains("state forwarding")) {
            assertThat(System.nanoTime()).as(port + " forwards").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static Forged forge(int vni, byte[] inner) {
        return new Forged(HOST_MAC, Frames.bits("10.0.0.45"), vni, inner);
    }

    /**
     * What a host can do, and what not: a bridge believes the last frame that came from an Ethernet address. So a host can have frames for
     * a container here sent to the tunnel, but encap sends none of them out, and the container's next frame ends it.
     */
    // TESTING.md F35
    @Test
    void whoeverClaimsTheEthernetAddressOfAContainerHereReadsNothing() {
        long mine = 0x0200_0000_0c01L;
        host.ip("link add port2 type veth peer name in2 netns " + container.name());
        host.ip("link set port2 master fan-250 up");
        container.ip("link set in2 up");
        forwards("port2");
        HostilePackets craft = hostilePackets(false, false);
        byte[] claim = Frames.from(mine, craft.ipv4(Frames.bits("250.0.45.9"), Frames.bits("250.0.57.9")));
        byte[] sign = Frames.from(mine, craft.arp(1, Frames.bits("250.0.57.9"), Frames.bits("250.0.57.8")));
        byte[] private1 = Frames.to(mine, craft.ipv4(Frames.bits("250.0.57.8"), Frames.bits("250.0.57.9")));
        byte[] private2 = Frames.to(mine, craft.ipv4(Frames.bits("250.0.57.8"), Frames.bits("250.0.57.9")));
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket container1 = new PacketSocket(container, "in");
                PacketSocket container2 = new PacketSocket(container, "in2")) {
            container1.send(Frames.to(Frames.BROADCAST, sign));
            container2.receive("first sign of life", frame -> frame.length == sign.length);
            out.send(forge(spec.vni(), claim).frame());
            container2.receive("claim", frame -> Arrays.equals(frame, claim));
            long kept = counted(true).getOrDefault(Counter.SEND_OWN_SLICE, 0L);
            container2.send(private1);
            Tally.await(
                    () -> Map.of(Counter.SENT, counted(true).getOrDefault(Counter.SEND_OWN_SLICE, 0L)),
                    Map.of(Counter.SENT, kept + 1));

            container1.send(Frames.to(Frames.BROADCAST, sign));
            container2.receive("second sign of life", frame -> frame.length == sign.length);
            container2.send(private2);
            container1.receive("frame for the container", frame -> Arrays.equals(frame, private2));
            for (Optional<byte[]> left = out.next(); left.isPresent(); left = out.next()) {
                assertThat(Crafted.isSigned(left.get()))
                        .as("a frame left the host")
                        .isFalse();
            }
        }
    }

    /** Takes what is seen on the underlay until all good frames have come, or until nothing comes any more. */
    private static void leave(PacketSocket underlay, Map<ByteBuffer, SpoofingFrames.Sent> leaving, boolean untilAll) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end && !(untilAll && leaving.isEmpty())) {
            Optional<byte[]> frame = underlay.next();
            if (frame.isPresent()) {
                left(frame.get(), leaving);
            } else if (!untilAll) {
                break;
            }
        }
        assertThat(leaving.values().stream().map(SpoofingFrames.Sent::kind))
                .as("did not leave")
                .isEmpty();
    }

    /** A frame on the underlay: in VXLAN from and to the owners of its addresses, or routed and masqueraded. */
    private static void left(byte[] bytes, Map<ByteBuffer, SpoofingFrames.Sent> leaving) {
        ByteBuffer outer = ByteBuffer.wrap(bytes);
        boolean vxlan = bytes.length > 50 && bytes[23] == 17 && outer.getShort(36) == 8472;
        if (vxlan) {
            ByteBuffer inner = ByteBuffer.wrap(Arrays.copyOfRange(bytes, 50, bytes.length));
            SpoofingFrames.Sent sent = leaving.remove(inner);
            if (sent == null) {
                throw new AssertionError("left in VXLAN and should not have: " + Arrays.toString(inner.array()));
            }
            boolean arp = inner.getShort(12) == 0x0806;
            assertThat(outer.getInt(26)).as(sent.kind()).isEqualTo(owner(inner.getInt(arp ? 28 : 26)));
            assertThat(outer.getInt(30)).as(sent.kind()).isEqualTo(owner(inner.getInt(arp ? 38 : 30)));
        } else if (Crafted.isSigned(bytes)) {
            int source = outer.getInt(26);
            boolean known = leaving.keySet().removeIf(sent -> Arrays.equals(tail(sent.array()), tail(bytes)));
            assertThat(known && source == Crafted.HOST)
                    .as("left as of " + Ipv4Address.of(source))
                    .isTrue();
        }
    }

    private static int owner(int overlayAddress) {
        return 0x0a000000 | overlayAddress >>> 8 & 0xffff;
    }

    private static byte[] tail(byte[] frame) {
        return Arrays.copyOfRange(frame, frame.length - 8, frame.length);
    }

    /** Whether half an IP header comes as far as guard: sent before an honest packet, it has or has not been counted when that has. */
    private boolean kernelLooksAtLengths(PacketSocket out, PacketSocket in) {
        HostilePackets probe = hostilePackets(true, false);
        HostilePackets.Packet honest = probe.honestOne();
        out.send(probe.forgeCut(33).frame());
        honest.wire().forEach(out::send);
        in.receive("honest frame", frame -> Arrays.equals(frame, honest.inner()));
        return !counted(false).containsKey(Counter.RECEIVE_MALFORMED);
    }

    private HostilePackets hostilePackets(boolean kernelLooksAtLengths, boolean underlayOnly) {
        Ipv4Address identity = Ipv4Address.parse("10.0.0.57");
        Ipv4Prefix overlay = spec.mapping().overlay();
        return new HostilePackets(
                spec,
                HOST_MAC,
                MacAddress.ofBridge(overlay, identity).bits(),
                MacAddress.ofTunnel(overlay, identity).bits(),
                kernelLooksAtLengths,
                underlayOnly);
    }

    /** What has to come of the packets sent so far. */
    private static final class Tally {
        private final Map<Counter, Long> counters;
        private final Map<ByteBuffer, Integer> arriving = new HashMap<>();
        private final Map<ByteBuffer, String> kinds = new HashMap<>();
        private int good;
        private int dropped;
        private int refused;

        Tally(Map<Counter, Long> before) {
            counters = before;
        }

        void expect(HostilePackets.Packet packet) {
            packet.counted().forEach(counter -> counters.merge(counter, 1L, Long::sum));
            kinds.put(ByteBuffer.wrap(packet.inner()), packet.kind());
            if (packet.arrives()) {
                arriving.merge(ByteBuffer.wrap(packet.inner()), 1, Integer::sum);
                good++;
            } else if (packet.counted().isEmpty()) {
                refused++;
            } else {
                dropped++;
            }
        }

        /** Takes what the container sees until all good frames have come, or until nothing comes any more. */
        void receive(PacketSocket in, boolean untilAllHaveCome) {
            long end = System.nanoTime() + DEADLINE_NANOS;
            while (System.nanoTime() < end && !(untilAllHaveCome && arriving.isEmpty())) {
                Optional<byte[]> frame = in.next();
                if (frame.isPresent()) {
                    take(frame.get());
                } else if (!untilAllHaveCome) {
                    break;
                }
            }
            assertThat(arriving.keySet().stream().map(kinds::get))
                    .as("did not arrive")
                    .isEmpty();
        }

        private void take(byte[] bytes) {
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            boolean theirs = arriving.containsKey(frame)
                    || frame.getShort(6) == (short) (Frames.SENDER >>> 32) && frame.getInt(8) == (int) Frames.SENDER;
            if (theirs) {
                assertThat(arriving)
                        .as("got in: " + kinds.getOrDefault(frame, "?"))
                        .containsKey(frame);
                arriving.computeIfPresent(frame, (same, times) -> times == 1 ? null : times - 1);
            }
        }

        static void await(Supplier<Map<Counter, Long>> counted, Map<Counter, Long> counters) {
            long end = System.nanoTime() + DEADLINE_NANOS;
            Map<Counter, Long> now = counted.get();
            while (!now.equals(counters) && System.nanoTime() < end) {
                now = counted.get();
            }
            assertThat(now).isEqualTo(counters);
        }
    }
}
