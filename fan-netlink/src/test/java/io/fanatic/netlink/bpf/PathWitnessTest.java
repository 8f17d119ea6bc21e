package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What stops packets of the kernel's device stops those of the fast path too, by itself and soon; what lets them pass again opens it again. What
 * stops or translates new flows only meets each new flow of a host from its first packet, and leaves the older ones on the fast path.
 */
@KernelTest
class PathWitnessTest extends TwoHosts {
    private static final byte[] FRAME = Frames.ipv4(HERE, THERE);
    private static final byte[] LAST = Frames.ipv4(HERE, "250.0.56.10");

    /** Of the same flow, to be told from it. */
    private static final byte[] BEFORE = ofTheSameFlow(2);

    private static final byte[] AFTER = ofTheSameFlow(3);

    private static final int NEW_FLOWS = 20;

    @BeforeEach
    void theFastPath() {
        FastPathTest.attachFast(here, Specs.TWO_ADDRESSES);
        FastPathTest.attachFast(there, Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
        crosses(here, there, FRAME);
        untilFewGoByTheKernelsDevice();
    }

    /** With another identification. */
    private static byte[] ofTheSameFlow(int identification) {
        ByteBuffer frame = ByteBuffer.wrap(FRAME.clone())
                .putShort(18, (short) identification)
                .putShort(24, (short) 0);
        return frame.putShort(24, (short) Frames.checksum(frame, 14, 34)).array();
    }

    private void untilFewGoByTheKernelsDevice() {
        untilFewGoByTheKernelsDevice(FRAME);
    }

    private long received() {
        return count(counters(there), Counter.RECEIVED);
    }

    private void stops(TestHost host, String add, String delete) {
        host.exec("sh", "-e", "-c", add);
        try (PacketSocket container = new PacketSocket(here, "in")) {
            // Nothing vouches any more: once closed it stays closed.
            until("no frame arrives in spite of: " + add, () -> {
                long before = received();
                send(container, FRAME);
                return received() == before;
            });
            long before = received();
            send(container, FRAME);
            host.exec("sh", "-e", "-c", delete);
            crosses(here, there, LAST); // what was sent before it has arrived, or never will
            assertThat(received() - before).isEqualTo(1);
        }
        untilFewGoByTheKernelsDevice();
    }

    private static String rule(String hook, String words) {
        return "nft 'table ip t { chain c { type filter hook " + hook + " priority 0; " + words + "; }; }'";
    }

    private static final String NO_RULE = "nft delete table ip t";

    /** Each is a flow of its own to the network between hosts: it has another source port than the old one. */
    private static List<byte[]> newFlows() {
        List<byte[]> flows = new ArrayList<>();
        int old = SourcePorts.DEFAULT.of(BpfFeatures.hash(FRAME));
        for (int last = 20; flows.size() < NEW_FLOWS; last++) {
            byte[] flow = Frames.ipv4(HERE, "250.0.56." + last);
            if (SourcePorts.DEFAULT.of(BpfFeatures.hash(flow)) != old) {
                flows.add(flow);
            }
        }
        return flows;
    }

    /** Three frames of each new flow among those of the old one; none of them may arrive. The old flow goes on, on the fast path. */
    private void stopsNewFlowsOnly(TestHost host, String before, String rule) {
        List<byte[]> newFlows = newFlows();
        host.exec("sh", "-e", "-c", before);
        long end = System.nanoTime() + 200_000_000;
        try (PacketSocket container = new PacketSocket(here, "in")) {
            while (System.nanoTime() < end) { // until what has vouched before counts no more
                send(container, FRAME);
            }
            untilFewGoByTheKernelsDevice();
            host.exec("sh", "-e", "-c", rule);
            crosses(here, there, BEFORE);
            long received = received();
            for (int round = 0; round < 3; round++) {
                for (byte[] flow : newFlows) {
                    container.send(BEFORE); // vouches for its own flow only, on whatever CPU this is
                    container.send(flow);
                }
            }
            crosses(here, there, AFTER);
            long ofTheOldFlow = 3 * NEW_FLOWS + 1;
            until("the old flow arrives", () -> received() - received >= ofTheOldFlow);
            assertThat(received() - received).as("frames of the old flow alone").isEqualTo(ofTheOldFlow);
        }
        untilFewGoByTheKernelsDevice();
    }

    /** Connection tracking tells what has passed the second chain before. */
    @Test
    void aRuleForNewFlowsThatComeIn() {
        stopsNewFlowsOnly(
                there,
                rule("input", "ct mark set 1"),
                "nft 'table ip t { chain d { type filter hook prerouting priority 0; udp dport 8472 ct mark 0 drop; }; }'");
    }

    @Test
    void aRuleForNewFlowsThatGoOut() {
        stopsNewFlowsOnly(
                here,
                rule("postrouting", "ct mark set 1"),
                "nft 'table ip t { chain d { type filter hook output priority 0; udp dport 8472 ct mark 0 drop; }; }'");
    }

    /** To another address of the same host, so that the other one's guard takes it for the wrong owner's. */
    @Test
    void aTranslationOfNewFlowsThatGoOut() {
        stopsNewFlowsOnly(
                here,
                "nft 'table ip t { chain n { type nat hook postrouting priority 100; udp dport 1 snat to 10.0.1.7; }; }'",
                "nft add rule ip t n udp dport 8472 snat to 10.0.1.7");
    }

    /** The port that a flow leaves from is not the one that encap would write. */
    @Test
    void aTranslationOfPortsThatGoOut() {
        here.exec(
                "sh",
                "-e",
                "-c",
                "nft 'table ip t { chain n { type nat hook postrouting priority 100; udp dport 8472 snat to"
                        + " 10.0.0.45:40000-40100; }; }'");
        try (PacketSocket container = new PacketSocket(here, "in");
                PacketSocket underlay = new PacketSocket(there, "und")) {
            List<byte[]> flows = newFlows();
            for (int round = 0; round < 3; round++) {
                for (byte[] frame : flows) {
                    container.send(frame);
                    byte[] outer = underlay.receive(
                            "packet",
                            packet -> packet.length == 50 + frame.length
                                    && Arrays.equals(packet, 50, packet.length, frame, 0, frame.length));
                    assertThat(ByteBuffer.wrap(outer).getShort(34) & 0xffff)
                            .as("source port")
                            .isBetween(40000, 40100);
                }
            }
        }
    }

    @Test
    void aRuleForWhatComesIn() {
        stops(there, rule("input", "udp dport 8472 ip saddr 10.0.0.45 drop"), NO_RULE);
    }

    @Test
    void aRuleBeforeRouting() {
        stops(there, rule("prerouting", "ip saddr 10.0.0.0/24 drop"), NO_RULE);
    }

    @Test
    void aRuleForWhatGoesOut() {
        stops(here, rule("output", "udp dport 8472 drop"), NO_RULE);
    }

    @Test
    void aPolicyThatDrops() {
        stops(there, rule("input", "policy drop"), NO_RULE);
    }

    @Test
    void iptables() {
        stops(there, "iptables-nft -A INPUT -p udp --dport 8472 -j DROP", "iptables-nft -F INPUT");
    }

    @Test
    void ipsecThatBlocksWhatGoesOut() {
        String policy = "src 10.0.0.45 dst 10.0.0.56 proto udp dport 8472 dir out";
        stops(here, "ip xfrm policy add " + policy + " action block", "ip xfrm policy del " + policy);
    }

    @Test
    void ipsecThatRequiresEncryptionOfWhatGoesOut() {
        String policy = "src 10.0.0.45 dst 10.0.0.56 dir out";
        stops(here, "ip xfrm policy add " + policy + " tmpl proto esp mode transport", "ip xfrm policy del " + policy);
    }

    @Test
    void ipsecThatRequiresEncryptionOfWhatComesIn() {
        String policy = "src 10.0.0.45 dst 10.0.0.56 dir in";
        stops(there, "ip xfrm policy add " + policy + " tmpl proto esp mode transport", "ip xfrm policy del " + policy);
    }
}
