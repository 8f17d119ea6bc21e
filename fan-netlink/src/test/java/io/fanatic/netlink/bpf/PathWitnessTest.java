package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fanatic.core.Counter;
import io.fanatic.netlink.host.DeviceStatistics;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stops packets of the kernel's device stops those of the fast path too, by itself and soon; what lets them pass again opens it again. */
@KernelTest
class PathWitnessTest extends TwoHosts {
    private static final int FRAMES = 20;
    private static final byte[] FRAME = Frames.ipv4(HERE, THERE);
    private static final byte[] LAST = Frames.ipv4(HERE, "250.0.56.10");

    @BeforeEach
    void theFastPath() {
        FastPathTest.attachFast(here, Specs.TWO_ADDRESSES);
        FastPathTest.attachFast(there, Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56"));
        crosses(here, there, FRAME);
        untilFewGoByTheKernelsDevice();
    }

    private void send(PacketSocket container) {
        for (int i = 0; i < FRAMES; i++) {
            container.send(FRAME);
        }
    }

    private void untilFewGoByTheKernelsDevice() {
        try (PacketSocket container = new PacketSocket(here, "in")) {
            until("few frames go by the kernel's device", () -> {
                long before = DeviceStatistics.sent(here.namespace(), "tun");
                send(container);
                return DeviceStatistics.sent(here.namespace(), "tun") - before < FRAMES / 2;
            });
            until("few frames come by the kernel's device", () -> {
                long before = DeviceStatistics.received(there.namespace(), "tun");
                send(container);
                return DeviceStatistics.received(there.namespace(), "tun") - before < FRAMES / 2;
            });
        }
    }

    private static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("not true: " + what);
            }
        }
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
                send(container);
                return received() == before;
            });
            long before = received();
            send(container);
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
