package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What both programs do to frames on real tunnels. */
@KernelTest
class FanTunnelTest extends TwoHosts {
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
        Needs.localAddress();
        byte[] inner = Frames.ipv4("250.1.7.2", THERE);
        byte[] outer = outer(inner);
        assertThat(Ipv4Address.of(ByteBuffer.wrap(outer).getInt(26))).hasToString("10.0.1.7");
        crosses(here, there, inner);
        crosses(there, here, Frames.ipv4(THERE, "250.1.7.2"));
        try (PacketSocket out = new PacketSocket(here, "tun")) {
            counts(here, Counter.SEND_OWN_SLICE, () -> out.sendInVain(Frames.arpRequest(HERE, "250.1.7.3")));
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
}
