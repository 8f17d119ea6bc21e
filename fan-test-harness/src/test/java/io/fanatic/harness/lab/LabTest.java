package io.fanatic.harness.lab;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.Condition;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topology: that of {@link Lab}, with two hosts and one container each where not said otherwise. */
class LabTest {

    private static final String NAME = "fant-" + ProcessHandle.current().pid();

    private final LabSpec spec = LabSpec.named(NAME).withHosts(2).withContainers(1);

    @BeforeEach
    void needsRoot() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
    }

    @AfterEach
    void leavesNothing() throws Exception {
        Lab.find(NAME).ifPresent(Lab::close);
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(NAME);
        assertThat(LabState.ROOT.resolve(NAME)).doesNotExist();
    }

    @Test
    void hostsReachEachOtherAndTheOutside() {
        try (Lab lab = Lab.up(spec)) {
            LabHost first = lab.hosts().get(0);
            assertThat(lab.exec(first, List.of("ping", "-c1", "-W2", "10.0.0.2"))
                            .ok())
                    .isTrue();
            assertThat(lab.exec(first, List.of("ping", "-c1", "-W2", "203.0.113.1"))
                            .ok())
                    .isTrue();
        }
    }

    @Test
    void aContainerGetsTheFansAddressMaskMtuAndWayOut() {
        try (Lab lab = Lab.up(spec)) {
            lab.fanUp(FanControl.embedded());
            LabContainer container = lab.containers().get(1);

            assertThat(container.name()).isEqualTo("h2c1");
            String link =
                    lab.exec(container, List.of("ip", "addr", "show", "eth0")).output();
            assertThat(link)
                    .contains("inet 250.0.2.2/8", "mtu 1450", "state UP")
                    .doesNotContain("inet6");
            assertThat(lab.exec(container, List.of("ip", "route")).output()).contains("default via 250.0.2.1 dev eth0");
            assertThat(lab.exec(container, List.of("ping", "-c1", "-W2", "250.0.1.2"))
                            .ok())
                    .isTrue();
        }
    }

    @Test
    void withoutAFanNothingCanBeAttached() {
        try (Lab lab = Lab.up(spec)) {
            assertThatThrownBy(() -> lab.attach(lab.containers().get(0)))
                    .isInstanceOf(LabException.class)
                    .hasMessage("host h1 has no bridge fan-250");
        }
    }

    @Test
    void whatFanUpMadeFanDownTakesAway() {
        try (Lab lab = Lab.up(spec)) {
            LabHost host = lab.hosts().get(0);
            HostSnapshot before = lab.snapshot(host);
            lab.fanUp(FanControl.embedded());
            assertThat(lab.exec(host, List.of("ip", "addr")).output()).contains("h1c1", "fan-250");
            lab.fanDown(FanControl.embedded());
            assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
        }
    }

    @Test
    void eachHostWritesToFilesOfItsOwn() throws Exception {
        try (Lab lab = Lab.up(spec)) {
            LabHost first = lab.hosts().get(0);
            LabHost second = lab.hosts().get(1);
            for (String directory : List.of("/etc/network", "/var/lib/fanatic", "/run", "/etc", "/var/lib")) {
                String file = directory + "/" + NAME;
                sh(lab, first, "echo first > " + file);
                assertThat(sh(lab, first, "cat " + file)).isEqualTo("first\n");
                assertThat(lab.exec(second, List.of("cat", file)).ok()).isFalse();
                assertThat(Path.of(file)).doesNotExist();
            }
            assertThat(sh(lab, second, "ls -A /etc/network /var/lib/fanatic"))
                    .isEqualTo("/etc/network:\n\n/var/lib/fanatic:\n");
            assertThat(sh(lab, second, "cat /etc/passwd")).isEqualTo(Files.readString(Path.of("/etc/passwd")));
        }
    }

    @Test
    void eachHostSeesItsOwnDevicesInSysAndTheMachinesCgroups() {
        try (Lab lab = Lab.up(spec)) {
            LabHost host = lab.hosts().get(0);
            assertThat(sh(lab, host, "ls /sys/class/net")).isEqualTo("eth0\nlo\n");
            assertThat(sh(lab, host, "ls /sys/fs/cgroup")).isEqualTo(listing(Path.of("/sys/fs/cgroup")));
        }
    }

    @Test
    void aCommandsOutputAndExitCodeComeBack() {
        try (Lab lab = Lab.up(spec)) {
            LabHost host = lab.hosts().get(0);
            ExecResult result = lab.exec(host, List.of("sh", "-c", "echo out; echo err >&2; exit 3"));
            assertThat(result.exitCode()).isEqualTo(3);
            assertThat(result.output()).isEqualTo("out\nerr\n");
            assertThatThrownBy(result::orThrow).isInstanceOf(LabException.class).hasMessageContaining("exit code 3");
        }
    }

    @Test
    void aSnapshotShowsLinksFilesAndProcessesThatCameAfterIt() throws Exception {
        try (Lab lab = Lab.up(spec)) {
            LabHost host = lab.hosts().get(0);
            HostSnapshot before = lab.snapshot(host);
            assertThat(before.changesTo(lab.snapshot(host))).isEmpty();

            sh(lab, host, "ip link add br0 type bridge; touch /run/left /var/lib/fanatic/left /etc/network/left");
            Process sleep = new ProcessBuilder(host.namespace().command(List.of("sleep", "1000"))).start();
            try {
                List<String> changes = before.changesTo(lab.snapshot(host));
                long deadline = System.nanoTime() + 60_000_000_000L;
                while (!changes.contains("+ process sleep") && System.nanoTime() < deadline) {
                    changes = before.changesTo(lab.snapshot(host));
                }
                assertThat(changes)
                        .contains("+ file /run/left", "+ file /var/lib/fanatic/left", "+ file /etc/network/left")
                        .contains("+ process sleep")
                        .anyMatch(line -> line.startsWith("+ link br0"));
            } finally {
                sleep.destroyForcibly();
            }
        }
    }

    @Test
    void theEngineLocksInsideTheHost() {
        try (Lab lab = Lab.up(spec)) {
            lab.fanUp(FanControl.embedded());
            sh(lab, lab.hosts().get(0), "test -f /run/fanatic/lock");
        }
    }

    @Test
    void otherNetworksAreLaidOutTheSameWay() {
        FanMapping mapping = FanMapping.of(Ipv4Prefix.parse("240.0.0.0/8"), Ipv4Prefix.parse("172.16.8.0/21"));
        try (Lab lab = Lab.up(spec.withMapping(mapping).withContainers(2))) {
            lab.fanUp(FanControl.embedded());
            LabContainer last = lab.containers().get(3);
            assertThat(last.host().underlayAddress()).hasToString("172.16.8.2");
            assertThat(last.address()).hasToString("240.0.64.3");
            assertThat(lab.exec(
                                    lab.containers().get(0),
                                    List.of("ping", "-c1", "-W2", last.address().toString()))
                            .ok())
                    .isTrue();
        }
    }

    @Test
    void aSecondLabOfTheSameNameIsRefusedAndTheFirstGoesOn() {
        try (Lab lab = Lab.up(spec)) {
            assertThatThrownBy(() -> Lab.up(spec))
                    .isInstanceOf(LabException.class)
                    .hasMessage("the lab " + NAME + " is up already");
            assertThat(lab.exec(lab.hosts().get(0), List.of("true")).ok()).isTrue();
        }
    }

    @Test
    void aNamespaceOfSomebodyElseIsNotTouched() {
        Namespace foreign = Namespace.create(NAME + "-h2");
        try {
            assertThatThrownBy(() -> Lab.up(spec))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining(NAME + "-h2");
            assertThat(Namespace.names())
                    .filteredOn(name -> name.startsWith(NAME))
                    .containsExactly(NAME + "-h2");
            assertThat(foreign.<Integer>call(() -> 1)).isEqualTo(1);
        } finally {
            foreign.delete();
        }
    }

    @Test
    void processesThatStillLiveInTheLabEndWithIt() throws Exception {
        Lab lab = Lab.up(spec);
        Process inHost = new ProcessBuilder(lab.hosts().get(0).namespace().command(List.of("sleep", "1000"))).start();
        Process inContainer =
                new ProcessBuilder(lab.containers().get(0).namespace().command(List.of("sleep", "1000"))).start();
        Process elsewhere = new ProcessBuilder("sleep", "1000").start();
        try {
            awaitSleeping(lab, 2);
            assertThat(lab.down())
                    .containsExactlyInAnyOrder("sleep (" + inHost.pid() + ")", "sleep (" + inContainer.pid() + ")");
            assertThat(inHost.waitFor()).isNotZero();
            assertThat(inContainer.waitFor()).isNotZero();
            assertThat(elsewhere.isAlive()).isTrue();
        } finally {
            inHost.destroyForcibly();
            inContainer.destroyForcibly();
            elsewhere.destroyForcibly();
        }
    }

    @Test
    void aProcessThatIgnoresTheRequestIsMadeToEnd() throws Exception {
        Lab lab = Lab.up(spec);
        Process stubborn = new ProcessBuilder(lab.hosts()
                        .get(0)
                        .namespace()
                        .command(List.of("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done")))
                .start();
        assertThat(stubborn.getInputStream().read()).isEqualTo('r');
        lab.close();
        assertThat(stubborn.waitFor()).isEqualTo(128 + 9);
    }

    @Test
    void aProcessThatStandsInTheDoorEndsWithTheLab() throws Exception {
        Lab lab = Lab.up(spec);
        Path door = lab.hosts().get(0).namespace().network();
        // As nsenter: it opens the file, then goes in, here not before the file is gone.
        String entering = "exec 3<" + door + "; echo open; while [ -e " + door + " ]; do :; done;"
                + " exec nsenter --net=/proc/self/fd/3 sleep 1000";
        Process late = new ProcessBuilder("sh", "-c", entering).start();
        try {
            assertThat(late.getInputStream().read()).isEqualTo('o');
            assertThat(lab.down()).singleElement().asString().endsWith(" (" + late.pid() + ")");
            assertThat(late.waitFor()).isNotZero();
        } finally {
            late.destroyForcibly();
        }
    }

    @Test
    void aLabThatIsTakenDownWhileItIsBeingMadeGoesWhole() throws Exception {
        CompletableFuture<Lab> made = CompletableFuture.supplyAsync(() -> Lab.up(spec.withHosts(16)));
        long deadline = System.nanoTime() + 60_000_000_000L;
        Optional<Lab> half = Optional.empty();
        while (half.isEmpty() && !made.isDone() && System.nanoTime() < deadline) {
            half = Lab.find(NAME);
            LockSupport.parkNanos(1_000_000);
        }
        half.orElseThrow().close();
        made.get();
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
        assertThat(LabState.ROOT.resolve(NAME)).doesNotExist();
    }

    @Test
    void aLabThatIsGoneIsNotKept() {
        try (Lab lab = Lab.up(spec.withHosts(1))) {
            Lab.find(NAME).orElseThrow().close();
            assertThatThrownBy(lab::keep)
                    .isInstanceOf(LabException.class)
                    .hasMessage("the lab " + NAME + " was taken down meanwhile");
            assertThat(Lab.names()).doesNotContain(NAME);
        }
    }

    @Test
    void aLabCanBeFoundAgainByItsName() {
        try (Lab lab = Lab.up(spec)) {
            Optional<Lab> found = Lab.find(NAME);
            assertThat(found).isPresent();
            assertThat(found.get().spec()).isEqualTo(spec);
            assertThat(found.get().ownerPid()).contains(ProcessHandle.current().pid());
            assertThat(found.get().node(NAME + "-h2c1"))
                    .contains(lab.containers().get(1));
            assertThat(found.get().node("h2")).contains(lab.hosts().get(1));
            assertThat(found.get().node("h3")).isEmpty();
            assertThat(Lab.names()).contains(NAME);
        }
        assertThat(Lab.find(NAME)).isEmpty();
    }

    private static String sh(Lab lab, LabNode node, String command) {
        return lab.exec(node, List.of("sh", "-c", command)).orThrow().output();
    }

    private static String listing(Path directory) {
        String[] names = Optional.ofNullable(directory.toFile().list()).orElseThrow();
        java.util.Arrays.sort(names);
        return String.join("\n", names) + "\n";
    }

    /** nsenter needs a moment until it is inside, and one more until it is the program. */
    private static void awaitSleeping(Lab lab, int processes) {
        List<Path> files = List.of(
                lab.hosts().get(0).namespace().network(),
                lab.containers().get(0).namespace().network());
        Condition.await(
                "they run",
                () -> LabProcesses.in(files).stream().filter(LabTest::sleeps).count() >= processes);
    }

    private static boolean sleeps(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/comm")).equals("sleep\n");
        } catch (IOException ended) {
            return false;
        }
    }
}
