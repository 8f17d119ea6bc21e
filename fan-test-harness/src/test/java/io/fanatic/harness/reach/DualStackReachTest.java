package io.fanatic.harness.reach;

import static io.fanatic.harness.lab.DualStackFans.OVERLAY6;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.fanatic.core.FanSlice;
import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.OverlayMapping;
import io.fanatic.harness.Condition;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.DualStackFans;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.report.format.JsonReport;
import io.fanatic.harness.report.format.JsonReportReader;
import io.fanatic.harness.serve.Responder;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The first host tests the others by both families; the fan of the third has IPv4 alone.
 *
 * <pre>
 *   h1 10.0.0.1                    h2 10.0.0.2                    h3 10.0.0.3
 *   fan-250 250.0.1.1              fan-250 250.0.2.1              fan-250 250.0.3.1
 *           fd00:fa:0:1::1                 fd00:fa:0:2::1
 * </pre>
 */
@FanLab(hosts = 3, containers = 0, fan = false)
class DualStackReachTest {
    private static final Ipv4Address H2 = Ipv4Address.parse("10.0.0.2");
    private static final IpAddress H2_IPV6 = IpAddress.parse("fd00:fa:0:2::1");
    private static final ReachSpec SPEC = ReachSpec.DEFAULT.withPings(3).withThroughput(Optional.empty());
    private static final List<String> BY_IPV4 =
            List.of("ping", "path MTU", "echo, short", "echo, long", "echo, UDP", "discard");

    private final Probes probes = Probes.open();
    private final List<Responder> responders = new ArrayList<>();
    private Lab lab;

    @BeforeEach
    void bringUp(Lab lab) {
        this.lab = lab;
        DualStackFans.up(lab);
        for (LabHost host : lab.hosts()) {
            for (Fan fan : FanNetwork.onThisHost().in(host.namespace()).list()) {
                FanSlice slice = fan.slices().get(0);
                serve(host, fan.mapping(), slice);
                fan.ipv6().ifPresent(mapping -> serve(host, mapping, slice));
            }
        }
        for (IpAddress address : List.of(H2, IpAddress.parse("10.0.0.3"))) {
            Ping ping = Ping.to(address).withCount(1).withTimeout(Duration.ofMillis(200));
            Condition.await(
                    "the cables carry",
                    () -> ping.start(probes, lab.hosts().get(0).namespace())
                            .join()
                            .ok());
        }
    }

    private void serve(LabHost host, OverlayMapping mapping, FanSlice slice) {
        ResponderSpec spec = ResponderSpec.at(mapping.hostAddressOf(slice.underlayAddress()), mapping.overlay())
                .of(mapping);
        responders.add(Responder.start(probes, host.namespace(), spec, line -> {}));
    }

    @AfterEach
    void stop() {
        responders.forEach(Responder::close);
        probes.close();
    }

    private PeerReport test(IpAddress address) {
        try (Reach reach = Reach.from(lab.hosts().get(0).namespace())) {
            return reach.test(address, SPEC);
        }
    }

    private static List<String> names(PeerReport report) {
        return report.stages().stream().map(Stage::name).toList();
    }

    private static List<String> both() {
        List<String> both = new ArrayList<>(BY_IPV4);
        BY_IPV4.forEach(name -> both.add("IPv6 " + name));
        return both;
    }

    @Test
    void aPeerWithIpv6IsTestedByBothFamiliesWhateverAddressItIsNamedBy() {
        for (IpAddress address : List.of(H2, H2_IPV6, IpAddress.parse("fd00:fa:0:2::77"))) {
            PeerReport report = test(address);
            assertThat(report.explanation()).as(address.toString()).isEmpty();
            assertThat(report.ok()).isTrue();
            assertThat(report.peer().orElseThrow().underlay()).isEqualTo(H2);
            assertThat(names(report)).containsExactlyElementsOf(both());
            assertThat(report.stages()).allMatch(Stage::ok);
            Stage.PathMtu mtu = (Stage.PathMtu) ((Stage.ByIpv6) report.stages().get(7)).stage();
            assertThat(mtu.largest()).isEqualTo(1450);
            assertThat(mtu.result().target()).isEqualTo(H2_IPV6);
        }
    }

    @Test
    void jsonAndReportTellTheFamilyOfWhatWasTriedByIpv6() {
        PeerReport report = test(H2);
        JsonObject json = ReachJson.of(report);
        assertThat(json.get("overlay6").getAsString()).isEqualTo(H2_IPV6.toString());
        for (int i = 0; i < 12; i++) {
            JsonObject stage = json.getAsJsonArray("stages").get(i).getAsJsonObject();
            assertThat(stage.has("family")).isEqualTo(i >= 6);
            assertThat(stage.has("sent")).isEqualTo(i % 6 < 2);
        }
        var page = JsonReportReader.read(JsonReport.of(ReachReport.of(List.of(report), System.nanoTime())));
        assertThat(page.ok()).isTrue();
        assertThat(page.pairs().get(0).stages())
                .filteredOn(stage -> stage.family() == IpFamily.IPV6)
                .extracting(io.fanatic.harness.report.Stage::name)
                .containsExactlyElementsOf(both().subList(6, 12));
        assertThat(page.pairs().get(0).stages().get(6).measured().rtt()).isPresent();
    }

    /** A mixed overlay is nothing wrong. */
    @Test
    void aPeerWithoutIpv6PassesAndASentenceSaysSo() {
        PeerReport report = test(Ipv4Address.parse("10.0.0.3"));
        assertThat(report.explanation()).isEmpty();
        assertThat(report.ok()).isTrue();
        assertThat(names(report).subList(0, 6)).containsExactlyElementsOf(BY_IPV4);
        assertThat(report.stages()).hasSize(7);
        Stage ipv6 = report.stages().get(6);
        assertThat(ipv6.status()).isEqualTo(Stage.Status.SKIPPED);
        assertThat(ipv6.sentence())
                .isEqualTo("10.0.0.3 answers nothing at fd00:fa:0:3::1: its fan is up without this IPv6 overlay, or a"
                        + " filter drops IPv6");
    }

    @Test
    void whatIsWrongByIpv6AloneIsExplained() {
        for (String[] each : new String[][] {
            {"icmpv6 type echo-request drop", "ipv6-ping", "answers TCP and no ping"},
            {"icmpv6 type echo-request meta length > 1300 drop", "mtu", "packets of up to 1300 bytes pass"},
            {"tcp dport 7 reject with tcp reset", "no-responder", "nothing listens for echo (port 7)"}
        }) {
            LabHost there = lab.hosts().get(1);
            there.exec(
                            "sh",
                            "-e",
                            "-c",
                            "nft add table ip6 t; nft 'add chain ip6 t in { type filter hook input priority 0; }';"
                                    + " nft 'add rule ip6 t in " + each[0] + "'")
                    .orThrow();
            PeerReport report = test(H2);
            there.exec("nft", "delete table ip6 t").orThrow();
            assertThat(report.stages().subList(0, 6)).as(each[0]).allMatch(Stage::ok);
            assertThat(report.ok()).as(each[0]).isFalse();
            Explanation why = report.explanation().orElseThrow();
            assertThat(why.code()).as(each[0]).isEqualTo(each[1]);
            assertThat(why.sentence()).contains(each[2]);
        }
    }

    @Test
    void aRouteOfThisHostThatDoesNotLeadThereIsNamed() {
        LabHost here = lab.hosts().get(0);
        here.exec("ip", "-6", "route", "del", OVERLAY6.toString()).orThrow();
        assertThat(test(H2).explanation().orElseThrow().code()).isEqualTo("no-route");
        here.exec("sh", "-e", "-c", "ip -6 address add fd00:fb::1/64 dev eth0; ip -6 route add default via fd00:fb::2")
                .orThrow();
        assertThat(test(H2).explanation().orElseThrow().sentence())
                .isEqualTo("this host sends what is for fd00:fa:0:2::1 to eth0 instead of fan-250");
        here.exec("ip", "-6", "address", "del", "fd00:fb::1/64", "dev", "eth0").orThrow();
    }
}
