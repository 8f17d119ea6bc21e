package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Both programs on real tunnels.
 *
 * <pre>
 *   here                                            there
 *   in -- bridge -- tun                             tun -- bridge -- in
 *                    |  encap            guard       |
 *                   und 10.0.0.45/16 ---- und 10.0.0.56/16
 *                       10.0.1.7/16
 * </pre>
 *
 * Frames enter at the end of a veth pair whose other end is in the bridge, as a container's would; what guard lets in is seen at the
 * other host's. A forger is a UDP socket on the underlay that writes VXLAN by itself.
 */
@KernelTest
class FanTunnelTest {
    private static final long DEADLINE_NANOS = 5_000_000_000L;
    private static final String HERE = "250.0.45.2";
    private static final String THERE = "250.0.56.9";
    private static final int VNI = Specs.USUAL.vni();

    private TestHost here;
    private TestHost there;

    @BeforeEach
    void buildTwoHosts() {
        here = new TestHost();
        there = new TestHost();
        here.ip("link add und type veth peer name und netns " + there.name());
        build(here, "10.0.0.45/16", "10.0.1.7/16");
        build(there, "10.0.0.56/16");
        attach(here, Specs.TWO_ADDRESSES);
        attach(there, Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
    }

    @AfterEach
    void remove() {
        here.close();
        there.close();
    }

    private static void build(TestHost host, String... addresses) {
        for (String address : addresses) {
            host.ip("address add " + address + " dev und");
        }
        host.ip("link set und up");
        host.ip("link add bridge type bridge mcast_snooping 0");
        host.ip("link add tun type vxlan external dstport " + TunnelType.DEFAULT_VXLAN_PORT);
        host.ip("link add in type veth peer name port");
        for (String port : new String[] {"tun", "port"}) {
            host.ip("link set " + port + " master bridge");
        }
        for (String device : new String[] {"bridge", "tun", "port", "in"}) {
            host.ip("link set " + device + " up");
        }
    }

    private static void attach(TestHost host, FanProgramSpec spec) {
        int tunnel = host.index("tun");
        host.namespace().run(() -> {
            try (FanPrograms programs = FanPrograms.load(spec)) {
                programs.attach(tunnel);
            }
        });
    }

    /** The names of what is attached, in the calling thread's namespace. */
    private static FanPrograms.Names attached(int tunnel) {
        return new FanPrograms.Names(
                FanPrograms.attached(tunnel, Tcx.Hook.EGRESS).get(0).name(),
                FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0).name());
    }

    private static Map<Counter, Long> counters(TestHost host) {
        int tunnel = host.index("tun");
        return host.namespace()
                .call(() -> FanPrograms.counters(
                        FanPrograms.attached(tunnel, Tcx.Hook.EGRESS).get(0).countersMapId()));
    }

    /** Does something and waits until the counter has gone up by one; no other counter of that direction may. */
    private static void counts(TestHost host, Counter counter, Runnable action) {
        Map<Counter, Long> before = counters(host);
        action.run();
        long end = System.nanoTime() + DEADLINE_NANOS;
        Map<Counter, Long> now = counters(host);
        while (count(now, counter) == count(before, counter) && System.nanoTime() < end) {
            now = counters(host);
        }
        Map<Counter, Long> wanted = new EnumMap<>(before);
        wanted.merge(counter, 1L, Long::sum);
        wanted.keySet().removeIf(other -> other.isSend() != counter.isSend());
        now.keySet().removeIf(other -> other.isSend() != counter.isSend());
        assertThat(now).isEqualTo(wanted);
    }

    private static long count(Map<Counter, Long> counters, Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    private static void crosses(TestHost from, TestHost to, byte[] frame) {
        try (PacketSocket out = new PacketSocket(from, "in");
                PacketSocket in = new PacketSocket(to, "in")) {
            out.send(frame);
            in.receive("frame", received -> Arrays.equals(received, frame));
        }
    }

    private void refuses(Counter reason, String outerSource, int vni, byte[] inner) {
        counts(there, reason, () -> forge(outerSource, vni, inner));
    }

    /** Sends VXLAN (RFC 7348) from an underlay address of this host, around encap. */
    private void forge(String outerSource, int vni, byte[] inner) {
        here.namespace().call(() -> {
            byte[] payload = ByteBuffer.allocate(8 + inner.length)
                    .putInt(0x08000000)
                    .putInt(vni << 8)
                    .put(inner)
                    .array();
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(outerSource, 0))) {
                socket.send(new DatagramPacket(
                        payload, payload.length, InetAddress.getByName("10.0.0.56"), TunnelType.DEFAULT_VXLAN_PORT));
                return true;
            }
        });
    }

    @Test
    void framesCrossBothWays() {
        crosses(here, there, Frames.arpRequest(HERE, THERE));
        crosses(there, here, Frames.arpReply(THERE, HERE));
        crosses(here, there, Frames.ipv4(HERE, THERE));
        crosses(there, here, Frames.ipv4(THERE, HERE));
        assertThat(counters(here)).containsEntry(Counter.SENT, 2L).containsEntry(Counter.RECEIVED, 2L);
        assertThat(counters(there)).containsEntry(Counter.SENT, 2L).containsEntry(Counter.RECEIVED, 2L);
    }

    @Test
    void theOuterHeaderIsTheUbuntuFans() {
        byte[] inner = Frames.ipv4(HERE, THERE);
        byte[] outer = outer(inner);
        ByteBuffer bytes = ByteBuffer.wrap(outer);
        assertThat(Ipv4Address.of(bytes.getInt(26))).hasToString("10.0.0.45");
        assertThat(Ipv4Address.of(bytes.getInt(30))).hasToString("10.0.0.56");
        assertThat(outer[22]).as("TTL").isEqualTo((byte) 64);
        assertThat(outer[23]).as("protocol UDP").isEqualTo((byte) 17);
        assertThat(bytes.getShort(36)).as("port").isEqualTo((short) 8472);
        assertThat(bytes.getShort(40)).as("no UDP checksum").isZero();
        assertThat(bytes.getInt(42)).as("VXLAN flags").isEqualTo(0x08000000);
        assertThat(bytes.getInt(46) >>> 8).as("VNI").isEqualTo(VNI);
        assertThat(Arrays.copyOfRange(outer, 50, outer.length)).isEqualTo(inner);
    }

    @Test
    void theSecondAddressSendsForItsOwnSlice() {
        byte[] inner = Frames.ipv4("250.1.7.2", THERE);
        byte[] outer = outer(inner);
        assertThat(Ipv4Address.of(ByteBuffer.wrap(outer).getInt(26))).hasToString("10.0.1.7");
        crosses(here, there, inner);
        crosses(there, here, Frames.ipv4(THERE, "250.1.7.2"));
    }

    /** The frame as it crosses the underlay. */
    private byte[] outer(byte[] inner) {
        try (PacketSocket out = new PacketSocket(here, "in");
                PacketSocket underlay = new PacketSocket(there, "und")) {
            out.send(inner);
            return underlay.receive(
                    "VXLAN packet", frame -> frame.length == 50 + inner.length && frame[12] == 8 && frame[13] == 0);
        }
    }

    @Test
    void headersOutsideTheLinearPartAreGathered() {
        for (TestHost host : List.of(here, there)) {
            host.ip("link set und mtu 9100");
            host.ip("link set tun mtu 9000");
            host.ip("link set port mtu 9000");
            host.ip("link set in mtu 9000");
        }
        byte[] ipv4 = Arrays.copyOf(Frames.ipv4(HERE, THERE), 6000);
        byte[] arp = Arrays.copyOf(Frames.arpReply(HERE, THERE), 6000);
        try (PacketSocket out = new PacketSocket(here, "tun");
                PacketSocket in = new PacketSocket(there, "in")) {
            out.sendScattered(arp);
            in.receive("ARP", frame -> Arrays.equals(frame, arp));
            out.sendScattered(ipv4);
            // Where bridges filter, they cut an IPv4 frame to the length that its header tells.
            in.receive("IPv4", frame -> Arrays.equals(Arrays.copyOf(frame, 42), Arrays.copyOf(ipv4, 42)));
        }
        assertThat(counters(here)).containsEntry(Counter.SENT, 2L);
        assertThat(counters(there)).containsEntry(Counter.RECEIVED, 2L);
    }

    @Test
    void encapRefusesWhatAContainerMayNotSend() {
        // Straight into the tunnel: where bridges filter (br_netfilter), they drop some of these already.
        try (PacketSocket out = new PacketSocket(here, "tun")) {
            counts(here, Counter.SEND_SPOOFED, () -> out.sendInVain(Frames.ipv4("250.0.99.2", THERE)));
            counts(here, Counter.SEND_SPOOFED, () -> out.sendInVain(Frames.arpReply(THERE, THERE)));
            counts(here, Counter.SEND_OWN_SLICE, () -> out.sendInVain(Frames.arpRequest(HERE, "250.0.45.3")));
            counts(here, Counter.SEND_OWN_SLICE, () -> out.sendInVain(Frames.arpRequest(HERE, "250.1.7.3")));
            counts(here, Counter.SEND_NO_HOST, () -> out.sendInVain(Frames.ipv4(HERE, "250.255.255.1")));
            counts(here, Counter.SEND_OFF_OVERLAY, () -> out.sendInVain(Frames.ipv4(HERE, "10.0.0.56")));
            counts(here, Counter.SEND_IPV6, () -> out.sendInVain(Frames.other(0x86dd)));
            counts(here, Counter.SEND_OTHER, () -> out.sendInVain(Frames.other(0x88cc)));
            counts(here, Counter.SEND_VLAN, () -> out.sendInVain(Frames.tagged(0x8100, Frames.ipv4(HERE, THERE))));
            byte[] dhcp = Frames.to(Frames.BROADCAST, Frames.ipv4("0.0.0.0", "255.255.255.255"));
            counts(here, Counter.SEND_BROADCAST, () -> out.sendInVain(dhcp));
            byte[] mdns = Frames.to(Frames.MULTICAST, Frames.ipv4(HERE, "224.0.0.251"));
            counts(here, Counter.SEND_MULTICAST, () -> out.sendInVain(mdns));
            counts(here, Counter.SEND_MALFORMED, () -> out.sendInVain(Frames.cut(Frames.ipv4(HERE, THERE), 33)));
        }
        assertThat(counters(here)).containsEntry(Counter.SENT, 0L);
        assertThat(counters(there)).containsEntry(Counter.RECEIVED, 0L);
    }

    @Test
    void guardLetsAnHonestForgerInSoThatTheOtherCasesProveSomething() {
        byte[] honest = Frames.ipv4(HERE, THERE);
        try (PacketSocket in = new PacketSocket(there, "in")) {
            counts(there, Counter.RECEIVED, () -> forge("10.0.0.45", VNI, honest));
            in.receive("frame", frame -> Arrays.equals(frame, honest));
        }
    }

    @Test
    void guardRefusesWhatAHostMayNotSend() {
        try (PacketSocket in = new PacketSocket(there, "in")) {
            refuses(Counter.RECEIVE_SPOOFED, "10.0.0.45", VNI, Frames.ipv4("250.0.46.2", THERE));
            refuses(Counter.RECEIVE_SPOOFED, "10.0.1.7", VNI, Frames.ipv4(HERE, THERE));
            refuses(Counter.RECEIVE_SPOOFED, "10.0.0.45", VNI, Frames.arpReply("250.1.7.2", THERE));
            refuses(Counter.RECEIVE_SPOOFED, "10.0.0.45", VNI, Frames.ipv4("250.0.56.3", THERE));
            refuses(Counter.RECEIVE_SPOOFED, "10.0.0.45", VNI, Frames.ipv4("8.8.8.8", THERE));
            refuses(Counter.RECEIVE_NOT_LOCAL, "10.0.0.45", VNI, Frames.ipv4(HERE, "250.0.57.1"));
            refuses(Counter.RECEIVE_OTHER_VNI, "10.0.0.45", VNI + 1, Frames.ipv4(HERE, THERE));
            refuses(Counter.RECEIVE_VLAN, "10.0.0.45", VNI, Frames.tagged(0x8100, Frames.ipv4(HERE, THERE)));
            refuses(Counter.RECEIVE_IPV6, "10.0.0.45", VNI, Frames.other(0x86dd));
            byte[] broadcast = Frames.to(Frames.BROADCAST, Frames.ipv4(HERE, "255.255.255.255"));
            refuses(Counter.RECEIVE_BROADCAST, "10.0.0.45", VNI, broadcast);
            refuses(Counter.RECEIVE_MALFORMED, "10.0.0.45", VNI, Frames.cut(Frames.arpReply(HERE, THERE), 41));

            // Nothing of it got in: the first frame to be seen is the honest one.
            byte[] honest = Frames.ipv4(HERE, THERE);
            forge("10.0.0.45", VNI, honest);
            assertThat(in.receive("frame", frame -> true)).isEqualTo(honest);
        }
    }

    @Test
    void aSecondAddressReplacesTheProgramsAndTheCountersGoOn() {
        FanProgramSpec one = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56");
        FanProgramSpec two = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56", "10.0.0.57");
        crosses(here, there, Frames.ipv4(HERE, THERE));
        there.ip("address add 10.0.0.57/16 dev und");
        int tunnel = there.index("tun");
        there.namespace().run(() -> {
            assertThat(attached(tunnel)).isEqualTo(FanPrograms.names(one));
            AttachedProgram old = FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0);
            try (FanPrograms programs = FanPrograms.load(two, old.countersMapId())) {
                programs.attach(tunnel);
            }
            assertThat(attached(tunnel)).isEqualTo(FanPrograms.names(two));
            assertThat(FanPrograms.attached(tunnel, Tcx.Hook.INGRESS))
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found.role()).isEqualTo(AttachedProgram.Role.GUARD);
                        assertThat(found.countersMapId()).isEqualTo(old.countersMapId());
                    });
        });
        crosses(here, there, Frames.ipv4(HERE, "250.0.57.3"));
        assertThat(counters(there)).containsEntry(Counter.RECEIVED, 2L);
    }

    @Test
    void noFrameIsLostOrLetInWhileProgramsAreReplaced() throws IOException {
        FanProgramSpec one = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56");
        FanProgramSpec two = Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56", "10.0.0.57");
        int tunnel = there.index("tun");
        byte[] good = Frames.ipv4(HERE, THERE);
        byte[] bad = Frames.ipv4("250.0.46.2", THERE);
        int rounds = 100;
        int mapId = there.namespace()
                .call(() ->
                        FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0).countersMapId());
        Thread replacing = new Thread(() -> there.namespace().run(() -> {
            for (int i = 0; i < rounds; i++) {
                try (FanPrograms programs = FanPrograms.load(i % 2 == 0 ? two : one, mapId)) {
                    programs.attach(tunnel);
                }
            }
        }));
        replacing.start();
        int sent = 0;
        while (replacing.isAlive() || sent == 0) {
            forge("10.0.0.45", VNI, good);
            forge("10.0.0.45", VNI, bad);
            sent++;
        }
        long end = System.nanoTime() + DEADLINE_NANOS;
        Map<Counter, Long> now = counters(there);
        while (count(now, Counter.RECEIVED) + count(now, Counter.RECEIVE_SPOOFED) < 2L * sent
                && System.nanoTime() < end) {
            now = counters(there);
        }
        assertThat(now).containsEntry(Counter.RECEIVED, (long) sent).containsEntry(Counter.RECEIVE_SPOOFED, (long)
                sent);
    }

    @Test
    void withoutOurProgramNothingLeavesTheHost() {
        int tunnel = here.index("tun");
        here.namespace().run(() -> FanPrograms.detach(tunnel));
        try (PacketSocket out = new PacketSocket(here, "in");
                PacketSocket underlay = new PacketSocket(there, "und")) {
            out.send(Frames.ipv4(HERE, THERE)); // the tunnel has no address to send to and drops it
            forge("10.0.0.45", VNI, Frames.ipv4(HERE, "250.0.56.77"));
            byte[] first = underlay.receive("VXLAN packet", frame -> frame.length == 92 && frame[13] == 0);
            assertThat(Ipv4Address.of(ByteBuffer.wrap(first).getInt(80))).hasToString("250.0.56.77");
        }
    }
}
