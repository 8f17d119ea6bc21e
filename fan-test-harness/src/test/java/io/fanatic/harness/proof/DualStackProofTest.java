package io.fanatic.harness.proof;

import static io.fanatic.harness.lab.DualStackFans.OVERLAY6;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.DualStackFans;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabNode;
import io.fanatic.harness.probe.Progress;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.format.JsonReport;
import io.fanatic.harness.report.format.JsonReportReader;
import io.fanatic.harness.report.format.ReportFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three hosts with a container each; the fan of the third has IPv4 alone. */
@FanLab(hosts = 3, containers = 1, fan = false)
class DualStackProofTest {
    private Lab lab;

    @BeforeEach
    void bringUp(Lab lab) {
        this.lab = lab;
        DualStackFans.up(lab);
        lab.containers().forEach(lab::detach);
        lab.attachAll();
    }

    @Test
    void thoseWithAnIpv6OverlayReachEachOtherByIt() {
        List<NodePair> all = Selection.everything(lab).pairs();
        List<NodePair> pairs = Proof.byIpv6(all);
        // Two hosts and two containers to each other; the third host's two are left out.
        assertThat(all).hasSize(30);
        assertThat(pairs).hasSize(12).allMatch(pair -> pair.family() == IpFamily.IPV6);
        LabNode container = lab.containers().get(1);
        assertThat(container.ipv6Address(OVERLAY6)).hasToString("fd00:fa:0:2::2");
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.pings(pairs))
                    .allSatisfy(
                            check -> assertThat(check.ok()).as(check.sentence()).isTrue())
                    .extracting(check -> check.result().target())
                    .contains(IpAddress.parse("fd00:fa:0:2::2"));
            assertThat(proof.transfers(pairs, 300_000))
                    .allSatisfy(
                            check -> assertThat(check.ok()).as(check.sentence()).isTrue());
        }
    }

    @Test
    void theReportHasStagesOfBothFamiliesAndAFailureOfOneMarksItsMapAlone(@TempDir Path directory) throws Exception {
        lab.hosts()
                .get(1)
                .exec(
                        "sh",
                        "-e",
                        "-c",
                        "nft add table ip6 t; nft 'add chain ip6 t in { type filter hook input priority 0; policy drop; }'")
                .orThrow();
        Report report;
        try (Proof proof = new Proof(lab, Duration.ofSeconds(2), Progress.UNHEARD)) {
            report = new TestRun(lab, Selection.sensible(lab), proof).runAll().report();
        }
        lab.hosts().get(1).exec("nft", "delete table ip6 t").orThrow();

        assertThat(JsonReportReader.read(JsonReport.of(report))).isEqualTo(report);
        for (Pair pair : report.pairs()) {
            boolean ipv6 = !pair.title().contains("h3");
            // Its container too, whose neighbour advertisements the host does not hear.
            boolean cut = ipv6 && pair.title().contains("h2");
            assertThat(pair.stages())
                    .as(pair.title())
                    .extracting(Stage::name)
                    .containsExactlyElementsOf(
                            ipv6
                                    ? List.of("ping", "data", "throughput", "IPv6 ping", "IPv6 data", "IPv6 throughput")
                                    : List.of("ping", "data", "throughput"));
            assertThat(pair.stages().subList(0, 3)).allMatch(stage -> stage.outcome() == Outcome.OK);
            assertThat(pair.outcome()).as(pair.title()).isEqualTo(cut ? Outcome.FAILED : Outcome.OK);
        }
        ReportFiles.write(report, directory);
        String page = Files.readString(directory.resolve("report.html"));
        assertThat(page).contains("id=\"rtt\"", "id=\"rtt-ipv6\"", "id=\"throughput-ipv6\"", "Round trip time, IPv6");
        assertThat(map(page, "rtt")).doesNotContain("<td class=\"bad");
        assertThat(map(page, "rtt-ipv6")).contains("<td class=\"bad");
    }

    private static String map(String page, String id) {
        int start = page.indexOf("id=\"" + id + "\"");
        return page.substring(start, page.indexOf("</figure>", start));
    }
}
