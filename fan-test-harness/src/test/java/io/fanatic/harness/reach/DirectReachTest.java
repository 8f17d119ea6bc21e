package io.fanatic.harness.reach;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What makes packets without encapsulation impossible is found by trying, from the first host of a lab:
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 250.0.1.1                       fan-250 250.0.2.1
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false)
class DirectReachTest {
    private static final Ipv4Address PEER = Ipv4Address.parse("10.0.0.2");
    private static final ReachSpec SPEC = ReachSpec.DEFAULT
            .withPings(3)
            .withTimeout(Duration.ofMillis(600))
            .withoutData()
            .withThroughput(Optional.empty());
    /** Where nothing is lost an answer may take its time. */
    private static final ReachSpec PATIENT = SPEC.withTimeout(Duration.ofSeconds(10));

    private Lab lab;

    @BeforeEach
    void takeDown(Lab given) {
        lab = given;
    }

    @Test
    void whereItPassesTheStageSaysWhichWay() {
        up(Direct.SEND, Direct.SEND);
        assertThat(stage(passes())).isEqualTo("packets without encapsulation pass both ways");
        up(Direct.ACCEPT, Direct.ACCEPT);
        assertThat(stage(passes())).isEqualTo("packets without encapsulation pass to it; it sends none");
        up(Direct.OFF, Direct.ACCEPT);
        assertThat(passes().stages()).extracting(Stage::name).containsExactly("ping", "path MTU");
    }

    /** Such a host answers where its kernel has no nftables, unless its filter of return paths is strict (1). */
    @Test
    void aPeerThatDoesNotReceiveIsNamed() {
        up(Direct.ACCEPT, Direct.OFF);
        run(2, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.eth0.rp_filter=2");
        fails(new Explanation.DirectSilent(PEER));
        run(2, "nft", "delete", "table", "ip", "fanatic-tunnel");
        PeerReport report = fails(new Explanation.DirectNotReceived(PEER));
        assertThat(report.advice()).isEqualTo("on 10.0.0.2: fanctl up -u 10.0.0.0/16 -o 250.0.0.0/8 --direct=accept");
        run(2, "sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=1");
        fails(new Explanation.DirectSilent(PEER));
        up(Direct.SEND, Direct.OFF);
        fails(new Explanation.DirectSilent(PEER));
    }

    @Test
    void aPeerThatSendsToAHostThatDoesNotReceiveIsNamed() {
        up(Direct.OFF, Direct.SEND);
        run(1, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.eth0.rp_filter=1");
        PeerReport report = fails(new Explanation.DirectUnexpected(PEER));
        assertThat(report.stages().get(0).ok()).isFalse();
        assertThat(report.advice()).isEqualTo("fanctl up -u 10.0.0.0/16 -o 250.0.0.0/8 --direct=accept");
        run(1, "sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=2");
        assertThat(fails(new Explanation.DirectUnexpected(PEER)).stages().get(0).ok())
                .as("dropped as forged")
                .isFalse();
        run(1, "nft", "delete", "table", "ip", "fanatic-tunnel");
        report = fails(new Explanation.DirectUnexpected(PEER));
        assertThat(report.stages().get(0).ok()).isTrue();
    }

    /** As a cloud that checks sources, and a switch with IP source guard. */
    @Test
    void aNetworkThatDropsForeignSourcesIsToldEachWay() {
        up(Direct.SEND, Direct.SEND);
        inSwitch("iifname h1 ip saddr 250.0.0.0/8 drop");
        fails(new Explanation.DirectDropped(PEER, true));
        noRules();
        inSwitch("iifname h2 ip saddr 250.0.0.0/8 drop");
        assertThat(fails(new Explanation.DirectDropped(PEER, false)).advice()).startsWith("on 10.0.0.2: ");
        noRules();
        up(Direct.ACCEPT, Direct.ACCEPT);
        inSwitch("iifname h1 ip saddr 250.0.0.0/8 drop");
        fails(new Explanation.DirectSilent(PEER));
        noRules();
        passes();
    }

    @Test
    void aPeerWithAnotherEthernetAddressIsToldAsRefusedHere() {
        up(Direct.SEND, Direct.SEND);
        inSwitch("iifname h2 ip saddr 250.0.0.0/8 ether saddr set 02:00:00:00:00:99");
        fails(new Explanation.DirectRefused(PEER));
        noRules();
    }

    /** The network is on-link, and a machine in between answers ARP for all of it, as in a cloud that routes. */
    @Test
    void aRouterInBetweenIsFound() {
        up(Direct.ACCEPT, Direct.ACCEPT);
        inside("ip", "link", "set", "h2", "nomaster");
        inside("ip", "route", "add", "10.0.0.2", "dev", "h2");
        inside("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.proxy_arp=1");
        run(1, "ip", "neigh", "flush", "all");
        run(2, "ip", "neigh", "flush", "all");
        fails(new Explanation.RouterBetween(PEER));
        inside("ip", "route", "del", "10.0.0.2", "dev", "h2");
    }

    @AfterEach
    void asBefore() {
        noRules();
        inside("sysctl", "-qw", "net.ipv4.conf.all.proxy_arp=0");
        inside("ip", "link", "set", "h2", "master", "underlay");
        for (LabHost host : lab.hosts()) {
            lab.exec(host, List.of("ip", "neigh", "flush", "all")).orThrow();
            lab.exec(host, List.of("sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=0"))
                    .orThrow();
        }
    }

    private static String stage(PeerReport report) {
        return report.stages().get(1).sentence();
    }

    private void up(Direct first, Direct second) {
        up(lab.hosts().get(0), first);
        up(lab.hosts().get(1), second);
    }

    private static void up(LabHost host, Direct direct) {
        new EmbeddedFan(FanOptions.DEFAULT.withDirect(direct)).up(host);
    }

    private PeerReport passes() {
        PeerReport report = test(PATIENT);
        assertThat(report.explanation()).isEmpty();
        assertThat(report.ok()).isTrue();
        return report;
    }

    private PeerReport fails(Explanation why) {
        PeerReport report = test(SPEC);
        assertThat(report.explanation()).contains(why);
        assertThat(report.ok()).isFalse();
        assertThat(report.stages().get(1)).isEqualTo(new Stage.Direct(Optional.of(why), why.sentence()));
        return report;
    }

    private PeerReport test(ReachSpec spec) {
        try (Reach reach = Reach.from(lab.hosts().get(0).namespace())) {
            return reach.test(PEER, spec);
        }
    }

    private void inSwitch(String rule) {
        inside(
                "nft",
                "add table bridge t; add chain bridge t f { type filter hook prerouting priority 0; };"
                        + " add rule bridge t f " + rule);
    }

    private void noRules() {
        inside("nft", "add table bridge t; delete table bridge t");
    }

    private void run(int host, String... command) {
        lab.exec(lab.hosts().get(host - 1), List.of(command)).orThrow();
    }

    private void inside(String... command) {
        Namespace outside = lab.outside();
        try {
            Process process = new ProcessBuilder(outside.command(List.of(command)))
                    .inheritIO()
                    .start();
            assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
