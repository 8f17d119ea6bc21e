package io.fanatic.harness.proof;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.netlink.FanNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Without encapsulation on a segment, by VXLAN from one to the other:
 *
 * <pre>
 *   h1 10.0.1.1 --+-- router --+-- 10.0.2.1 h3
 *   h2 10.0.1.2 --+            +-- 10.0.2.2 h4
 * </pre>
 */
class RoutedSegmentsTest {
    private static final LabSpec SPEC = LabSpec.named(
                    "segments-" + ProcessHandle.current().pid())
            .withHostsAt(Stream.of("10.0.1.1", "10.0.1.2", "10.0.2.1", "10.0.2.2")
                    .map(Ipv4Address::parse)
                    .toList())
            .withSegments(24)
            .withContainers(1);

    @Test
    void hostsAndContainersOnBothSidesOfARouterReachEachOther() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
        try (Lab lab = Lab.up(SPEC)) {
            lab.hosts().forEach(new EmbeddedFan(FanOptions.DEFAULT.withDirect(Direct.ACCEPT))::up);
            lab.fanUp(new EmbeddedFan(FanOptions.DEFAULT.withDirect(Direct.SEND)));
            List<NodePair> pairs = Selection.everything(lab).pairs();
            try (Proof proof = new Proof(lab)) {
                assertThat(proof.pings(pairs)).hasSize(8 * 7).allMatch(Check::ok);
                assertThat(proof.transfers(pairs, Proof.LONG)).hasSize(8 * 7).allMatch(Check::ok);
            }
            for (LabHost host : lab.hosts()) {
                Map<Counter, Long> counters = counters(host);
                // 6 hosts and containers are elsewhere, and only 2 of them on the segment: all TCP is for all of them.
                assertThat(counters.get(Counter.SENT_DIRECT)).isGreaterThan(100);
                assertThat(counters.get(Counter.SENT)).isGreaterThan(100);
                assertThat(counters.get(Counter.RECEIVE_SPOOFED)).isZero();
                assertThat(counters.get(Counter.RECEIVE_NO_NEIGHBOUR)).isZero();
            }
            assertThat(stage(lab, "10.0.1.2")).isEqualTo("packets without encapsulation pass both ways");
            assertThat(stage(lab, "10.0.2.1"))
                    .isEqualTo("behind the router 10.0.1.254: packets to it are encapsulated");
        }
    }

    private static String stage(Lab lab, String address) {
        ReachSpec spec = ReachSpec.DEFAULT
                .withTimeout(Duration.ofSeconds(10))
                .withPings(2)
                .withoutData()
                .withThroughput(Optional.empty());
        try (Reach reach = Reach.from(lab.hosts().get(0).namespace())) {
            PeerReport report = reach.test(Ipv4Address.parse(address), spec);
            assertThat(report.ok()).as(report.toString()).isTrue();
            return report.stages().get(1).sentence();
        }
    }

    private static Map<Counter, Long> counters(LabHost host) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        return network.counters(network.list().get(0));
    }
}
