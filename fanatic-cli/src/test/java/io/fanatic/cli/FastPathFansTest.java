package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fans go over to the fast path and back while a TCP connection between two containers goes on; no byte is other than it was sent.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 -- h1c1 ===== connection ===== h2c1 -- fan-250
 * </pre>
 */
@FanLab(hosts = 2, containers = 1, fan = false)
class FastPathFansTest {
    private static final int ROUNDS = 5;
    private static final String UP = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String POLICY = "src 10.0.0.0/16 dst 10.0.0.0/16 proto udp dport 8472 dir out";

    @TempDir
    Path directory;

    private LabHost first;
    private LabHost second;
    private SteadyFlow flow;

    @BeforeEach
    void bringUp(Lab lab) {
        first = lab.hosts().get(0);
        second = lab.hosts().get(1);
        fanctl(first, UP).done();
        fanctl(second, UP).done();
        lab.containers().forEach(container -> {
            if (container.exec("ip", "link", "show", "eth0").exitCode() != 0) {
                LiveChanges.attach(lab, container);
            }
        });
        flow = SteadyFlow.between(lab.containers().get(0), lab.containers().get(1));
        flow.progress();
    }

    @AfterEach
    void everyByteArrived() {
        try (SteadyFlow going = flow) {
            going.progress();
            going.end();
        }
        fanctl(first, UP).done();
        fanctl(second, UP).done();
        first.exec("sh", "-c", "rm -f /etc/network/fan; ip xfrm policy flush").orThrow();
    }

    private static void assertIsFast(LabHost host) {
        assertThat(show(host)).doesNotContain("fast");
        assertThat(fanctl(host, "show --json").done())
                .contains("\"used\": true")
                .doesNotContain("reason");
    }

    private static String show(LabHost host) {
        return fanctl(host, "show").done();
    }

    @Test
    void aConnectionLivesThroughTwentyChangesOfItsHosts() {
        for (int round = 0; round < ROUNDS; round++) {
            for (LabHost host : new LabHost[] {first, second}) {
                fanctl(host, UP).done();
                assertIsFast(host);
                flow.progress();
            }
            for (LabHost host : new LabHost[] {first, second}) {
                fanctl(host, UP + " --no-fast").done();
                assertThat(show(host)).contains("no-fast").doesNotContain("fast path");
                flow.progress();
            }
        }
    }

    /** As with the tap of a virtual machine that takes no segments still to be cut: the kernel cuts them. */
    @Test
    void segmentsReachAPortThatTakesNoneOfThem() {
        fanctl(first, UP).done();
        fanctl(second, UP).done();
        for (LabHost host : new LabHost[] {first, second}) {
            host.exec(
                            "sh",
                            "-c",
                            "for p in /sys/class/net/fan-250/brif/*; do ip link set ${p##*/} gso_max_segs 1; done")
                    .orThrow();
        }
        flow.progress();
        flow.progress();
    }

    @Test
    void anIpsecPolicyThatComesLaterIsFoundAndUpEndsTheFastPath() {
        fanctl(first, UP).done();
        first.exec("sh", "-c", "ip xfrm policy add " + POLICY + " tmpl level use proto esp mode transport")
                .orThrow();
        CliRun doctor = fanctl(first, "show --json");
        assertThat(doctor.done()).contains("\"used\": true").contains("\"reason\": \"IPsec policies exist");
        assertThat(fanatic(first, "doctor").out()).contains("fast-path").contains("IPsec policies exist");
        assertThat(fanatic(first, "doctor").exitCode()).isNotEqualTo(ExitCode.DONE);

        assertThat(fanctl(first, UP).err()).doesNotContain("fast path");
        assertThat(show(first)).contains("fan-250: not on the fast path: IPsec policies exist");
        assertThat(fanctl(first, "show --json").done()).contains("\"used\": false");
        // Nothing is wrong with a host that does not allow it.
        assertThat(fanatic(first, "doctor").out()).doesNotContain("fast-path");
        flow.progress();
        first.exec("ip", "xfrm", "policy", "flush").orThrow();
        // As after an upgrade: the doctor has a note, and no error.
        assertThat(fanatic(first, "doctor").done()).contains("note fast-path").doesNotContain("programs:");
        fanctl(first, UP).done();
        assertIsFast(first);
    }

    @Test
    void aFanWithoutItsTunnelIsShownUntilUpPutsItThereAgain() {
        fanctl(first, UP).done();
        first.exec("ip", "link", "del", "ftun-250").orThrow();
        assertThat(show(first)).contains("fan-250: not on the fast path: fanctl up would put it there");
        fanctl(first, UP).done();
        assertIsFast(first);
        flow.progress();
    }

    /** Each comes by another way: IPsec's and the firewall's own netlink, and rtnetlink. */
    @Test
    void theWatchLeavesTheFastPathAsSoonAsSomethingComesAndReturnsWhenItGoes() {
        first.exec("sh", "-c", "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 > /etc/network/fan")
                .orThrow();
        String[][] things = {
            {"ip xfrm policy add " + POLICY + " tmpl level use proto esp mode transport", "ip xfrm policy flush"},
            {
                "nft 'table ip somebody { chain c { type filter hook input priority 0; udp dport 8472 ip saddr 10.0.9.9"
                        + " drop; }; }'",
                "nft delete table ip somebody"
            },
            {"ip rule add fwmark 77 table 7", "ip rule del fwmark 77"},
            {"ip route add blackhole 10.0.77.0/24", "ip route del blackhole 10.0.77.0/24"},
            {
                "tc qdisc add dev eth0 clsact; tc filter add dev eth0 ingress protocol all prio 7 bpf bytecode '1,6 0 0 0'",
                "tc qdisc del dev eth0 clsact"
            }
        };
        try (WatchRun watch = WatchRun.start(first, directory)) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            for (String[] thing : things) {
                assertIsFast(first);
                watch.forget();
                first.exec("sh", "-e", "-c", thing[0]).orThrow();
                watch.hear("repaired 250.0.0.0/8: detach the eBPF program guard of the fast path from eth0");
                watch.await("asleep after " + thing[0], watch::sleepsInPollForEver);
                assertThat(show(first)).contains("not on the fast path");
                flow.progress();
                first.exec("sh", "-e", "-c", thing[1]).orThrow();
                watch.hear("repaired 250.0.0.0/8: attach the eBPF program guard of the fast path to eth0");
                watch.await("asleep after " + thing[1], watch::sleepsInPollForEver);
                flow.progress();
            }
        }
    }

    private static boolean heard(WatchRun watch, String table) {
        return watch.lines().stream().anyMatch(line -> line.contains(table));
    }

    /** As on a host whose other programs change their tables all the time. */
    @Test
    void rulesOfOthersWakeTheWatchSomeTimesAndThenOnceAMinute() {
        first.exec("sh", "-c", "mkdir -p /etc/network; echo 250.0.0.0/8 10.0.0.0/16 > /etc/network/fan")
                .orThrow();
        try (WatchRun watch = WatchRun.start(first, directory)) {
            watch.hear("watching");
            watch.await("asleep", watch::sleepsInPollForEver);
            for (int i = 1; i <= 6; i++) {
                first.exec("nft", "add", "table", "ip", "busy" + i).orThrow();
                watch.hear("event: the nftables table busy" + i + " changed");
                watch.await("asleep after change " + i, watch::sleepsInPollForEver);
            }
            // A machine that takes a minute for that is told of one more.
            int next = 6;
            do {
                next++;
                first.exec("nft", "add", "table", "ip", "busy" + next).orThrow();
                // What is the fan's own is seen at once.
                first.exec("ip", "link", "set", "ftun-250", "down").orThrow();
                watch.hear("repaired 250.0.0.0/8: set ftun-250 up");
            } while (heard(watch, "busy" + next) && next < 10);
            assertThat(heard(watch, "busy" + next)).isFalse();
        }
        first.exec("sh", "-c", "for i in $(seq 10); do nft delete table ip busy$i 2>/dev/null; done; true")
                .orThrow();
    }
}
