package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.FanNetwork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Fans go over to packets without encapsulation and back while TCP connections between three containers go on; no byte is other than it was sent.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 --+-- underlay (bridge) --+-- eth0 10.0.0.3 h3
 *      fan-250 -- h1c1 |                       |   fan-250 -- h3c1
 *                      h2 eth0 10.0.0.2, fan-250 -- h2c1
 * </pre>
 */
@FanLab(hosts = 3, containers = 1, fan = false)
class DirectFansTest {
    private static final String UP = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String POLICY =
            "src 10.0.0.0/16 dst 10.0.0.0/16 dir out tmpl level use proto esp mode transport";

    private List<LabHost> hosts;
    private List<LabContainer> containers;
    private final List<SteadyFlow> flows = new ArrayList<>();

    @BeforeEach
    void bringUp(Lab lab) {
        hosts = lab.hosts();
        hosts.forEach(host -> fanctl(host, UP).done());
        containers = lab.containers();
        containers.forEach(container -> {
            if (container.exec("ip", "link", "show", "eth0").exitCode() != 0) {
                LiveChanges.attach(lab, container);
            }
        });
        for (int i = 0; i < 3; i++) {
            flows.add(SteadyFlow.between(containers.get(i), containers.get((i + 1) % 3)));
        }
        progress();
    }

    private void progress() {
        flows.forEach(SteadyFlow::progress);
    }

    @AfterEach
    void everyByteArrived() {
        for (SteadyFlow flow : flows) {
            try (flow) {
                flow.progress();
                flow.end();
            }
        }
        flows.clear();
        hosts.get(0)
                .exec("sh", "-c", "ip xfrm policy flush; nft delete table ip somebody 2>/dev/null; true")
                .orThrow();
        hosts.forEach(host -> fanctl(host, UP).done());
    }

    private static long counted(LabHost host, Counter counter) {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        return network.counters(network.list().get(0)).getOrDefault(counter, 0L);
    }

    private void assertDirect(boolean direct) {
        for (LabHost host : hosts) {
            fanctl(host, "show --stats --reset").done();
        }
        progress();
        for (LabHost host : hosts) {
            assertThat(counted(host, Counter.SENT_DIRECT) > 0).isEqualTo(direct);
            assertThat(counted(host, Counter.RECEIVE_SPOOFED)).isZero();
            assertThat(counted(host, Counter.RECEIVE_NO_NEIGHBOUR)).isZero();
        }
    }

    @Test
    void connectionsLiveThroughTheWayThereAndBackHostByHost() {
        for (String form : new String[] {" --direct=accept", " --direct", " --direct=accept", ""}) {
            for (LabHost host : hosts) {
                fanctl(host, UP + form).done();
                progress();
            }
            assertDirect(form.equals(" --direct"));
        }
    }

    @Test
    void itCombinesWithTheFastPath() {
        for (String form : new String[] {" --direct=accept", " --direct"}) {
            hosts.forEach(host -> fanctl(host, UP + form).done());
        }
        progress();
        assertDirect(true);
        assertThat(fanctl(hosts.get(0), "show").done())
                .contains("fan-250: sends and receives packets without encapsulation, by eth0");
        assertThat(fanctl(hosts.get(0), "show --json").done()).contains("\"used\": true");
    }

    @Test
    void fullPacketsCrossAndTheHostsThemselvesAreReached() {
        assertThat(fanctl(hosts.get(0), UP + " --direct --dry-run").done())
                .contains("program guard of direct packets to eth0");
        for (String form : new String[] {" --direct=accept", " --direct"}) {
            hosts.forEach(host -> fanctl(host, UP + form).done());
        }
        // An answer must leave by the way on which it is asked for.
        hosts.forEach(host ->
                host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1").orThrow());
        LabContainer from = containers.get(0);
        for (String target : List.of("250.0.2.2", "250.0.3.2", "250.0.2.1", "250.0.3.1")) {
            assertThat(from.exec("ping", "-c", "3", "-i", "0.2", "-W", "5", "-M", "do", "-s", "1422", target)
                            .orThrow()
                            .output())
                    .contains(" 0% packet loss");
        }
        assertThat(hosts.get(0)
                        .exec("ping", "-c", "2", "-i", "0.2", "-W", "5", "250.0.2.2")
                        .orThrow()
                        .output())
                .contains(" 0% packet loss");
        assertThat(counted(hosts.get(1), Counter.RECEIVED)).isPositive();
        hosts.get(0).exec("ip", "link", "set", "eth0", "mtu", "1400").orThrow();
        try {
            from.exec("ping", "-c", "2", "-W", "1", "-M", "do", "-s", "1422", "250.0.2.2");
            assertThat(from.exec("ip", "route", "get", "250.0.2.2").orThrow().output())
                    .as("what does not fit goes by VXLAN, which answers")
                    .contains("mtu 1350");
        } finally {
            hosts.get(0).exec("ip", "link", "set", "eth0", "mtu", "1500").orThrow();
            containers.forEach(each -> each.exec("ip", "route", "flush", "cache"));
            hosts.forEach(host ->
                    host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0").orThrow());
        }
    }

    @Test
    void anIpsecPolicyThatComesLaterIsFoundAndUpEndsTheSending() {
        LabHost first = hosts.get(0);
        for (String form : new String[] {" --direct=accept", " --direct"}) {
            hosts.forEach(host -> fanctl(host, UP + form).done());
        }
        first.exec("sh", "-c", "ip xfrm policy add " + POLICY).orThrow();
        assertThat(fanctl(first, "show").done()).contains("where it must not send them any more: IPsec policies exist");
        assertThat(fanatic(first, "doctor").out()).contains("direct").contains("IPsec policies exist");
        assertThat(fanatic(first, "doctor").exitCode()).isNotEqualTo(ExitCode.DONE);
        assertThat(fanctl(first, UP + " --direct").err())
                .contains("note: the fan receives packets without encapsulation and sends none: IPsec policies exist");
        assertThat(fanctl(first, "show --json").done())
                .contains("\"direct\": \"send\"")
                .contains("\"now\": \"accept\"");
        progress();
    }

    /** With br_netfilter, as Docker leaves it, conntrack of each host sees half of each connection. */
    @Test
    void whereBridgedFramesPassIptablesConnectionsLiveAlsoByRulesThatDropHalfSeenOnes() {
        LabHost first = hosts.get(0);
        first.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1").orThrow();
        String table = "table ip somebody { chain f { type filter hook forward priority %s; }; }";
        first.exec("nft", String.format(table, "0; ct state established accept"))
                .orThrow();
        for (String form : new String[] {" --direct=accept", " --direct"}) {
            hosts.forEach(host -> fanctl(host, UP + form));
        }
        assertDirect(true);
        assertThat(first.exec("nft", "list table ip fanatic-tunnel").output()).doesNotContain("notrack");
        first.exec("nft", "delete table ip somebody; " + String.format(table, "0; ct state invalid counter drop"))
                .orThrow();
        assertThat(fanatic(first, "doctor").out()).contains("error tunnel-only (250.0.0.0/8):");
        fanctl(first, UP + " --direct").done();
        first.exec("nft", "reset rules table ip somebody").orThrow();
        assertDirect(true);
        assertThat(first.exec("nft", "list table ip somebody").output()).contains("ct state invalid counter packets 0");
        assertThat(fanatic(first, "doctor").out()).doesNotContain("tunnel-only", "fan-blocked");

        first.exec("nft", "delete table ip somebody; " + String.format(table, "-10; ct state invalid drop"))
                .orThrow();
        CliRun doctor = fanatic(first, "doctor");
        assertThat(doctor.exitCode()).isNotEqualTo(ExitCode.DONE);
        assertThat(doctor.out())
                .contains("error fan-blocked (250.0.0.0/8):")
                .contains("ip somebody f: ct state invalid drop; leave --direct out");
        fanctl(first, UP + " --direct")
                .refused(ExitCode.CONFLICT, "only one direction passes the bridge", "ct state invalid drop");
        first.exec("nft", "delete table ip somebody").orThrow();
        // What the other still sent without encapsulation would be dropped as forged.
        hosts.forEach(host -> fanctl(host, UP + " --direct=accept").done());
        fanctl(first, UP).done();
        assertThat(first.exec("nft", "list table ip fanatic-tunnel").output()).doesNotContain("notrack");
        first.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0").orThrow();
    }

    @Test
    void aHostThatDoesNotReceiveIsNamedByTestHostTestAllAndDoctor() {
        LabHost first = hosts.get(0);
        fanctl(first, UP + " --direct=accept").done();
        fanctl(hosts.get(2), UP + " --direct=accept").done();
        String quick = " --no-data --no-throughput -c 2";
        String advice = "on 10.0.0.2: fanctl up -u 10.0.0.0/16 -o 250.0.0.0/8 --direct=accept";
        CliRun host = fanatic(first, "test host 10.0.0.2" + quick);
        assertThat(host.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(host.out())
                .contains("  ping               ok", "  direct             FAILED ", "  path MTU           ok", advice);
        CliRun all = fanatic(first, "test all --hosts 10.0.0.0/29" + quick);
        assertThat(all.exitCode()).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(all.out())
                .contains("10.0.0.2         FAILED what this host sends to 10.0.0.2 without encapsulation\n")
                .contains("10.0.0.3         ok")
                .contains("1 of 2 hosts passed.");
        CliRun doctor = fanatic(first, "doctor --peer 10.0.0.2");
        assertThat(doctor.exitCode()).as(doctor.out()).isEqualTo(ExitCode.DONE);
        assertThat(doctor.out())
                .contains("warning peer (250.0.0.0/8):")
                .contains("direct-silent")
                .contains(advice);
        fanctl(hosts.get(1), UP + " --direct=accept").done();
        assertThat(fanatic(first, "test all --hosts 10.0.0.0/29" + quick).done())
                .contains("2 of 2 hosts passed.");
    }

    @Test
    void whereTheHostAnswersArpForOthersItIsRefused() {
        LabHost first = hosts.get(0);
        first.exec("sysctl", "-qw", "net.ipv4.conf.eth0.proxy_arp=1").orThrow();
        fanctl(first, UP + " --direct")
                .refused(ExitCode.CONFLICT, "this host answers ARP for others there (net.ipv4.conf.eth0.proxy_arp)");
        first.exec("sysctl", "-qw", "net.ipv4.conf.eth0.proxy_arp=0").orThrow();
    }
}
