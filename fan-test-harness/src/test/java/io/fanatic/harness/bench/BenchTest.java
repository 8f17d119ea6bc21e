package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.host.Sysctl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchTest {
    private static final Timing SHORT = new Timing(Duration.ofMillis(50), Duration.ofMillis(100));

    @Test
    void theThreePathsAreMeasuredInTurnsAndTheLabIsGoneAfterwards() {
        assumeTrue(LIBC.geteuid() == 0, "a lab is made of network namespaces, which need root");
        String name = "fant-" + ProcessHandle.current().pid() + "-bench";
        List<String> order = new ArrayList<>();

        Bench.Report report = new Bench(2, SHORT, List.of(new Load.Tcp(1)))
                .run(name, (number, total, load, path, sample) -> {
                    order.add(number + "/" + total + " " + path.name());
                    assertBridgeNetfilter(path, "0");
                });

        assertThat(order)
                .containsExactly(
                        "1/6 fan",
                        "2/6 plain VXLAN",
                        "3/6 bare underlay",
                        "4/6 plain VXLAN",
                        "5/6 bare underlay",
                        "6/6 fan");
        Comparison comparison = report.comparisons().get(0);
        for (Result result : List.of(comparison.fan(), comparison.plain(), comparison.bare())) {
            assertThat(result.samples()).hasSize(2).allMatch(sample -> sample.rate() > 0);
        }
        // Fan and plain VXLAN have the same MTU, which is the underlay's less the headers around it.
        assertThat(segments(comparison.plain())).isEqualTo(segments(comparison.fan()));
        assertThat(segments(comparison.bare()))
                .containsOnly(segments(comparison.fan()).get(0) + 50);
        assertThat(comparison.routes())
                .as("only beside a fan without encapsulation")
                .isEmpty();
        assertThat(report.bars()).containsExactly(new Bar(new Load.Tcp(1), Bench.PLAIN, 1.05));
        assertThat(report.conditions().innerMtu()).isEqualTo(report.conditions().underlayMtu() - 50);
        assertThat(Lab.names()).doesNotContain(name);
    }

    @Test
    void besideAFanWithoutEncapsulationAreStaticRoutesUnderEveryLoad() {
        assumeTrue(LIBC.geteuid() == 0, "a lab is made of network namespaces, which need root");
        String name = "fant-" + ProcessHandle.current().pid() + "-routes";
        List<Load> loads = List.of(new Load.Tcp(1), new Load.Udp(64), new Load.RoundTrips());

        Bench.Report report = new Bench(1, SHORT, loads, FanOptions.DEFAULT.withDirect(Direct.SEND), false, true)
                .run(name, (number, total, load, path, sample) -> assertBridgeNetfilter(path, "1"));

        assertThat(report.comparisons()).extracting(Comparison::load).isEqualTo(loads);
        for (Comparison each : report.comparisons()) {
            assertThat(each.results())
                    .extracting(Result::path)
                    .containsExactly(Bench.FAN, Bench.PLAIN, Bench.BARE, Bench.ROUTES);
            assertThat(each.results())
                    .allMatch(result -> result.samples().size() == 1
                            && result.samples().get(0).rate() > 0);
        }
        // On a busy machine the sender may not run at all in one short sample.
        assertThat(report.comparisons())
                .flatExtracting(Comparison::results)
                .anyMatch(result -> result.samples().get(0).cpu() > 0);
        Comparison oneFlow = report.comparisons().get(0);
        assertThat(segments(oneFlow.routes().orElseThrow()))
                .as("the underlay's own MTU")
                .isEqualTo(segments(oneFlow.bare()));
        assertThat(report.bars())
                .containsExactly(
                        new Bar(new Load.Tcp(1), Bench.PLAIN, 1.5),
                        new Bar(new Load.Tcp(1), Bench.ROUTES, 1.05),
                        new Bar(new Load.Udp(64), Bench.PLAIN, 1.5));
        assertThat(Lab.names()).doesNotContain(name);
    }

    @Test
    void aFanThatLeavesTheFastPathOutHasTheBarOfTheKernelsDevice() {
        assertThat(Bar.of(Direct.OFF, false)).containsExactly(new Bar(new Load.Tcp(1), Bench.PLAIN, 0.97));
        assertThat(Bar.of(Direct.ACCEPT, true)).isEqualTo(Bar.of(Direct.OFF, true));
    }

    /** On the hosts, which the bare underlay joins; where the kernel has br_netfilter. */
    private static void assertBridgeNetfilter(DataPath path, String value) {
        if (path.name().equals(Bench.BARE)) {
            assertThat(path.sender().namespace().call(() -> Sysctl.find("net/bridge/bridge-nf-call-iptables")))
                    .isIn(Optional.empty(), Optional.of(value));
        }
    }

    private static List<Integer> segments(Result result) {
        return result.samples().stream().map(Sample::segment).toList();
    }
}
