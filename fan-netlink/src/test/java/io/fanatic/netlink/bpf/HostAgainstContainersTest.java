package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.FanEntry;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.firewall.Nftables;
import io.fanatic.netlink.firewall.TunnelTable;
import io.fanatic.netlink.host.HostSnapshot;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan's host against its containers: what they send, to it or through it, changes nothing on it, and goes nowhere in its name.
 *
 * <pre>
 *   container              host                                   router, and another host of the fan
 *   in 250.0.57.9/8 ------ fan-250 250.0.57.1/8                   fan-250 250.0.254.1/8
 *   plain                  und 10.0.0.57/16, fd01::57/64 -------- und 10.0.0.254/16, fd01::1/64
 *   in 172.17.0.2/16 ----- docker0 172.17.0.1/16
 * </pre>
 */
@KernelTest
class HostAgainstContainersTest {
    private static final long DEADLINE_NANOS = 60_000_000_000L;
    private static final int TIMES = 15;
    private static final int VNI = Specs.USUAL.vni();
    private static final int PORT = 8472;
    private static final int HONEST_PORT = 8473;
    private static final int IPIP = 4;
    private static final int OTHER_VNI = 251 << 16;
    private static final String MINE = "250.0.57.9";
    private static final String MINE_OF_IPV6 = "fd00:fa:0:39::9";

    @TempDir
    Path directory;

    private final TestHost router = new TestHost();
    private final TestHost host = new TestHost();
    private final TestHost container = new TestHost();
    private final TestHost plain = new TestHost();
    private final long bridge = MacAddress.ofBridge(Specs.USUAL.mapping().overlay(), Ipv4Address.parse("10.0.0.57"))
            .bits();

    @BeforeEach
    void bringTheFanUp() {
        for (TestHost each : List.of(router, host)) {
            each.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0");
        }
        // Where bridges filter, the kernel drops some frames before gate sees them.
        for (String filter : List.of("iptables", "ip6tables", "arptables")) {
            host.exec("sysctl", "-qew", "net.bridge.bridge-nf-call-" + filter + "=0");
        }
        router.ip("link add und type veth peer name und netns " + host.name());
        connect(router, "10.0.0.254/16", "fd01::1/64");
        connect(host, "10.0.0.57/16", "fd01::57/64");
        hasIpv6("und");
        host.ip("route add default via 10.0.0.254");
        host.ip("-6 route add default via fd01::1");
        up(host, "10.0.0.57/16");
        up(router, "10.0.0.254/16");
        attach("fan-250", "port", container, MINE + "/8", "250.0.57.1");
    }

    @AfterEach
    void removeTheHosts() {
        for (TestHost each : List.of(plain, container, host, router)) {
            each.close();
        }
    }

    private static void connect(TestHost host, String address, String ipv6) {
        host.ip("link set und addrgenmode none"); // its own address would appear meanwhile
        host.ip("address add " + address + " dev und");
        host.ip("-6 address add " + ipv6 + " dev und nodad");
        host.ip("link set und up");
    }

    private FanNetwork network(TestHost of) {
        return FanNetwork.onThisHost()
                .in(of.namespace())
                .keepingStateIn(directory.resolve(of.name() + "-run"), directory.resolve(of.name() + "-state"));
    }

    private void up(TestHost of, String underlay, String... flags) {
        List<String> words = new ArrayList<>(List.of("250.0.0.0/8", underlay));
        words.addAll(List.of(flags));
        network(of).up(FanEntry.parse(words));
    }

    private void attach(String bridge, String port, TestHost container, String address, String gateway) {
        host.ip("link add " + port + " type veth peer name in netns " + container.name());
        host.ip("link set " + port + " addrgenmode none");
        host.ip("link set " + port + " master " + bridge + " up");
        container.ip("address add " + address + " dev in");
        container.ip("link set in up");
        container.ip("route add default via " + gateway);
        await(
                port + " forwards",
                () -> host.exec("bridge", "link", "show", "dev", port).contains("state forwarding"));
        hasIpv6(port);
    }

    /** As Docker makes its default network. */
    private void attachToAnotherBridge() {
        host.ip("link add docker0 type bridge");
        host.ip("address add 172.17.0.1/16 dev docker0");
        host.ip("link set docker0 up");
        host.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
        host.exec(
                "nft",
                "add table ip other { chain post { type nat hook postrouting priority 100; "
                        + "ip saddr 172.17.0.0/16 oifname != docker0 masquerade; }; }");
        attach("docker0", "port2", plain, "172.17.0.2/16", "172.17.0.1");
    }

    /** The kernel makes the route for multicast when it hears of the carrier, which it does when it has time. */
    private void hasIpv6(String device) {
        String route = "multicast ff00::/8 dev " + device + " ";
        await(
                route,
                () -> host.exec("ip", "-6", "route", "show", "table", "local").contains(route));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void nothingThatAContainerTellsItsHostIsBelieved() {
        List<Beliefs.Lie> lies = tellLies();
        long dropped = lies.stream().filter(Beliefs.Lie::dropped).count();
        assertThat(droppedByGate()).isEqualTo(dropped);
        System.out.println("number: frames of a container that its host did not believe: " + lies.size() + ", of which "
                + dropped + " dropped and counted by gate");
    }

    /** There gate lets neighbour discovery of containers pass. */
    @Test
    void nothingIsBelievedOnAFanWithAnIpv6OverlayEither() {
        up(host, "10.0.0.57/16", "overlay6", "fd00:fa::/48");
        int lies = tellLies().size();
        System.out.println("number: frames of a container that its host did not believe, with an IPv6 overlay: " + lies
                + ", of which " + droppedByGate() + " dropped and counted by gate");
    }

    private long droppedByGate() {
        Map<Counter, Long> counted = network(host).counters(network(host).list().get(0));
        return counted.getOrDefault(Counter.SEND_HOST_OTHER, 0L) + counted.getOrDefault(Counter.SEND_HOST_SPOOFED, 0L);
    }

    /** Whatever a container can say; after each lie the host is as it was. */
    private List<Beliefs.Lie> tellLies() {
        assertThat(reach(host, "250.0.254.1")).as("the other host's address").isTrue();
        assertThat(reach(host, "10.0.0.254")).as("the router").isTrue();
        host.exec("ip", "-6", "neigh", "replace", "fd01::1", "lladdr", mac(router, "und"), "dev", "und");
        host.exec("ip", "-6", "neigh", "replace", "fe80::1", "lladdr", mac(router, "und"), "dev", "und");
        List<String> before = state();
        assertThat(before).anyMatch(line -> line.contains("neighbour 250.0.254.1 dev fan-250 lladdr"));
        List<Beliefs.Lie> lies = new Beliefs(bridge).all();
        try (PacketSocket out = new PacketSocket(container, "in")) {
            for (Beliefs.Lie lie : lies) {
                out.send(lie.frame());
                hostHasSeenAll(out);
                assertThat(changes(before, state())).as("after " + lie.kind()).isEmpty();
            }
        }
        return lies;
    }

    /** The host answers a question that was sent after everything else. */
    private static void hostHasSeenAll(PacketSocket out) {
        out.send(Frames.arpRequest(MINE, "250.0.57.1"));
        out.receive(
                "answer of the host",
                frame -> frame[12] == 8
                        && frame[13] == 6
                        && frame[21] == 2
                        && ByteBuffer.wrap(frame).getInt(28) == Frames.bits("250.0.57.1"));
    }

    /** What a host goes by, but for its neighbours in the local slice, who may tell it of themselves. */
    private List<String> state() {
        List<String> lines =
                new ArrayList<>(host.namespace().call(() -> HostSnapshot.take().lines()));
        // In one shell, as this is asked hundreds of times.
        String script = "ip neigh show; echo ==; ip -6 -o address show; ip -6 route show table all; bridge link show;"
                + " cat /proc/sys/net/ipv6/conf/*/* /proc/sys/net/ipv6/neigh/*/* /proc/sys/net/ipv4/neigh/*/*"
                + " 2>/dev/null || true";
        String[] answers = host.exec("sh", "-c", script).split("==\n", 2);
        for (String line : answers[0].split("\n", -1)) {
            String[] words = line.split(" ", -1);
            boolean ofItself = line.startsWith("250.0.57.")
                    || line.startsWith("fd00:fa:0:39:")
                    || line.startsWith("fe80::") && !words[0].equals("fe80::fa") && line.contains(" dev fan-250 ");
            if (!ofItself && words.length > 4 && words[3].equals("lladdr")) {
                lines.add("neighbour " + String.join(" ", Arrays.copyOf(words, 5)));
            }
        }
        answers[1]
                .lines()
                .map(line -> line.replaceAll("valid_lft.*|expires [0-9]+sec", ""))
                .forEach(lines::add);
        return lines;
    }

    private static List<String> changes(List<String> before, List<String> after) {
        List<String> changes = new ArrayList<>();
        after.stream().filter(line -> !before.contains(line)).forEach(line -> changes.add("+ " + line));
        before.stream().filter(line -> !after.contains(line)).forEach(line -> changes.add("- " + line));
        return changes;
    }

    private static String mac(TestHost host, String device) {
        return host.exec("ip", "-o", "link", "show", "dev", device)
                .split("link/ether ", 2)[1]
                .split(" ", 2)[0];
    }

    /** Whether this host resolves the address: an answer to a datagram, be it that nobody listens there. */
    private static boolean reach(TestHost from, String address) {
        return from.namespace().call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(new InetSocketAddress(address, 9));
                socket.setSoTimeout(5000);
                socket.send(new DatagramPacket(new byte[1], 1));
                socket.receive(new DatagramPacket(new byte[1], 1));
                return true;
            } catch (java.net.PortUnreachableException answered) {
                return true;
            }
        });
    }

    @Test
    void ipv6WithForgedSourcesIsNotRouted() {
        host.exec("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
        host.exec("ip", "-6", "neigh", "replace", "fd01::1", "lladdr", mac(router, "und"), "dev", "und");
        try (PacketSocket out = new PacketSocket(container, "in");
                PacketSocket underlay = new PacketSocket(router, "und")) {
            for (int i = 0; i < TIMES; i++) {
                out.send(Beliefs.udpOverIpv6(bridge, "fd01::" + (100 + i), "fd01::1", HONEST_PORT, new byte[8]));
            }
            out.send(Frames.to(bridge, honest()));
            int routed = 0;
            for (byte[] frame = underlay.receive("packet", any -> true); !isHonest(frame); ) {
                boolean forged = frame[12] == (byte) 0x86
                        && frame[20] == 17
                        && ByteBuffer.wrap(frame).getShort(56) == HONEST_PORT;
                routed += forged ? 1 : 0;
                frame = underlay.receive("packet", any -> true);
            }
            assertThat(routed).as("routed of " + TIMES).isZero();
        }
    }

    private static byte[] honest() {
        byte[] payload = new byte[16];
        ByteBuffer.wrap(payload)
                .putShort((short) 5000)
                .putShort((short) HONEST_PORT)
                .putShort((short) 16);
        return Frames.ipv4(Frames.bits(MINE), Frames.bits("10.0.0.254"), 5, payload);
    }

    private static boolean isHonest(byte[] frame) {
        return frame[12] == 8 && frame[23] == 17 && ByteBuffer.wrap(frame).getShort(36) == HONEST_PORT;
    }

    /** The kernel translates the sources of connections, and none of these belongs to one. */
    @Test
    void noPacketOfNoConnectionLeavesWithTheAddressOfAContainer() {
        host.exec("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0");
        Map<String, byte[]> kinds = new LinkedHashMap<>();
        kinds.put("SYN and ACK", tcp(0x12, 5));
        kinds.put("ACK", tcp(0x10, 5));
        kinds.put("RST", tcp(0x04, 5));
        kinds.put("RST and ACK", tcp(0x14, 5));
        kinds.put("FIN", tcp(0x01, 5));
        kinds.put("SYN and FIN", tcp(0x03, 5));
        kinds.put("no flag", tcp(0x00, 5));
        kinds.put("all flags", tcp(0x3f, 5));
        kinds.put("a header longer than the packet", tcp(0x02, 15));
        kinds.put("half a TCP header", packet(6, new byte[8]));
        kinds.put(
                "a wrong checksum",
                packet(
                        6,
                        ByteBuffer.allocate(20)
                                .putShort(0, (short) 5000)
                                .put(12, (byte) 0x50)
                                .put(13, (byte) 2)
                                .array()));
        kinds.put("echo reply", icmp(0, new byte[8]));
        kinds.put("destination unreachable", icmp(3, new byte[32]));
        kinds.put("destination unreachable about a stranger's packet", icmp(3, aboutAStranger()));
        kinds.put("time exceeded", icmp(11, aboutAStranger()));
        kinds.put("half a UDP header", packet(17, new byte[4]));
        noneLeaves(kinds, IpFamily.IPV4);
        System.out.println("number: kinds of packets without a connection that do not leave: " + kinds.size());
    }

    @Test
    void noIpv6PacketOfNoConnectionLeavesWithTheAddressOfAContainer() {
        up(host, "10.0.0.57/16", "overlay6", "fd00:fa::/48");
        host.exec("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0");
        host.exec("ip", "-6", "neigh", "replace", "fd01::1", "lladdr", mac(router, "und"), "dev", "und");
        Map<String, byte[]> kinds = new LinkedHashMap<>();
        for (int flags : new int[] {0x12, 0x10, 0x04, 0x14, 0x01, 0x03, 0x00, 0x3f}) {
            kinds.put("TCP flags " + flags, packetOfIpv6(6, 16, segment(flags, 5)));
        }
        kinds.put("a header longer than the packet", packetOfIpv6(6, 16, segment(0x02, 15)));
        kinds.put("half a TCP header", packetOfIpv6(6, 4, new byte[8]));
        byte[] wrong = packetOfIpv6(6, 16, segment(0x02, 5));
        kinds.put("a wrong checksum", Frames.with(wrong, 70, wrong[70] ^ 1));
        kinds.put("echo reply", icmpOfIpv6(129, new byte[8]));
        kinds.put("destination unreachable", icmpOfIpv6(1, new byte[48]));
        byte[] stranger =
                Frames.ipv6(Ipv6Address.parse("fd01::1"), Ipv6Address.parse(MINE_OF_IPV6), 59, 64, new byte[16]);
        for (int error : new int[] {1, 2, 3, 4}) {
            kinds.put(
                    "error " + error + " about a stranger's packet",
                    icmpOfIpv6(error, Arrays.copyOfRange(stranger, 14, stranger.length)));
        }
        kinds.put("half a UDP header", packetOfIpv6(17, 0, new byte[4]));
        noneLeaves(kinds, IpFamily.IPV6);
        System.out.println("number: kinds of IPv6 packets without a connection that do not leave: " + kinds.size());
    }

    private void noneLeaves(Map<String, byte[]> kinds, IpFamily family) {
        List<String> left = new ArrayList<>();
        try (PacketSocket out = new PacketSocket(container, "in");
                PacketSocket underlay = new PacketSocket(router, "und")) {
            for (Map.Entry<String, byte[]> kind : kinds.entrySet()) {
                out.send(Frames.to(bridge, kind.getValue()));
                out.send(Frames.to(bridge, honest()));
                for (byte[] frame = underlay.receive("packet", any -> true); !isHonest(frame); ) {
                    ByteBuffer packet = ByteBuffer.wrap(frame);
                    if (family == IpFamily.IPV4
                            ? packet.getShort(12) == 0x0800 && packet.getInt(26) == Frames.bits(MINE)
                            : packet.getShort(12) == (short) 0x86dd && packet.getInt(22) == 0xfd0000fa) {
                        left.add(kind.getKey());
                    }
                    frame = underlay.receive("packet", any -> true);
                }
            }
        }
        assertThat(left).as("left as it came").isEmpty();
        assertThat(counted(family == IpFamily.IPV4 ? "ip" : "ip6", "fanatic", "ct state invalid"))
                .as("packets of no connection")
                .isEqualTo(kinds.size());
    }

    /** From the container to the router; the checksum is at that place in the payload. */
    private static byte[] packetOfIpv6(int protocol, int checksumAt, byte[] payload) {
        Ipv6Address source = Ipv6Address.parse(MINE_OF_IPV6);
        Ipv6Address destination = Ipv6Address.parse("fd01::1");
        byte[] summed = Arrays.copyOf(payload, payload.length);
        if (checksumAt > 0) {
            int sum = Frames.checksum(
                    ByteBuffer.allocate(40 + payload.length)
                            .put(source.octets())
                            .put(destination.octets())
                            .putInt(payload.length)
                            .putInt(protocol)
                            .put(payload),
                    0,
                    40 + payload.length);
            ByteBuffer.wrap(summed).putShort(checksumAt, (short) sum);
        }
        return Frames.ipv6(source, destination, protocol, 64, summed);
    }

    private static byte[] icmpOfIpv6(int type, byte[] rest) {
        return packetOfIpv6(
                58,
                2,
                ByteBuffer.allocate(8 + rest.length)
                        .put((byte) type)
                        .put(8, rest)
                        .array());
    }

    private static byte[] aboutAStranger() {
        byte[] inner = Frames.ipv4(Frames.bits("10.0.0.254"), Frames.bits(MINE), 5, new byte[16]);
        return Arrays.copyOfRange(inner, 14, inner.length);
    }

    private static byte[] segment(int flags, int words) {
        return ByteBuffer.allocate(20)
                .putShort((short) 5001)
                .putShort((short) HONEST_PORT)
                .putInt(1000)
                .putInt(flags == 0x02 ? 0 : 2000)
                .put((byte) (words << 4))
                .put((byte) flags)
                .putShort((short) 1024)
                .array();
    }

    private static byte[] tcp(int flags, int words) {
        ByteBuffer segment = ByteBuffer.wrap(segment(flags, words));
        ByteBuffer summed = ByteBuffer.allocate(32)
                .putInt(Frames.bits(MINE))
                .putInt(Frames.bits("10.0.0.254"))
                .putShort((short) 6)
                .putShort((short) 20)
                .put(segment.array());
        return packet(
                6, segment.putShort(16, (short) Frames.checksum(summed, 0, 32)).array());
    }

    private static byte[] icmp(int type, byte[] rest) {
        ByteBuffer message =
                ByteBuffer.allocate(8 + rest.length).put((byte) type).put(8, rest);
        return packet(
                1,
                message.putShort(2, (short) Frames.checksum(message, 0, message.capacity()))
                        .array());
    }

    /** From the container to the router. */
    private static byte[] packet(int protocol, byte[] payload) {
        ByteBuffer frame = ByteBuffer.wrap(Frames.ipv4(Frames.bits(MINE), Frames.bits("10.0.0.254"), 5, payload));
        frame.put(23, (byte) protocol).putShort(24, (short) 0);
        return frame.putShort(24, (short) Frames.checksum(frame, 14, 34)).array();
    }

    /** A process without any capability in a container sends a frame in VXLAN in a datagram; the host translates its source. */
    @Test
    void noProcessInAContainerSendsThroughItsHostsMasqueradeAsTheHostsTunnel() {
        router.ip("link add port type veth peer name in");
        router.ip("link set port master fan-250 up");
        router.ip("link set in up");
        network(router).up(FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.254/16")));
        attachToAnotherBridge();
        int arrived = 0;
        int honest = 0;
        for (TestHost from : List.of(container, plain)) {
            arrived += arrivals(from, VNI, Frames.ipv4("250.0.57.77", "250.0.254.1"), "250.0.0.0/8");
            // Of a fan that this host does not have.
            arrived += arrivals(from, OTHER_VNI, Frames.ipv4("251.0.57.77", "251.0.254.1"), "251.0.0.0/8");
            honest += honestArrivals(from);
        }
        System.out.println("number: frames of unprivileged processes in containers in their host's name: " + arrived
                + " of " + 4 * TIMES + " arrived; honest datagrams to another port: " + honest + " of " + 2 * TIMES);
        assertThat(honest).isEqualTo(2 * TIMES);
        assertThat(arrived).isZero();
        assertThat(counted("ip", "fanatic-tunnel", "dport " + PORT))
                .as("datagrams that the host refused")
                .isEqualTo(4 * TIMES);
    }

    /**
     * The same with a packet of protocol 4, which takes a raw socket, as containers have by default. The host's fan is of VXLAN, as the
     * kernel may have no IPIP: the rule of an IPIP fan is added to its table.
     */
    @Test
    void noPacketInAContainersPacketLeavesItsHostAsAPacketOfAnIpipTunnel() {
        attachToAnotherBridge();
        // Protocol 4 has no ports: two that are translated to one address cannot speak to one address.
        router.ip("address add 10.0.0.253/16 dev und");
        assertThat(ipipArrivals()).as("while nothing keeps them").isEqualTo(2 * TIMES);
        host.namespace().run(() -> {
            try (Nftables nftables = Nftables.open()) {
                TunnelTable table = new TunnelTable(nftables, "ip");
                List<TunnelTable.Entry> entries = new ArrayList<>(table.read());
                entries.add(new TunnelTable.Entry.Tunnel(Ipv4Address.parse("10.0.0.57"), OptionalInt.empty()));
                table.write(entries);
            }
        });

        int arrived = ipipArrivals();

        System.out.println("number: packets of protocol 4 of containers in their host's name: " + arrived + " of "
                + 2 * TIMES + " arrived");
        assertThat(arrived).isZero();
        assertThat(counted("ip", "fanatic-tunnel", "protocol"))
                .as("packets that the host refused")
                .isEqualTo(2 * TIMES);
        assertThat(honestArrivals(container) + honestArrivals(plain)).isEqualTo(2 * TIMES);
    }

    /** How many packets of protocol 4 of both containers come to the other host under this host's address. */
    private int ipipArrivals() {
        byte[] inner = Frames.ipv4("250.0.57.77", "250.0.254.1");
        byte[] payload = Arrays.copyOfRange(inner, 14, inner.length);
        return ipipArrivals(container, bridge, Frames.ipv4(Frames.bits(MINE), Frames.bits("10.0.0.254"), 5, payload))
                + ipipArrivals(
                        plain,
                        MacAddress.parse(mac(host, "docker0")).bits(),
                        Frames.ipv4(Frames.bits("172.17.0.2"), Frames.bits("10.0.0.253"), 5, payload));
    }

    private int ipipArrivals(TestHost from, long gateway, byte[] packet) {
        ByteBuffer frame = ByteBuffer.wrap(Frames.to(gateway, packet));
        frame.put(23, (byte) IPIP).putShort(24, (short) 0);
        frame.putShort(24, (short) Frames.checksum(frame, 14, 34));
        int arrived = 0;
        try (PacketSocket out = new PacketSocket(from, "in");
                PacketSocket underlay = new PacketSocket(router, "und")) {
            for (int i = 0; i < TIMES; i++) {
                out.send(frame.array());
            }
            send(from, new byte[8], HONEST_PORT, 1);
            for (byte[] got = underlay.receive("packet", any -> true);
                    !isHonest(got);
                    got = underlay.receive("packet", any -> true)) {
                boolean forged =
                        got[12] == 8 && got[23] == IPIP && ByteBuffer.wrap(got).getInt(26) == Frames.bits("10.0.0.57");
                arrived += forged ? 1 : 0;
            }
        }
        return arrived;
    }

    /** How many of the frames guard lets in over there; what came of them is known when a later honest frame has come. */
    private int arrivals(TestHost from, int vni, byte[] inner, String overlay) {
        byte[] vxlan = ByteBuffer.allocate(8 + inner.length)
                .putInt(0x08000000)
                .putInt(vni << 8)
                .put(inner)
                .array();
        long before = received(overlay);
        send(from, vxlan, PORT, TIMES);
        try (PacketSocket underlay = new PacketSocket(router, "und")) {
            send(from, new byte[8], HONEST_PORT, 1);
            underlay.receive("honest datagram", HostAgainstContainersTest::isHonest);
        }
        return (int) (received(overlay) - before);
    }

    private long received(String overlay) {
        return network(router).list().stream()
                .filter(fan -> fan.overlay().toString().equals(overlay))
                .mapToLong(fan -> network(router).counters(fan).getOrDefault(Counter.RECEIVED, 0L))
                .sum();
    }

    private int honestArrivals(TestHost from) {
        try (PacketSocket underlay = new PacketSocket(router, "und")) {
            send(from, new byte[8], HONEST_PORT, TIMES);
            for (int i = 0; i < TIMES; i++) {
                byte[] frame = underlay.receive("honest datagram", HostAgainstContainersTest::isHonest);
                assertThat(Ipv4Address.of(ByteBuffer.wrap(frame).getInt(26))).hasToString("10.0.0.57");
            }
            return TIMES;
        }
    }

    private static void send(TestHost from, byte[] payload, int port, int times) {
        from.namespace().call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                for (int i = 0; i < times; i++) {
                    socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName("10.0.0.254"), port));
                }
                return true;
            }
        });
    }

    /** What the first rule of a table with these words has counted. */
    private long counted(String family, String table, String words) {
        Optional<String> rule = host.exec("nft", "list", "table", family, table)
                .lines()
                .filter(line -> line.contains(words) && line.contains("counter"))
                .findFirst();
        return rule.map(line -> Long.parseLong(line.split("packets ", 2)[1].split(" ", 2)[0]))
                .orElse(0L);
    }
}
