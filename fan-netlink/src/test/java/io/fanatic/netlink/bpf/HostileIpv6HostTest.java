package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan with an IPv6 overlay as {@code fanctl up} makes it, a host on the same underlay that sends IPv6 as it likes, and a container that
 * does. Each kind of packet says by itself whether it is good; {@link Ipv6Model} says what is counted, and the two have to agree.
 *
 * <pre>
 *   hostile                     host                                      container
 *   und --------------------- und 10.0.0.57                               in fd00:fa:0:39::9
 *        raw frames, any        ftun-250 - fan-250 fd00:fa:0:39::1 - port - captures, and sends raw frames
 *        outer source
 * </pre>
 */
@KernelTest
class HostileIpv6HostTest {
    private static final int ROUNDS = 20;
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    private static final long HOST_MAC = 0x0200_0000_0057L;
    private static final int TRAILER = 0xfa71c006;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

    private static final Ipv6Address HERE = Ipv6Address.parse("fd00:fa:0:39::9");
    private static final Ipv6Address HOST = Ipv6Address.parse("fd00:fa:0:39::1");
    private static final Ipv6Address LINK_LOCAL = Ipv6Address.parse("fe80::1");
    private static final Ipv6Address ALL_NODES = Ipv6Address.parse("ff02::1");

    @TempDir
    Path directory;

    final TestHost hostile = new TestHost();
    final TestHost host = new TestHost();
    final TestHost container = new TestHost();
    private final FanProgramSpec spec = spec();
    private final Ipv6Mapping mapping = spec.ipv6().orElseThrow().mapping();
    private final Ipv6Model model = new Ipv6Model(spec);
    private final Random random = new Random(66);
    private final List<Sent> packets = new ArrayList<>();
    private int serial;

    private static FanProgramSpec spec() {
        FanProgramSpec ipv4 = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.57");
        return ipv4.withIpv6(new Ipv6ProgramSpec(
                Specs.DUAL.ipv6().orElseThrow().mapping(),
                MacAddress.ofBridge(
                        ipv4.mapping().overlay(), ipv4.localAddresses().get(0)),
                MacAddress.ofRouter(
                        ipv4.mapping().overlay(), ipv4.localAddresses().get(0))));
    }

    /**
     * @param wires one or the fragments of one
     * @param counted by guard; empty where the kernel drops it before
     * @param arrives whether the container sees the packet
     */
    private record Sent(String kind, List<byte[]> wires, byte[] inner, Optional<Counter> counted, boolean arrives) {}

    @BeforeEach
    void bringTheFanUp() {
        hostile.ip("link add und type veth peer name und netns " + host.name());
        hostile.ip("link set und up");
        host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.und.rp_filter=0");
        for (String filter : List.of("iptables", "ip6tables", "arptables")) {
            host.exec("sysctl", "-qew", "net.bridge.bridge-nf-call-" + filter + "=0");
        }
        host.ip("link set und address " + new MacAddress(HOST_MAC) + " up");
        host.ip("address add 10.0.0.57/32 dev und");
        host.ip("route add 10.0.0.0/16 dev und");
        List<String> words = new ArrayList<>(List.of("250.0.0.0/8", "10.0.0.57/16", "overlay6", "fd00:fa::/48"));
        words.addAll(flags());
        network().up(FanEntry.parse(words));
        host.ip("link add port type veth peer name in netns " + container.name());
        host.ip("link set port master fan-250 up");
        container.exec("sysctl", "-qw", "net.ipv6.conf.in.disable_ipv6=0", "net.ipv6.conf.in.accept_dad=0");
        container.ip("link set in up");
        container.ip("-6 address add " + HERE + "/64 dev in nodad");
        await(
                "the ports forward",
                () -> host.exec("bridge", "link", "show")
                                .lines()
                                .filter(line -> line.contains("state forwarding"))
                                .count()
                        == 2);
        await(
                "the container answers",
                () -> !host.exec("sh", "-c", "ping -6 -c1 -W1 " + HERE + " >/dev/null && echo yes || true")
                        .isEmpty());
    }

    /** More flags of the fan, from its words in /etc/network/fan. */
    List<String> flags() {
        return List.of("no-fast");
    }

    /** How many hosts have sent what is good. */
    int senders() {
        return 0xfffc;
    }

    @AfterEach
    void removeTheHosts() {
        container.close();
        host.close();
        hostile.close();
    }

    FanNetwork network() {
        return FanNetwork.onThisHost()
                .in(host.namespace())
                .keepingStateIn(directory.resolve("run"), directory.resolve("state"));
    }

    Map<Counter, Long> counted(boolean send) {
        Map<Counter, Long> counters =
                new EnumMap<>(network().counters(network().list().get(0)));
        counters.keySet().removeIf(counter -> counter.isSend() != send);
        counters.values().removeIf(count -> count == 0);
        return counters;
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** What a host goes by that a packet could change, but for neighbours in its own slice. */
    private List<String> state() {
        List<String> lines =
                new ArrayList<>(host.namespace().call(() -> HostSnapshot.take().lines()));
        String ipv6 = host.exec(
                "sh",
                "-c",
                "ip -6 -o address show; ip -6 route show table all; ip -6 neigh show nud permanent;"
                        + " bridge fdb show br fan-250 | grep -v ' dev port'; cat /proc/sys/net/ipv6/conf/*/mtu");
        lines.addAll(ipv6.lines()
                .map(line -> line.replaceAll("valid_lft.*| used .*", ""))
                .toList());
        return lines;
    }

    private static List<String> changes(List<String> before, List<String> after) {
        List<String> changes = new ArrayList<>();
        after.stream().filter(line -> !before.contains(line)).forEach(line -> changes.add("+ " + line));
        before.stream().filter(line -> !after.contains(line)).forEach(line -> changes.add("- " + line));
        return changes;
    }

    @Test
    void goodIpv6OfAHostileHostArrivesAndBadIsCountedByReason() {
        List<String> before = state();
        for (int i = 0; i < ROUNDS; i++) {
            good();
            sources();
            destinations();
            believed();
            headers();
            tags();
            tunnels();
            outerHeaders();
        }
        fields();
        for (int i = 0; i < 30 * ROUNDS; i++) {
            mutated();
        }
        Map<Counter, Long> wanted = counted(false);
        Map<ByteBuffer, String> arriving = new HashMap<>();
        int good = 0;
        try (PacketSocket out = new PacketSocket(hostile, "und");
                PacketSocket in = new PacketSocket(container, "in")) {
            for (Sent packet : packets) {
                packet.wires.forEach(out::send);
                packet.counted.ifPresent(counter -> wanted.merge(counter, 1L, Long::sum));
                if (packet.arrives) {
                    arriving.put(
                            ByteBuffer.wrap(packet.inner, 14, packet.inner.length - 14)
                                    .slice(),
                            packet.kind);
                    good++;
                    receive(in, arriving, true);
                }
            }
            long end = System.nanoTime() + DEADLINE_NANOS;
            while (!counted(false).equals(wanted) && System.nanoTime() < end) {
                receive(in, arriving, false);
            }
            assertThat(counted(false)).isEqualTo(wanted);
            receive(in, arriving, false);
        }
        assertThat(counted(false)).isEqualTo(wanted);
        assertThat(wanted)
                .containsKeys(
                        Counter.RECEIVE_SPOOFED,
                        Counter.RECEIVE_NOT_LOCAL,
                        Counter.RECEIVE_MALFORMED,
                        Counter.RECEIVE_HOP_LIMIT,
                        Counter.RECEIVE_VLAN,
                        Counter.RECEIVE_OTHER_VNI);
        assertThat(changes(before, state())).isEmpty();
        assertThat(packets.stream().map(Sent::kind).distinct().count()).isGreaterThan(60);
        System.out.println("number: crafted IPv6 packets in: " + good + " good delivered, " + (packets.size() - good)
                + " others counted by guard");
    }

    /** Takes what the container sees; what was made here and does not belong there fails. */
    private static void receive(PacketSocket in, Map<ByteBuffer, String> arriving, boolean untilAll) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end && !(untilAll && arriving.isEmpty())) {
            Optional<byte[]> frame = in.next();
            if (frame.isEmpty() && !untilAll) {
                break;
            }
            frame.filter(HostileIpv6HostTest::isSigned).ifPresent(bytes -> {
                ByteBuffer packet =
                        ByteBuffer.wrap(bytes, 14, bytes.length - 14).slice();
                assertThat(arriving).as("got in: " + Arrays.toString(bytes)).containsKey(packet);
                arriving.remove(packet);
            });
        }
        assertThat(arriving.values()).as("did not arrive").isEmpty();
    }

    private static boolean isSigned(byte[] frame) {
        return frame.length >= 62 && ByteBuffer.wrap(frame).getInt(frame.length - 8) == TRAILER;
    }

    private void good() {
        Ipv6Address source = other();
        arrives("UDP", source, HERE, UDP, 63, payload(16));
        arrives("a long packet", source, HERE, UDP, 63, payload(1200));
        arrives("hop limit 1", source, HERE, UDP, 1, payload(16));
        arrives("hop limit 254", source, HERE, UDP, 254, payload(16));
        arrives("hop-by-hop options", source, HERE, HOP_BY_HOP, 63, extension(UDP));
        arrives("destination options", source, HERE, DESTINATION_OPTIONS, 63, extension(UDP));
        arrives("a routing header", source, HERE, ROUTING, 63, extension(UDP));
        arrives("a first fragment", source, HERE, FRAGMENT, 63, fragment(1));
        arrives("a later fragment", source, HERE, FRAGMENT, 63, fragment(8 * (1 + random.nextInt(100))));
        arrives("an echo request", source, HERE, ICMPV6, 63, icmp(128));
        arrives("too big, of the kernel's tunnel", source, HERE, ICMPV6, 255, icmp(2));
        arrives("unreachable", source, HERE, ICMPV6, 63, icmp(1));
        arrives("the last address of a slice", last(source), HERE, UDP, 63, payload(16));
        arrives("no next header", source, HERE, 59, 63, payload(16));
        counts("to the host", Counter.RECEIVED, forge(source, HOST, UDP, 63, payload(16)), false);
        counts("to nobody here", Counter.RECEIVED, forge(source, inSlice(HERE), UDP, 63, payload(16)), false);
    }

    private void sources() {
        Ipv6Address honest = other();
        int owner = mapping.ownerBits(honest.high());
        for (Ipv6Address source : List.of(
                slice(owner ^ 1 + random.nextInt(255)),
                slice(owner + 256),
                HOST,
                inSlice(HERE),
                LINK_LOCAL,
                Ipv6Address.parse("::"),
                Ipv6Address.parse("::1"),
                Ipv6Address.parse("::ffff:10.0.0.45"),
                Ipv6Address.parse("2001:db8::1"),
                new Ipv6Address(honest.high() ^ 1L << 16 + random.nextInt(47), honest.low()),
                ALL_NODES,
                slice(0x0a000000),
                slice(0x0a00ffff))) {
            Forged packet = forged(owner, source, HERE, UDP, 63, payload(16));
            counts("source of another", Counter.RECEIVE_SPOOFED, packet, false);
        }
        for (int outer : new int[] {owner ^ 2, 0x0a000000, 0x0a00ffff, 0xc0a80001}) {
            counts("outer source", Counter.RECEIVE_SPOOFED, forged(outer, honest, HERE, UDP, 63, payload(16)), false);
        }
    }

    private void destinations() {
        Ipv6Address source = other();
        for (Ipv6Address destination : List.of(
                other(),
                source,
                LINK_LOCAL,
                ALL_NODES,
                Ipv6Address.parse("ff02::1:ff00:9"),
                Ipv6Address.parse("ff05::2"),
                Ipv6Address.parse("2001:db8::1"),
                Ipv6Address.parse("fd00:fb:0:39::9"),
                Ipv6Address.parse("::"))) {
            counts(
                    "destination elsewhere",
                    Counter.RECEIVE_NOT_LOCAL,
                    forge(source, destination, UDP, 63, payload(16)),
                    false);
        }
    }

    /** What hosts on an Ethernet believe. */
    private void believed() {
        Ipv6Address source = other();
        int owner = mapping.ownerBits(source.high());
        for (int type : new int[] {133, 134, 135, 136, 137, 130, 131, 132, 143, 148, 149, 151, 152, 153}) {
            counts("discovery", Counter.RECEIVE_HOP_LIMIT, forge(source, HERE, ICMPV6, 255, icmp(type)), false);
            counts(
                    "link-local discovery",
                    Counter.RECEIVE_HOP_LIMIT,
                    forged(owner, LINK_LOCAL, HERE, ICMPV6, 255, icmp(type)),
                    false);
            counts(
                    "discovery to all",
                    Counter.RECEIVE_HOP_LIMIT,
                    forged(owner, LINK_LOCAL, ALL_NODES, ICMPV6, 255, icmp(type)),
                    false);
            counts(
                    "lowered link-local discovery",
                    Counter.RECEIVE_SPOOFED,
                    forged(owner, LINK_LOCAL, HERE, ICMPV6, 254, icmp(type)),
                    false);
            byte[] hidden = extension(ICMPV6);
            hidden[8] = (byte) type;
            counts(
                    "discovery behind options",
                    Counter.RECEIVE_HOP_LIMIT,
                    forge(source, HOST, HOP_BY_HOP, 255, hidden),
                    false);
            byte[] inFragment = fragment(1);
            inFragment[0] = ICMPV6;
            inFragment[8] = (byte) type;
            counts(
                    "discovery in a fragment",
                    Counter.RECEIVE_HOP_LIMIT,
                    forge(source, HOST, FRAGMENT, 255, inFragment),
                    false);
        }
        counts(
                "a report of listeners",
                Counter.RECEIVE_NOT_LOCAL,
                forged(owner, LINK_LOCAL, Ipv6Address.parse("ff02::16"), HOP_BY_HOP, 1, extension(ICMPV6)),
                false);
        counts("UDP from a neighbour", Counter.RECEIVE_HOP_LIMIT, forge(source, HERE, UDP, 255, payload(16)), false);
    }

    private void headers() {
        Ipv6Address source = other();
        int owner = mapping.ownerBits(source.high());
        byte[] whole = Frames.ipv6(source, HERE, UDP, 63, payload(16));
        for (byte[] bad : List.of(
                Frames.with(whole, 14, 0x40 | random.nextInt(16)),
                Frames.with(whole, 14, 0x70),
                Frames.with(whole, 19, 200),
                Frames.with(whole, 18, 1 + random.nextInt(255)),
                Frames.cut(whole, 54 + random.nextInt(16)))) {
            counts("a header that lies", Counter.RECEIVE_MALFORMED, forged(owner, bad), false);
        }
        counts(
                "another virtual network",
                Counter.RECEIVE_OTHER_VNI,
                new Forged(HOST_MAC, owner, spec.vni() ^ 1, whole),
                false);
        // From a group and from nobody: guard writes the addresses of the frame anew.
        for (long mac : new long[] {
            Frames.MULTICAST, 0, spec.ipv6().orElseThrow().bridge().bits()
        }) {
            byte[] frame = Frames.from(mac, Frames.ipv6(source, HERE, UDP, 63, payload(16)));
            counts("from any Ethernet address", Counter.RECEIVED, forged(owner, frame), true);
        }
    }

    private void tags() {
        Ipv6Address source = other();
        int owner = mapping.ownerBits(source.high());
        byte[] frame = Frames.ipv6(source, HERE, UDP, 63, payload(16));
        for (int tag : new int[] {0x8100, 0x88a8}) {
            byte[] once = Frames.tagged(tag, frame);
            byte[] twice = Frames.tagged(tag, Frames.tagged(0x8100, frame));
            add("VLAN tag", Counter.RECEIVE_VLAN, forged(owner, once));
            add("two VLAN tags", Counter.RECEIVE_VLAN, forged(owner, twice));
            add("three VLAN tags", Counter.RECEIVE_VLAN, forged(owner, Frames.tagged(tag, twice)));
        }
        add("VLAN tag of old", Counter.RECEIVE_OTHER, forged(owner, Frames.tagged(0x9100, frame)));
    }

    private void tunnels() {
        Ipv6Address source = other();
        byte[] lie = Frames.ipv6(other(), HERE, UDP, 63, payload(16));
        byte[] packet = Arrays.copyOfRange(lie, 14, lie.length);
        byte[] vxlan = new Forged(Frames.UNICAST, 0x0a000038, spec.vni(), lie).frame();
        byte[] udp = signed(Arrays.copyOfRange(vxlan, 34, vxlan.length));
        arrives("VXLAN in VXLAN to a container", source, HERE, UDP, 63, udp);
        arrives("IPv6 in IPv6 to a container", source, HERE, 41, 63, signed(packet));
        arrives("IPv4 in IPv6 to a container", source, HERE, 4, 63, payload(40));
        counts("VXLAN in VXLAN to the host", Counter.RECEIVED, forge(source, HOST, UDP, 63, udp), false);
        counts("IPv6 in IPv6 to the host", Counter.RECEIVED, forge(source, HOST, 41, 63, signed(packet)), false);
        counts(
                "VXLAN in VXLAN from a host",
                Counter.RECEIVE_SPOOFED,
                forged(mapping.ownerBits(source.high()), Ipv6Address.parse("::ffff:10.0.0.56"), HERE, UDP, 63, udp),
                false);
        counts(
                "VXLAN in VXLAN to the underlay address",
                Counter.RECEIVE_NOT_LOCAL,
                forge(source, Ipv6Address.parse("::ffff:10.0.0.57"), UDP, 63, udp),
                false);
    }

    Forged honest() {
        return forge(other(), HERE, UDP, 63, payload(16));
    }

    private void outerHeaders() {
        arrives("any source port", honest().ports(random.nextInt(0x10000), 8472));
        arrives("UDP checksum", honest().checksum(0));
        arrives("Ethernet broadcast", honest().ethernetTo(Frames.BROADCAST));
        Forged whole = honest().ports(1024 + packets.size(), 8472);
        packets.add(new Sent(
                "outer fragments",
                whole.fragments(8 + 8 * random.nextInt(9)),
                whole.inner(),
                Optional.of(Counter.RECEIVED),
                true));
        refused("no flag I", honest().flags(0));
        refused("reserved flag", honest().flags(0x0c000000));
        refused("group policy", honest().flags(0x88000000 | random.nextInt(0x10000)));
        refused("reserved byte", honest().reserved(1 + random.nextInt(255)));
        refused("wrong UDP checksum", honest().checksum(1 + random.nextInt(0xfff0)));
        refused("other port", honest().ports(49152, 8473 + random.nextInt(9)));
        refused("UDP longer than the packet", honest().udpLengthMore(1));
        refused("Ethernet to another host", honest().ethernetTo(HOST_MAC ^ 1L << 8));
        for (int source : new int[] {0x7f000001, 0, -1, 0xe0000001}) {
            refused("outer source that no host has", new Forged(HOST_MAC, source, spec.vni(), honest().inner()));
        }
        Forged lonely = honest().ports(1024 + packets.size(), 8472);
        packets.add(new Sent(
                "only the last fragment",
                List.of(lonely.fragments(24).get(1)),
                lonely.inner(),
                Optional.empty(),
                false));
    }

    /** Each value of each field that says what the rest of a packet is. */
    private void fields() {
        for (int version = 0; version < 16; version++) {
            Forged packet = honest();
            decided("version " + version, Frames.with(packet.inner(), 14, version << 4), packet.source());
        }
        for (int next = 0; next < 256; next++) {
            arrives("next header " + next, other(), HERE, next, 63, payload(16));
        }
        for (int length = 0; length < 40; length++) {
            Forged packet = honest();
            decided("payload length " + length, Frames.with(packet.inner(), 19, length), packet.source());
        }
        for (int hops = 0; hops < 256; hops++) {
            Ipv6Address source = other();
            decided(
                    "hop limit " + hops,
                    Frames.ipv6(source, HERE, UDP, hops, payload(16)),
                    mapping.ownerBits(source.high()));
        }
    }

    /** One to three bytes of an honest packet's header changed; here only the model knows whether it is good. */
    private void mutated() {
        Forged packet = honest();
        byte[] frame = packet.inner();
        for (int i = random.nextInt(3); i >= 0; i--) {
            frame = Frames.with(frame, 14 + random.nextInt(40), random.nextInt(256));
        }
        decided("mutated", frame, packet.source());
    }

    private void decided(String kind, byte[] frame, int outer) {
        Counter counted = model.guard(
                new FanModel.Frame(frame, false),
                Optional.of(new FanModel.Key(spec.vni(), Ipv4Address.of(outer), Ipv4Address.of(0x0a000039))));
        counts(
                kind,
                counted,
                forged(outer, frame),
                counted == Counter.RECEIVED && Ipv6Model.destination(frame).equals(HERE));
    }

    private static byte[] signed(byte[] payload) {
        ByteBuffer.wrap(payload).putInt(payload.length - 8, TRAILER);
        return payload;
    }

    private void refused(String kind, Forged packet) {
        packets.add(new Sent(kind, List.of(packet.frame()), packet.inner(), Optional.empty(), false));
    }

    /** Where the kernel takes a tag away before guard sees the frame, so that the model is not asked. */
    private void add(String kind, Counter counter, Forged packet) {
        packets.add(new Sent(kind, List.of(packet.frame()), packet.inner(), Optional.of(counter), false));
    }

    private void arrives(String kind, Forged packet) {
        counts(kind, Counter.RECEIVED, packet, true);
    }

    private void arrives(String kind, Ipv6Address source, Ipv6Address destination, int next, int hops, byte[] payload) {
        counts(kind, Counter.RECEIVED, forge(source, destination, next, hops, payload), true);
    }

    /** The kind says what is counted, and the model has to say the same. */
    private void counts(String kind, Counter counter, Forged packet, boolean arrives) {
        Counter said = model.guard(
                new FanModel.Frame(packet.inner(), false),
                Optional.of(
                        new FanModel.Key(packet.vni(), Ipv4Address.of(packet.source()), Ipv4Address.of(0x0a000039))));
        assertThat(said).as(kind).isEqualTo(counter);
        // No fan here has another virtual network, and before the guard sees it the device takes what is for none.
        packets.add(new Sent(kind, List.of(packet.frame()), packet.inner(), Optional.of(counter), arrives));
    }

    private Forged forge(Ipv6Address source, Ipv6Address destination, int next, int hops, byte[] payload) {
        return forged(mapping.ownerBits(source.high()), source, destination, next, hops, payload);
    }

    private Forged forged(int outer, Ipv6Address source, Ipv6Address destination, int next, int hops, byte[] payload) {
        return forged(outer, Frames.ipv6(source, destination, next, hops, payload));
    }

    private Forged forged(int outer, byte[] inner) {
        return new Forged(HOST_MAC, outer, spec.vni(), inner);
    }

    /** Some address of another host's slice. */
    private Ipv6Address other() {
        int owner;
        do {
            owner = 0x0a000000 | 2 + random.nextInt(senders());
        } while (owner == 0x0a000039);
        return slice(owner);
    }

    private Ipv6Address slice(int owner) {
        return new Ipv6Address(mapping.sliceBits(owner), random.nextLong());
    }

    private static Ipv6Address last(Ipv6Address address) {
        return new Ipv6Address(address.high(), -1);
    }

    private Ipv6Address inSlice(Ipv6Address address) {
        return new Ipv6Address(address.high(), random.nextLong());
    }

    /** Signed, each another one. */
    private byte[] payload(int bytes) {
        return ByteBuffer.allocate(bytes + 8)
                .putInt(bytes, TRAILER)
                .putInt(bytes + 4, ++serial)
                .array();
    }

    private byte[] icmp(int type) {
        byte[] message = payload(56);
        message[0] = (byte) type;
        return message;
    }

    /** An extension header of 8 bytes with a padding option. */
    private byte[] extension(int next) {
        byte[] header = payload(32);
        header[0] = (byte) next;
        header[2] = 1;
        header[3] = 4;
        return header;
    }

    private byte[] fragment(int offset) {
        byte[] header = payload(32);
        header[0] = UDP;
        ByteBuffer.wrap(header).putShort(2, (short) offset);
        return header;
    }

    /** What a container sends to hosts that it takes for its gateway, its neighbours, or other hosts. */
    @Test
    void aContainerSendsToOtherSlicesFromItsOwnOnlyAndItsHostBelievesNothing() {
        container.ip("-6 route add default via " + HOST);
        host.ip("neigh add 10.0.0.56 lladdr 02:00:00:00:02:01 dev und nud permanent");
        List<String> before = state();
        long bridge = spec.ipv6().orElseThrow().bridge().bits();
        long router = spec.ipv6().orElseThrow().router().bits();
        Ipv6Address away = Ipv6Address.parse("fd00:fa:0:38::7");
        Map<ByteBuffer, String> leaving = new HashMap<>();
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            for (long to : new long[] {bridge, router}) {
                for (int next : new int[] {UDP, HOP_BY_HOP, FRAGMENT, ICMPV6}) {
                    byte[] honest = Frames.to(to, Frames.ipv6(inSlice(HERE), away, next, 64, extension(UDP)));
                    frames.add(honest);
                    byte[] sent = Frames.with(honest, 21, 63);
                    leaving.put(ByteBuffer.wrap(sent, 14, sent.length - 14).slice(), "honest " + next);
                }
                for (Ipv6Address source : List.of(
                        other(), LINK_LOCAL, Ipv6Address.parse("::"), ALL_NODES, Ipv6Address.parse("2001:db8::1"))) {
                    frames.add(Frames.to(to, Frames.ipv6(source, away, UDP, 64, payload(16))));
                }
                frames.add(Frames.to(to, Frames.ipv6(HERE, away, UDP, 1, payload(16))));
                frames.add(Frames.to(to, Frames.ipv6(HERE, Ipv6Address.parse("2001:db8::1"), UDP, 64, payload(16))));
                for (int type : new int[] {130, 131, 132, 134, 137, 143}) {
                    frames.add(Frames.to(to, Frames.ipv6(LINK_LOCAL, ALL_NODES, ICMPV6, 255, icmp(type))));
                    frames.add(Frames.to(to, Frames.ipv6(HERE, ALL_NODES, ICMPV6, 255, icmp(type))));
                    frames.add(
                            Frames.to(0x3333_0000_0001L, Frames.ipv6(LINK_LOCAL, ALL_NODES, ICMPV6, 255, icmp(type))));
                    byte[] hidden = extension(ICMPV6);
                    hidden[8] = (byte) type;
                    frames.add(Frames.to(to, Frames.ipv6(LINK_LOCAL, HOST, HOP_BY_HOP, 255, hidden)));
                    frames.add(Frames.to(to, Frames.ipv6(HERE, away, ICMPV6, 255, icmp(type))));
                    byte[] lowered = Frames.with(frames.get(frames.size() - 1), 21, 254);
                    leaving.put(
                            ByteBuffer.wrap(lowered, 14, lowered.length - 14).slice(), "type " + type);
                }
            }
            // As if it were the gateway itself.
            frames.add(Frames.from(router, Frames.to(bridge, Frames.ipv6(HERE, HOST, UDP, 64, payload(16)))));
            byte[] advertised = ByteBuffer.allocate(32)
                    .put(0, (byte) 136)
                    .put(4, (byte) 0x60)
                    .put(8, Ipv6Address.parse("fe80::fa").octets())
                    .put(24, (byte) 2)
                    .put(25, (byte) 1)
                    .array();
            frames.add(Frames.from(router, Frames.to(bridge, Frames.ipv6(LINK_LOCAL, HOST, ICMPV6, 255, advertised))));
        }
        int good = leaving.size();
        try (PacketSocket out = new PacketSocket(container, "in");
                PacketSocket underlay = new PacketSocket(hostile, "und")) {
            for (byte[] frame : frames) {
                out.send(frame);
                left(underlay, leaving, false);
            }
            left(underlay, leaving, true);
        }
        assertThat(leaving.values()).as("did not leave").isEmpty();
        assertThat(changes(before, state())).isEmpty();
        System.out.println("number: crafted IPv6 frames out: " + good + " good on the underlay, "
                + (frames.size() - good) + " bad not");
    }

    private static void left(PacketSocket underlay, Map<ByteBuffer, String> leaving, boolean untilAll) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        do {
            Optional<byte[]> frame = underlay.nextNow();
            if (frame.isEmpty()) {
                if (!untilAll) {
                    return;
                }
                continue;
            }
            byte[] bytes = frame.get();
            boolean vxlan = bytes.length > 104
                    && bytes[23] == UDP
                    && ByteBuffer.wrap(bytes).getShort(36) == 8472;
            if (vxlan && isSigned(bytes)) {
                ByteBuffer packet =
                        ByteBuffer.wrap(bytes, 64, bytes.length - 64).slice();
                assertThat(leaving).as("left: " + Arrays.toString(bytes)).containsKey(packet);
                leaving.remove(packet);
                assertThat(Ipv4Address.of(ByteBuffer.wrap(bytes).getInt(26))).hasToString("10.0.0.57");
                assertThat(Ipv4Address.of(ByteBuffer.wrap(bytes).getInt(30))).hasToString("10.0.0.56");
            } else {
                assertThat(isSigned(bytes))
                        .as("left without VXLAN: " + Arrays.toString(bytes))
                        .isFalse();
            }
        } while (System.nanoTime() < end && !(untilAll && leaving.isEmpty()));
    }
}
