package io.fanatic.cli;

import static io.fanatic.cli.Pty.CTRL_C;
import static io.fanatic.cli.Pty.CTRL_D;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wizard on a terminal: a program of its own on a pty, on a lab's host, 10.0.0.1/16 on eth0. */
@FanLab(hosts = 1, containers = 0, fan = false)
class WizardTerminalTest {
    private static final long POLL_NANOS = 50_000_000;
    private static final String UNDERLAY = "[10.0.0.0/16]:";
    private static final String OVERLAY = "[250.0.0.0/8]:";
    private static final String IPV6 = "or specify alternative) [n]:";
    private static final String LXD = "Create LXD networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]:";
    private static final String DOCKER = "Create docker networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]:";
    private static final String PLAIN_RUN = "(Docker restarts) [Yn]:";
    private static final String TEST = "(NOTE: potentially triggers large image downloads) [Yn]:";
    private static final String DIRECT = "Send to hosts on the same segment without encapsulation [yN]:";
    private static final String NAMES = "Serve names of containers on fan-250 [yN]:";
    private static final String GO_AHEAD = "Go ahead? [Yn]:";
    private static final String REMOTE = "Remote test host IP address (none to skip):";

    private Lab lab;
    private LabHost host;
    private HostSnapshot before;

    @BeforeEach
    void rememberTheHost(Lab running) {
        lab = running;
        host = lab.hosts().get(0);
        FanaticWithFakes.makeRoomForContainers(host);
        before = lab.snapshot(host);
    }

    @AfterEach
    void theHostIsAsItWas() throws InterruptedException {
        awaitTheEndOfTheWatcher();
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private Pty wizard(int columns, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                FanaticWithFakes.class.getName()));
        command.addAll(List.of(arguments));
        return Pty.start(host.namespace().command(List.of()), command, columns, environment);
    }

    private Pty wizard(String... arguments) throws IOException {
        return wizard(80, Map.of(), arguments);
    }

    private void deconfigure() {
        CliRun.fanatic(host, FanaticWithFakes::host, "deconfigure --yes", "").done();
    }

    /** The lines of a run, in order, but for what a person is asked beyond the transcript. */
    private static void isTheTranscript(String shown) {
        List<String> lines = Transcript.withoutMeasurements(shown)
                // A prompt that leaves no room for its answer goes on in the next line.
                .replaceAll("(specify|alternative\\)) *\n(?=alternative|\\[)", "$1 ")
                .lines()
                .map(String::stripTrailing)
                .toList();
        int at = 0;
        for (String expected : Transcript.TEXT.lines().toList()) {
            int found = at;
            while (found < lines.size() && !lines.get(found).equals(expected)) {
                found++;
            }
            assertThat(found)
                    .as("line \"%s\" after line %d of %s", expected, at, shown)
                    .isLessThan(lines.size());
            at = found + 1;
        }
    }

    private static void answerAll(Pty pty) {
        pty.answer(UNDERLAY, "")
                .answer(OVERLAY, "")
                .answer(IPV6, "")
                .answer(LXD, "n")
                .answer(DOCKER, "Y")
                .answer(PLAIN_RUN, "")
                .answer(TEST, "Y")
                .answer(NAMES, "")
                .answer(DIRECT, "")
                .answer(GO_AHEAD, "")
                .answer(REMOTE, "");
    }

    @Test
    void theTranscriptReplaysOnATerminal() throws Exception {
        try (Pty pty = wizard()) {
            answerAll(pty);
            assertThat(pty.exitCode()).as(pty.text()).isZero();
            isTheTranscript(pty.text());
            assertThat(pty.text())
                    .contains(
                            "This will be done:",
                            "  - bring up fan-250: slice 250.0.1.0/24, host address 250.0.1.1, MTU 1450",
                            "  - write \"250.0.0.0/8 10.0.0.0/16\" to /etc/network/fan",
                            "  - make Docker network fan-250",
                            "  ! Docker restarts",
                            "\"fanatic deconfigure\" puts all of it back as it is now.");
            assertThat(pty.raw()).as("no colours").doesNotContain("\033[3", "\033[1;3");
            assertThat(pty.text().lines()).allMatch(line -> line.length() <= 80);
            assertThat(pty.text())
                    .as("a question is not broken where JLine finds the end of the line")
                    .contains("or specify\nalternative) [10.0.0.0/16]:", "or specify alternative)\n[250.0.0.0/8]:")
                    .contains("Return takes the answer in brackets, Tab proposes others, ? explains a question.");
            theEndTellsWhatToTypeNext(pty.text());
        }
        deconfigure();
    }

    /** What is for the next host is typed here as it stands: nothing is left to do. */
    private void theEndTellsWhatToTypeNext(String shown) {
        String end = shown.substring(shown.indexOf("Next, on this host:"));
        assertThat(end.lines().map(String::strip))
                .contains("docker run --rm -it busybox", "fanatic show", "sudo fanatic doctor");
        leavesNothingToDo(forTheNextHost(end));
    }

    private static String forTheNextHost(String shown) {
        String next = "On the next host, to have the same:\n";
        assertThat(shown).contains(next);
        return shown.substring(shown.indexOf(next) + next.length())
                .replace("\\\n", "")
                .strip()
                .replaceAll(" +", " ");
    }

    private void leavesNothingToDo(String command) {
        assertThat(command).doesNotContain("10.0.0.1").startsWith("sudo fanatic ");
        HostSnapshot done = lab.snapshot(host);
        CliRun.fanatic(host, FanaticWithFakes::host, command.replace("sudo fanatic ", ""), "")
                .done();
        assertThat(done.changesTo(lab.snapshot(host))).isEmpty();
    }

    private static void answerWithoutEncapsulation(Pty pty, String ipv6) throws Exception {
        pty.answer(UNDERLAY, "")
                .answer(OVERLAY, "")
                .answer(IPV6, ipv6)
                .answer(NAMES, "")
                .answer(DIRECT, "y")
                .answer(GO_AHEAD, "")
                .answer(REMOTE, "");
        assertThat(pty.exitCode()).as(pty.text()).isZero();
    }

    /** Hosts that differ in these would not reach each other by them. */
    @Test
    void theNextHostIsToldOfTheIpv6OverlayAndOfPacketsWithoutEncapsulationToo() throws Exception {
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test")) {
            answerWithoutEncapsulation(pty, "y");
            String command = forTheNextHost(pty.text());
            assertThat(command).contains(" --overlay6 fd77:65d1:ec63::/48 --direct ");
            leavesNothingToDo(command);
        }
        deconfigure();
    }

    /** What was brought up by hand got the host's own address into its line, which is another one on each host. */
    @Test
    void aFanThatIsUpByHandIsConfiguredAsOnEveryHost() throws Exception {
        CliRun.fanctl(host, "up -u 10.0.0.0/16 -o 250.0.0.0/8").done();
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .answer(DIRECT, "")
                    .await("write \"250.0.0.0/8 10.0.0.0/16\" to /etc/network/fan")
                    .answer(GO_AHEAD, "")
                    .answer(REMOTE, "");
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        deconfigure();
    }

    @Test
    void anOverlayOfTheInternetsIsSaidBeforeItIsDone() throws Exception {
        String warning = "8.0.0.0/8 has addresses of the internet, which this host does not reach";
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "8.0.0.0/8")
                    .answer(IPV6, "")
                    .answer("Serve names of containers on fan-8 [yN]:", "")
                    .answer(DIRECT, "")
                    .await("! " + warning)
                    .answer(GO_AHEAD, "n");
            assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.CANCELLED.status());
        }
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
        CliRun run =
                CliRun.fanatic(host, FanaticWithFakes::host, "configure --yes -o 8.0.0.0/8 --no-lxd --no-docker", "");
        assertThat(run.err()).contains("fanatic: " + warning);
        deconfigure();
    }

    @Test
    void aDumbTerminalAndFortyColumnsWillDo() throws Exception {
        try (Pty pty = wizard(40, Map.of("TERM", "dumb", "NO_COLOR", "1"))) {
            answerAll(pty);
            assertThat(pty.exitCode()).as(pty.text()).isZero();
            isTheTranscript(pty.text());
            assertThat(pty.raw()).doesNotContain("\033");
        }
        deconfigure();
    }

    @Test
    void fortyColumnsOfARealTerminalWillDo() throws Exception {
        try (Pty pty = wizard(40, Map.of("NO_COLOR", "1"))) {
            // What stands on the last line of a prompt is awaited.
            pty.answer("0.0/16]:", "")
                    .answer("0.0/8]:", "")
                    .answer("alternative) [n]:", "")
                    .answer("[Yn]:", "n")
                    .answer("[Yn]:", "n")
                    .answer("[yN]:", "")
                    .answer("encapsulation [yN]:", "")
                    .answer("Go ahead? [Yn]:", "")
                    .answer("skip):", "");
            assertThat(pty.exitCode()).as(pty.text()).isZero();
            assertThat(pty.raw()).as("no colours").doesNotContain("\033[3", "\033[1;3");
        }
        deconfigure();
    }

    @Test
    void ctrlCAtAnyQuestionChangesNothing() throws Exception {
        cancelledBy(CTRL_C, 0, 2, 8);
    }

    @Test
    void ctrlDAtAnyQuestionChangesNothing() throws Exception {
        cancelledBy(CTRL_D, 0, 4, 6);
    }

    private void cancelledBy(String key, int... questions) throws Exception {
        String[] prompts = {UNDERLAY, OVERLAY, IPV6, LXD, DOCKER, PLAIN_RUN, TEST, NAMES, DIRECT, GO_AHEAD};
        for (int question : questions) {
            try (Pty pty = wizard()) {
                for (int i = 0; i < question; i++) {
                    pty.answer(prompts[i], prompts[i].equals(LXD) ? "n" : "");
                }
                pty.await(prompts[question]).type(key);
                assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.CANCELLED.status());
                assertThat(pty.text()).contains("no changes made");
            }
            assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
        }
    }

    @Test
    void ctrlCOnADumbTerminalChangesNothingEither() throws Exception {
        try (Pty pty = wizard(80, Map.of("TERM", "dumb"))) {
            pty.answer(UNDERLAY, "").await(OVERLAY).type(CTRL_C);
            assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.CANCELLED.status());
            assertThat(pty.text()).contains("no changes made");
        }
    }

    @Test
    void ctrlCDuringTheTestDestroysTheContainerAndKeepsTheFan() throws Exception {
        lab.exec(host, List.of("nft", "add", "table", "inet", "eater")).orThrow();
        lab.exec(host, List.of("nft", "add chain inet eater in { type filter hook input priority 0 ; }"))
                .orThrow();
        lab.exec(host, List.of("nft", "add rule inet eater in iifname fan-250 drop"))
                .orThrow();
        try (Pty pty = wizard("test", "local-docker", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8")) {
            assertThat(pty.exitCode()).isEqualTo(ExitCode.FAILED.status());
        }
        try (Pty pty = wizard("enable-docker", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8")) {
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        try (Pty pty = wizard("test", "local-docker", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8")) {
            pty.await("test master: ping test (250.0.1.2) ...").type(CTRL_C);
            assertThat(pty.exitCode()).as(pty.text()).isNotZero();
        }
        assertThat(lab.exec(host, List.of("ip", "link", "show", "fanatic-test-p"))
                        .ok())
                .isFalse();
        lab.exec(host, List.of("nft", "delete", "table", "inet", "eater")).orThrow();
        deconfigure();
    }

    @Test
    void theTabKeyCompletesAndTheQuestionMarkExplains() throws Exception {
        try (Pty pty = wizard()) {
            pty.answer(UNDERLAY, "?")
                    .await("The underlay is the network that your hosts are in")
                    .await(UNDERLAY)
                    .type("eth7" + Pty.RETURN)
                    .await("there is no interface eth7")
                    .await(UNDERLAY)
                    .type("10.0.0.0\t")
                    .await("10.0.0.0/16")
                    .type(Pty.RETURN)
                    .await(OVERLAY)
                    .type("24\t\t")
                    .await("241.0.0.0/8")
                    .type(CTRL_C);
            assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.CANCELLED.status());
        }
    }

    @Test
    void theTabKeyProposesWhatLeadsToOtherHostsWithoutHeadings() throws Exception {
        host.exec("ip", "link", "add", "docker0", "type", "bridge").orThrow();
        host.exec("ip", "addr", "add", "172.17.0.1/16", "dev", "docker0").orThrow();
        try (Pty pty = wizard()) {
            pty.await(UNDERLAY)
                    .type("\t")
                    .await("10.0.0.1/16")
                    .await("eth0/16")
                    .type("\t")
                    .await("10.0.0.0/16")
                    .type(CTRL_C);
            assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.CANCELLED.status());
            assertThat(pty.text().substring(pty.text().indexOf(UNDERLAY)))
                    .doesNotContain("172.17", "original", "others");
        } finally {
            host.exec("ip", "link", "delete", "docker0").orThrow();
        }
    }

    @Test
    void aPersonMayHaveNoEncapsulationAndIsAskedAgainWithThatAnswer() throws Exception {
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test")) {
            answerWithoutEncapsulation(pty, "");
        }
        assertThat(CliRun.fanctl(host, "config list").done()).contains(" direct\n");
        assertThat(CliRun.fanctl(host, "show").done()).contains("sends and receives packets without encapsulation");
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .answer(DIRECT.replace("[yN]", "[Yn]"), "")
                    .await("All of this is set up already.")
                    .answer(REMOTE, "");
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        try (Pty pty = wizard("configure", "--direct", "--no-lxd", "--no-docker", "--no-test")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .await("All of this is set up already.")
                    .answer(REMOTE, "");
            assertThat(pty.exitCode()).as(pty.text()).isZero();
            assertThat(pty.text()).as("what is said is not asked").doesNotContain("without encapsulation [");
        }
        deconfigure();
    }

    @Test
    void whatIsConfirmedStays() throws Exception {
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test", "--confirm", "600")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .answer(DIRECT, "")
                    .answer(GO_AHEAD, "")
                    .answer("Keep it? In 600 s it is undone [yN]:", "y")
                    .answer(REMOTE, "");
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        awaitFile("/run/fanatic/confirm.log", false);
        deconfigure();
    }

    @Test
    void anotherSessionConfirmsToo() throws Exception {
        try (Pty pty = wizard("configure", "--yes", "--no-lxd", "--no-docker", "--confirm", "600")) {
            assertThat(pty.exitCode()).as(pty.text()).isZero();
            assertThat(pty.text()).contains("this is undone in 600 s unless you run: fanatic confirm");
        }
        CliRun.fanatic(host, FanaticWithFakes::host, "deconfigure --yes", "")
                .refused(ExitCode.IN_USE, "fanatic confirm");
        assertThat(CliRun.fanatic(host, FanaticWithFakes::host, "confirm", "").done())
                .isEqualTo("kept\n");
        awaitFile("/run/fanatic/confirm.log", false);
        deconfigure();
    }

    @Test
    void whoInterruptsTheTestsOfAChangeThatWaitsIsToldThatItIsUndone() throws Exception {
        try (Pty pty = wizard(
                "configure",
                "--yes",
                "--no-lxd",
                "--no-docker",
                "--confirm",
                "600",
                "--remote",
                "10.0.0.77",
                "--remote",
                "10.0.0.78")) {
            pty.await("this is undone in 600 s")
                    .type(CTRL_C)
                    .await("interrupted; the fan is undone when the time is up");
            assertThat(pty.exitCode()).as(pty.text()).isEqualTo(ExitCode.TEST_FAILED.status());
        }
        assertThat(CliRun.fanatic(host, FanaticWithFakes::host, "confirm", "").done())
                .isEqualTo("kept\n");
        awaitFile("/run/fanatic/confirm.log", false);
        deconfigure();
    }

    @Test
    void aTerminalThatDiesBeforeAnybodyConfirmsIsUndoneToTheLastBit() throws Exception {
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test", "--confirm", "3")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .answer(DIRECT, "")
                    .answer(GO_AHEAD, "")
                    .await("Keep it? In 3 s");
            assertThat(CliRun.fanatic(host, FanaticWithFakes::host, "show", "").done())
                    .contains("250.0.0.0/8        up");
            pty.hangUp();
            awaitLog("undone\n");
        }
        assertThat(host.exec("cat", "/run/fanatic/confirm.log").output()).contains("not confirmed within 3 s: undoing");
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/run/fanatic/confirm.log")));
    }

    @Test
    void whenTheWatcherIsKilledTheNextCommandHasAnotherOneWaitForTheRestOfTheTime() throws Exception {
        try (Pty pty = wizard("configure", "--yes", "--no-lxd", "--no-docker", "--confirm", "600")) {
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        killWatcher();
        CliRun.fanatic(host, FanaticWithFakes::host, "deconfigure --yes", "")
                .refused(ExitCode.IN_USE, "was killed", "another one waits", "fanatic confirm");
        CliRun.fanatic(host, FanaticWithFakes::host, "deconfigure --yes", "")
                .refused(ExitCode.IN_USE, "is waiting for confirmation");
        assertThat(CliRun.fanatic(host, FanaticWithFakes::host, "confirm", "").done())
                .isEqualTo("kept\n");
        awaitFile("/run/fanatic/confirm.log", false);
        deconfigure();
    }

    @Test
    void whenTheWatcherIsKilledTheNextCommandUndoesWhatWasNotConfirmedInTime() throws Exception {
        try (Pty pty = wizard("configure", "--yes", "--no-lxd", "--no-docker", "--confirm", "600")) {
            assertThat(pty.exitCode()).as(pty.text()).isZero();
        }
        killWatcher();
        host.namespace().call(() -> {
            Path pending = Path.of("/run/fanatic/confirm.json");
            String over = Files.readString(pending).replaceAll("\"deadline\":[0-9]+", "\"deadline\":1");
            return Files.writeString(pending, over);
        });
        CliRun run = CliRun.fanatic(host, FanaticWithFakes::host, "deconfigure --yes", "");
        assertThat(run.err()).contains("was killed", "not confirmed within 600 s: undoing", "undone");
        assertThat(run.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).isEqualTo("nothing to do: no fan is set up here\n");
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/run/fanatic/confirm.log")));
    }

    /** That of this host, by the network namespace; other tests may run beside this one. */
    private void killWatcher() throws IOException {
        Path inside = host.namespace().call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
        List<ProcessHandle> watchers = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            if (each.info().commandLine().orElse("").endsWith(".ConfirmationWatcher")
                    && Files.readSymbolicLink(Path.of("/proc/" + each.pid() + "/ns/net"))
                            .equals(inside)) {
                watchers.add(each);
            }
        }
        assertThat(watchers).hasSize(1);
        watchers.get(0).destroyForcibly();
        await(() -> !watchers.get(0).isAlive());
    }

    @Test
    void whoDoesNotAnswerInTimeIsToldThatItIsTooLate() throws Exception {
        try (Pty pty = wizard("configure", "--no-lxd", "--no-docker", "--no-test", "--confirm", "1")) {
            pty.answer(UNDERLAY, "")
                    .answer(OVERLAY, "")
                    .answer(IPV6, "")
                    .answer(NAMES, "")
                    .answer(DIRECT, "")
                    .answer(GO_AHEAD, "")
                    .await("Keep it? In 1 s");
            awaitLog("undone\n");
            pty.type("y" + Pty.RETURN).await("Too late");
            assertThat(pty.exitCode()).isEqualTo(ExitCode.CANCELLED.status());
        }
        host.namespace().call(() -> Files.deleteIfExists(Path.of("/run/fanatic/confirm.log")));
    }

    private void awaitLog(String ending) throws InterruptedException {
        awaitInside(() -> {
            Path log = Path.of("/run/fanatic/confirm.log");
            return Files.exists(log) && Files.readString(log).endsWith(ending);
        });
    }

    private void awaitFile(String name, boolean there) {
        awaitInside(() -> Files.exists(Path.of(name)) == there);
    }

    private void awaitInside(Callable<Boolean> condition) {
        await(() -> host.namespace().call(condition));
    }

    /** The watcher has a moment left when it has written its last line. */
    private void awaitTheEndOfTheWatcher() {
        await(() -> before.changesTo(lab.snapshot(host)).stream().noneMatch(line -> line.startsWith("+ process ")));
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Pty.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as(
                            "the log: %s",
                            lab.exec(host, List.of("cat", "/run/fanatic/confirm.log"))
                                    .output())
                    .isNegative();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
