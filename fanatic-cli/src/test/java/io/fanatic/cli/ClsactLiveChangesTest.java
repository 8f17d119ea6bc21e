package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.health.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a kernel without tcx the programs are filters of clsact, which anybody's {@code tc} deletes. As in {@link LiveChanges} a connection
 * goes on meanwhile; its two hosts are made to have no tcx.
 */
@FanLab(hosts = 2, containers = 1, fan = false)
class ClsactLiveChangesTest {
    private static final List<String> DELETED = List.of(
            "tc filter del dev ftun-250 ingress",
            "tc filter del dev ftun-250 egress",
            "tc filter del dev fan-250 ingress",
            "tc qdisc del dev ftun-250 clsact",
            "tc qdisc del dev fan-250 clsact");

    @TempDir
    Path directory;

    private LabHost host;
    private SteadyFlow flow;

    @BeforeEach
    void bringUp(Lab lab) {
        host = lab.hosts().get(0);
        for (LabHost each : lab.hosts()) {
            each.exec("sh", "-e", "-c", LiveChanges.CONFIGURE).orThrow();
            up(each, "up -a");
        }
        lab.containers().forEach(container -> LiveChanges.attach(lab, container));
        assertThat(host.exec("tc", "filter", "show", "dev", "ftun-250", "egress")
                        .output())
                .as("no tcx here")
                .contains("direct-action");
        flow = SteadyFlow.between(lab.containers().get(0), lab.containers().get(1));
        flow.progress();
    }

    @AfterEach
    void theConnectionHasLivedThroughIt(Lab lab) {
        try (SteadyFlow going = flow) {
            going.progress();
            going.end();
        }
        assertThat(up(host, "up -a")).contains("is up already, nothing to do");
        lab.containers().forEach(lab::detach);
    }

    /** Where programs on a device cannot be asked for, those at the root of cgroups cannot be either, which it says. */
    private static String up(LabHost host, String words) {
        CliRun run = on(host, () -> CliRun.fanctl(words));
        assertThat(run.err().lines())
                .filteredOn(line -> !line.startsWith("fanctl: note: nothing keeps local users from sending "))
                .isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
        return run.out();
    }

    private static CliRun on(LabHost host, Supplier<CliRun> run) {
        return host.namespace().call(() -> {
            WithoutEbpf.ofTcxOnThisThread();
            return run.get();
        });
    }

    // TESTING.md F34
    @Test
    void whatTcDeletesIsNamedByDoctorAndRepairedByUp() {
        for (String deleted : DELETED) {
            host.exec(deleted.split(" ")).orThrow();
            assertThat(RepairLiveChangesTest.findings(on(host, () -> CliRun.fanatic("doctor --json"))))
                    .as(deleted)
                    .contains(Code.PROGRAMS.word());
            assertThat(up(host, "up -a")).contains("fan-250 is up: ");
            flow.progress();
        }
        System.out.println("number: live changes of clsact: " + DELETED.size() + " named by doctor, repaired by up -a");
    }

    private String filters() {
        return host.exec(
                        "sh",
                        "-ec",
                        "for way in 'ftun-250 ingress' 'ftun-250 egress' 'fan-250 ingress'; do tc filter show dev $way; done")
                .orThrow()
                .output();
    }

    private WatchRun monitor() {
        WatchRun monitor = WatchRun.startFanctl(host, directory, FanctlWithoutTcx.class, "monitor");
        monitor.hear("fanctl: looking");
        assertThat(filters()).contains("fan monitor");
        return monitor;
    }

    /** A filter outlives its process. */
    private void killAMonitor() {
        try (WatchRun monitor = monitor()) {
            monitor.signal("KILL");
            assertThat(monitor.exitStatus()).isEqualTo(137);
        }
    }

    @Test
    void aMonitorIsFiltersInFrontOfOursAndWhatAKilledOneLeavesIsRepaired(Lab lab) {
        String filters = filters();
        LabContainer container = lab.containers().get(0);
        container.exec("ip", "address", "replace", "250.9.9.9/32", "dev", "lo").orThrow();
        try (WatchRun monitor = monitor()) {
            assertThat(up(host, "up -a --dry-run"))
                    .as("to up, the fan is as it should be")
                    .isEqualTo("nothing to do\n");
            container.exec("ping", "-c", "1", "-W", "1", "-I", "250.9.9.9", "250.0.2.3");
            assertThat(monitor.hear(Pattern.compile(".* drop out spoofed .*")))
                    .contains(" fan-250 drop out spoofed      250.9.9.9 -> 250.0.2.3 ");
            flow.progress();
            monitor.signal("INT");
            assertThat(monitor.exitStatus()).isZero();
        }
        assertThat(filters()).isEqualTo(filters);

        killAMonitor();
        assertThat(filters()).contains("fan monitor");
        flow.progress();
        assertThat(RepairLiveChangesTest.findings(on(host, () -> CliRun.fanatic("doctor --json"))))
                .contains(Code.PROGRAMS.word());
        assertThat(up(host, "up -a")).contains("fan-250 is up: ");
        assertThat(filters()).doesNotContain("fan monitor");

        try (WatchRun watch = WatchRun.start(host, directory, FanctlWithoutTcx.class)) {
            watch.hear("watching");
            killAMonitor();
            host.exec("ip", "address", "add", "10.0.9.9/32", "dev", "lo").orThrow();
            watch.hear("repaired 250.0.0.0/8");
            assertThat(filters()).doesNotContain("fan monitor");
            host.exec("ip", "address", "del", "10.0.9.9/32", "dev", "lo").orThrow();
        }
        container.exec("ip", "address", "del", "250.9.9.9/32", "dev", "lo").orThrow();
    }

    // TESTING.md F34
    @Test
    void whatTcDeletesIsRepairedByTheWatchAlone() {
        try (WatchRun watch = WatchRun.start(host, directory, FanctlWithoutTcx.class)) {
            watch.hear("watching");
            for (String deleted : DELETED) {
                watch.await("asleep", watch::sleepsInPollForEver);
                watch.forget();
                host.exec(deleted.split(" ")).orThrow();
                watch.hear("event");
                watch.hear("repaired 250.0.0.0/8");
                flow.progress();
            }
        }
        System.out.println("number: live changes of clsact: " + DELETED.size() + " repaired by watch");
    }
}
