package io.fanatic.harness.proof;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.report.Report;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-s";

    @BeforeEach
    void needsRoot() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
    }

    @Test
    void aSmallLabIsTriedWhole() {
        try (Lab lab = Lab.up(LabSpec.named(NAME).withHosts(3).withContainers(2))) {
            Selection selection = Selection.sensible(lab);
            assertThat(selection.pairs()).hasSize(9 * 8).doesNotHaveDuplicates();
            assertThat(selection.throughput()).isEqualTo(selection.pairs());
            assertThat(selection.notes()).isEmpty();
        }
    }

    @Test
    void ofVeryManyContainersEachTakesPartOnceEachWayWithOneOnAnotherHost() {
        try (Lab lab = Lab.up(LabSpec.named(NAME).withHosts(4).withContainers(163))) {
            Selection selection = Selection.sensible(lab);
            assertThat(selection.pairs()).hasSize(4 * 3 + 4 * 163).doesNotHaveDuplicates();
            for (Function<NodePair, LabNode> end : List.<Function<NodePair, LabNode>>of(NodePair::from, NodePair::to)) {
                assertThat(selection.pairs().stream().map(end).filter(LabContainer.class::isInstance))
                        .containsExactlyInAnyOrderElementsOf(lab.containers());
            }
            assertThat(selection.pairs())
                    .allSatisfy(pair -> assertThat(pair.from().host().number())
                            .isNotEqualTo(pair.to().host().number()));
            assertThat(selection.notes()).singleElement().asString().contains("Of 429680 pairs 664 were tried");
            assertThat(Selection.everything(lab).pairs()).hasSize(656 * 655);
        }
    }

    /** 40 hosts would need 3120 entries of the 1024 that the kernel has for all namespaces. */
    @Test
    void aMatrixOfManyHostsDoesNotOverflowTheArpTableThatAllNamespacesShare() {
        try (Lab lab = Lab.up(LabSpec.named(NAME).withHosts(40).withContainers(0));
                Proof proof = new Proof(lab)) {
            lab.fanUp(FanControl.embedded());
            TestRun run = new TestRun(lab, Selection.sensible(lab), proof);
            assertThat(run.pings()).hasSize(40 * 39).allMatch(Check::ok);
            assertThat(run.data()).hasSize(40 * 39).allMatch(Check::ok);
            Report report = run.report();
            assertThat(report.ok()).isTrue();
            assertThat(report.pairs()).hasSize(40 * 39);
            long left = lab.hosts().stream()
                    .mapToLong(host -> host.namespace().<Integer>call(() -> {
                        try (NetlinkSocket netlink = NetlinkSocket.open()) {
                            return (int) new Neighbours(netlink)
                                    .list().stream()
                                            .filter(each -> !each.noArp())
                                            .count();
                        }
                    }))
                    .sum();
            assertThat(left).as("entries left in the shared table").isLessThan(40);
        }
    }

    @Test
    void hostsStandWhereTheyWereToldAndTakePartInEachFan() {
        FanMapping first = FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("192.168.1.0/24"));
        FanMapping second = FanMapping.of(Ipv4Prefix.parse("251.0.0.0/8"), Ipv4Prefix.parse("192.168.1.0/24"));
        LabSpec spec = new LabSpec(NAME, first, 1, 1, 1500)
                .withFans(List.of(first, second))
                .withHostsAt(List.of(
                        Ipv4Prefix.parse("192.168.1.0/24").network().plus(20),
                        Ipv4Prefix.parse("192.168.1.0/24").network().plus(10)));
        try (Lab lab = Lab.up(spec);
                Proof proof = new Proof(lab)) {
            assertThat(lab.containers().stream()
                            .collect(Collectors.toMap(
                                    LabContainer::name, each -> each.address().toString())))
                    .containsEntry("h1c1", "250.20.0.2")
                    .containsEntry("h1c2", "251.20.0.2")
                    .containsEntry("h2c2", "251.10.0.2")
                    .hasSize(4);
            assertThat(Lab.find(NAME).orElseThrow().spec()).isEqualTo(spec);
            lab.fanUp(FanControl.embedded());
            List<NodePair> pairs = Selection.everything(lab).pairs();
            assertThat(pairs).hasSize(2 * 4 * 3);
            assertThat(proof.pings(pairs)).allMatch(Check::ok);
            assertThat(proof.transfers(pairs, 100_000)).allMatch(Check::ok);
            lab.fanDown(FanControl.embedded());
        }
    }
}
