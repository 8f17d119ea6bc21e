package io.fanatic.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Checksummed data through the programs as large segments, which the kernel cuts after encap has seen them, and as single packets, with
 * checksums left to the devices and without.
 *
 * <pre>
 *   h1c1 eth0 -- h1c1 fan-250 ftun-250 -- eth0 h1 ---- h2 eth0 -- ftun-250 fan-250 h2c1 -- eth0 h2c1
 * </pre>
 */
@FanLab(hosts = 2, containers = 1)
class OffloadTest {
    private static final long BYTES = 4 << 20;
    private static final int SEGMENT = 1398;
    private static final String ALL_ON = "tx on sg on tso on gso on gro on";

    @AfterEach
    void allOn(Lab lab) {
        everywhere(lab, ALL_ON);
    }

    // TESTING.md F22
    @Test
    void bytesArriveWhateverTheDevicesTakeOffTheKernel(Lab lab) {
        for (String features : List.of(
                ALL_ON,
                "tso off",
                "tso off gso off gro off",
                "gro off",
                "tx off",
                "tx off gro off",
                "tx off tso off gso off gro off")) {
            everywhere(lab, ALL_ON);
            everywhere(lab, features);
            long before = sent(lab);
            bothWays(lab, features);
            long packets = sent(lab) - before;
            // A segment of up to 64 KiB is one packet to encap; the host's end of the cable makes such ones, too (GRO).
            boolean large = features.equals(ALL_ON);
            boolean single = features.contains("gso off gro off");
            if (large) {
                assertThat(packets).as(features).isLessThan(BYTES / SEGMENT);
            }
            if (single) {
                assertThat(packets).as(features).isGreaterThanOrEqualTo(BYTES / SEGMENT);
            }
        }
    }

    private static void bothWays(Lab lab, String features) {
        LabNode one = lab.containers().get(0);
        LabNode other = lab.containers().get(1);
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.transfers(List.of(new NodePair(one, other), new NodePair(other, one)), BYTES))
                    .allSatisfy(check -> assertThat(check.ok())
                            .as(features + ": " + check.sentence())
                            .isTrue());
        }
    }

    /** Frames that encap of the first host has sent. */
    private static long sent(Lab lab) {
        FanNetwork network = FanNetwork.onThisHost().in(lab.hosts().get(0).namespace());
        Fan fan = network.list().get(0);
        return network.counters(fan).getOrDefault(Counter.SENT, 0L);
    }

    private static void everywhere(Lab lab, String features) {
        for (LabContainer container : lab.containers()) {
            set(container, Lab.INTERFACE, features);
            set(container.host(), container.name(), features);
            set(container.host(), Lab.INTERFACE, features);
        }
    }

    private static void set(LabNode node, String device, String features) {
        node.exec("sh", "-c", "ethtool -K " + device + " " + features).orThrow();
    }
}
