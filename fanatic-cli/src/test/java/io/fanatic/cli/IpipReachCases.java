package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Transport;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.reach.Explanation;
import io.fanatic.harness.reach.PeerReport;
import io.fanatic.harness.reach.Reach;
import io.fanatic.harness.reach.ReachSpec;
import io.fanatic.harness.reach.Stage;
import io.fanatic.harness.serve.Responder;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.netlink.host.Sysctl;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code fanatic test host} on IPIP fans, on kernels that have IPIP; run by scripts/test-kernels.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      ftun0, fan-250 250.0.1.1                ftun0, fan-250 250.0.2.1
 * </pre>
 */
class IpipReachCases {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final Ipv4Address UNDERLAY = Ipv4Address.parse("10.0.0.2");
    private static final Ipv4Address OVERLAY = Ipv4Address.parse("250.0.2.1");
    private static final Transport CARRIER = new Transport.Ipip();
    private static final FanControl IPIP =
            new EmbeddedFan(FanOptions.DEFAULT.withType(TunnelType.IPIP).withNat(false));
    private static final FanControl VXLAN = new EmbeddedFan(FanOptions.DEFAULT.withNat(false));
    private static final ReachSpec SPEC = ReachSpec.DEFAULT
            .withPings(3)
            .withTimeout(Duration.ofMillis(600))
            .withThroughput(Optional.of(IperfSpec.tcp().withTestLength(TestLength.bytes(4 << 20))));

    private Lab lab;
    private LabHost h1;
    private LabHost h2;

    @BeforeEach
    void labOfTwoHosts() {
        // With the strict filter a host answers no request that comes by the wrong way, and so does not show what it
        // sends.
        Sysctl.write("net.ipv4.conf.all.rp_filter", "0");
        Sysctl.write("net.ipv4.conf.default.rp_filter", "0");
        lab = Lab.up(new LabSpec("ipipreach", FAN, 2, 0, 1500));
        h1 = lab.hosts().get(0);
        h2 = lab.hosts().get(1);
        IPIP.up(h1);
    }

    @AfterEach
    void sweep() {
        lab.close();
    }

    private PeerReport test() {
        try (Reach reach = Reach.from(h1.namespace())) {
            return reach.test(UNDERLAY, SPEC);
        }
    }

    private Explanation explained() {
        PeerReport report = test();
        assertThat(report.ok()).isFalse();
        Explanation why = report.explanation().orElseThrow();
        assertThat(why.sentence()).doesNotContain("VNI", "port ");
        return why;
    }

    /** This kernel may have no nftables for IPv4. */
    private static void filter(LabHost host, String rule) {
        host.exec(("iptables-legacy " + rule).split(" ")).orThrow();
    }

    @Test
    void aHealthyPeerPassesEveryStage() {
        IPIP.up(h2);
        try (Probes probes = Probes.open();
                Responder responder = Responder.start(
                        probes, h2.namespace(), ResponderSpec.at(h2.address(), FAN.overlay()), line -> {})) {
            assertThat(responder.echoPort()).isEqualTo(7);
            PeerReport report = test();
            assertThat(report.explanation()).isEmpty();
            assertThat(report.stages()).hasSize(8).allMatch(Stage::ok);
            assertThat(((Stage.PathMtu) report.stages().get(1)).mtu()).isEqualTo(1480);
        }
    }

    @Test
    void aPeerThatTakesNoIpipSaysSo() {
        Explanation noTunnel = explained();
        assertThat(noTunnel).isEqualTo(new Explanation.NoFanThere(UNDERLAY, CARRIER));
        assertThat(noTunnel.sentence()).contains("refuses IP protocol 4 (IPIP)", "no IPIP fan is up there");
        // What a kernel without IPIP answers.
        filter(h2, "-A INPUT -p 4 -j REJECT --reject-with icmp-proto-unreachable");
        assertThat(explained()).isEqualTo(new Explanation.NoFanThere(UNDERLAY, CARRIER));
    }

    // TESTING.md F21
    @Test
    void protocol4ThatIsBlockedIsNamed() {
        IPIP.up(h2);
        filter(h2, "-A INPUT -p 4 -j REJECT --reject-with icmp-admin-prohibited");
        assertThat(explained()).isEqualTo(new Explanation.TunnelFiltered(UNDERLAY, CARRIER, true));
        filter(h2, "-R INPUT 1 -p 4 -j DROP");
        assertThat(explained()).isEqualTo(new Explanation.TunnelFiltered(UNDERLAY, CARRIER, false));
        filter(h2, "-A OUTPUT -p 4 -j DROP");
        Explanation bothWays = explained();
        assertThat(bothWays).isEqualTo(new Explanation.TunnelSilent(UNDERLAY, CARRIER));
        assertThat(bothWays.sentence()).contains("does not refuse IP protocol 4 (IPIP)", "drop all but TCP, UDP");
    }

    @Test
    void hostsWithFansOfDifferentTypesAreToldSoOnBoth() {
        VXLAN.up(h2);
        Explanation here = explained();
        assertThat(here).isEqualTo(new Explanation.OtherType(UNDERLAY, TunnelType.IPIP, TunnelType.VXLAN));
        IPIP.down(h1);
        VXLAN.up(h1);
        VXLAN.down(h2);
        IPIP.up(h2);
        assertThat(explained()).isEqualTo(new Explanation.OtherType(UNDERLAY, TunnelType.VXLAN, TunnelType.IPIP));
        CliRun shown = CliRun.fanatic(h1, "test host 10.0.0.2");
        assertThat(shown.out() + shown.err())
                .contains("Why: The fan of 10.0.0.2 is of type ipip, the one of this host of type vxlan.");
    }

    @Test
    void anUnderlayThatCarriesLessIsMeasuredToTheByte() throws Exception {
        IPIP.up(h2);
        // A bridge's port lets four bytes more pass than its MTU, room for a VLAN tag.
        List<String> narrow = lab.outside().command(List.of("ip", "link", "set", "h2", "mtu", "1296"));
        assertThat(new ProcessBuilder(narrow).inheritIO().start().waitFor()).isZero();
        assertThat(explained()).isEqualTo(new Explanation.LargePacketsLost(TunnelType.IPIP, 1480, 1280));
    }

    @Test
    void aRouteThatLeadsElsewhereIsNamed() {
        IPIP.up(h2);
        lab.exec(h1, List.of("ip", "route", "add", "250.0.2.0/24", "dev", "eth0"))
                .orThrow();
        assertThat(explained()).isEqualTo(new Explanation.OtherRoute(OVERLAY, "ftun0", "eth0"));
    }
}
