package io.fanatic.cli.lab;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import io.fanatic.cli.Fanatic;
import io.fanatic.cli.Fanctl;
import io.fanatic.cli.ReportJson;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.report.format.ReportFiles;
import io.fanatic.netlink.host.Namespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topology: that of {@link Lab}; hosts run the real fanctl, started from this test's class path. */
class LabCommandsTest {

    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-c";
    private static final String HOME = io.fanatic.harness.lab.Fanctl.HOME;

    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final String homeBefore = System.getProperty(HOME, "");

    @BeforeEach
    void installFanctl() throws IOException {
        assumeTrue(LIBC.geteuid() == 0, "a lab needs root");
        install("exec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '"
                + System.getProperty("java.class.path") + "' " + Fanctl.class.getName() + " \"$@\"");
        System.setProperty(HOME, home.toString());
    }

    private void install(String script) throws IOException {
        Path fanctl = Files.writeString(home.resolve("fanctl"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(fanctl, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void leavesNothing() {
        System.setProperty(HOME, homeBefore);
        Lab.find(NAME).ifPresent(Lab::close);
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
    }

    @Test
    void theDemoPassesFitsTheScreenAndLeavesNothing() {
        ExitCode code = lab("demo", "--hosts", "2", "--containers", "1");

        assertThat(code).as(output()).isEqualTo(ExitCode.DONE);
        assertThat(output())
                .contains("h1 # fanctl up -u 10.0.0.1/16 -o 250.0.0.0/8", "fan-250 is up", "Everything passed")
                .doesNotContain("FAILED", "\033[");
        assertThat(output().lines()).allMatch(line -> line.length() <= Screen.WIDTH);
        assertThat(Lab.names()).doesNotContain(NAME);
    }

    @Test
    void aDemoWhoseFanDoesNotComeUpFailsAndLeavesNothing() throws IOException {
        install("echo 'fanctl: no such luck' >&2; exit 4");

        assertThat(lab("demo", "--hosts", "1", "--containers", "1")).isEqualTo(ExitCode.TEST_FAILED);

        assertThat(output()).contains("no such luck", "exit code 4", "Not everything passed");
        assertThat(Lab.names()).doesNotContain(NAME);
    }

    @Test
    void aDemoNoticesWhatFanctlLeavesBehind() throws IOException {
        String fanctl = Files.readString(home.resolve("fanctl"))
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        install("[ \"$1\" = down ] && ip link add forgotten type bridge\n" + fanctl);

        assertThat(lab("demo", "--hosts", "1", "--containers", "1")).isEqualTo(ExitCode.TEST_FAILED);

        assertThat(output()).contains("these differ", "+ link forgotten");
    }

    @Test
    void aLabWithAnIpv6OverlayIsTestedByBothFamilies() {
        assertThat(lab("up", "--hosts", "2", "--containers", "1", "--overlay6", "fd00:fa::/68"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("choose an overlay with a prefix of at most /48");
        assertThat(lab("up", "--hosts", "2", "--containers", "1", "--overlay6", "fd00:fa::/48"))
                .as(errors())
                .isEqualTo(ExitCode.DONE);
        assertThat(lab("test")).as(output()).isEqualTo(ExitCode.DONE);
        assertThat(output())
                .contains("pings between hosts and containers by IPv6", "bulk TCP transfers by IPv6, intact")
                .contains("Everything passed");
        // Its first line has the lab's name, which is long here.
        assertThat(output().lines().skip(1)).allMatch(line -> line.length() <= Screen.WIDTH);
        assertThat(lab("down")).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aLabStaysUntilItIsTakenDown() {
        assertThat(lab("up", "--hosts", "2", "--containers", "1", "--port", "8473"))
                .as(errors())
                .isEqualTo(ExitCode.DONE);
        Lab made = Lab.find(NAME).orElseThrow();
        assertThat(made.exec(made.hosts().get(0), List.of("ip", "-d", "link", "show", "ftun-250"))
                        .output())
                .contains("dstport 8473");
        assertThat(output()).contains("h2   10.0.0.2        owns 250.0.2.0/24  h2c1 250.0.2.2");

        assertThat(lab("list")).isEqualTo(ExitCode.DONE);
        assertThat(output()).contains(NAME + ": 2 hosts with 1 container each, 250.0.0.0/8 over 10.0.0.0/16");

        assertThat(lab("list", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(JsonParser.parseString(output())
                        .getAsJsonObject()
                        .getAsJsonArray("labs")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("hosts"))
                .hasSize(2);

        assertThat(lab("test")).as(output()).isEqualTo(ExitCode.DONE);
        assertThat(output()).contains("Everything passed");
        assertThat(lab("test", "--json")).as(errors()).isEqualTo(ExitCode.DONE);
        assertThat(ReportJson.of(output()).ok()).isTrue();

        assertThat(lab("up")).isEqualTo(ExitCode.FAILED);
        assertThat(errors()).contains("the lab " + NAME + " is up already");

        assertThat(lab("down")).isEqualTo(ExitCode.DONE);
        assertThat(output()).contains(NAME + " is down");
        assertThat(lab("down")).isEqualTo(ExitCode.DONE);
        assertThat(output()).contains("nothing to do");
        assertThat(lab("list")).isEqualTo(ExitCode.FAILED);
        assertThat(errors()).contains("there is no lab " + NAME);
    }

    @Test
    void aTestOfAFanThatLostATunnelFailsAndNamesThePairs() {
        lab("up", "--hosts", "2", "--containers", "1");
        Lab lab = Lab.find(NAME).orElseThrow();
        lab.exec(lab.hosts().get(1), List.of("ip", "link", "set", "ftun-250", "down"))
                .orThrow();

        assertThat(lab("test")).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(output()).contains("LOST", "h1c1 pings h2c1", "Not everything passed");
    }

    @Test
    void aTestWritesAReportThatSaysTheSame() throws IOException {
        lab("up", "--hosts", "2", "--containers", "1");
        Path directory = home.resolve("report");

        assertThat(lab("test", "--report", directory.toString())).as(output()).isEqualTo(ExitCode.DONE);

        assertThat(output()).contains("Report: " + directory.resolve(ReportFiles.HTML));
        ReportJson report = ReportJson.in(directory);
        assertThat(report.ok()).isTrue();
        assertThat(report.pairs())
                .hasSize(4 * 4 - 4)
                .allSatisfy(pair -> assertThat(ReportJson.objects(pair, "stages"))
                        .extracting(stage -> stage.get("name").getAsString())
                        .containsExactly("ping", "data", "throughput"));
        assertThat(report.trials())
                .extracting(trial -> trial.get("group").getAsString())
                .containsOnly("way out", "lies");
        assertThat(ReportJson.objects(report.document().getAsJsonObject("topology"), "hosts"))
                .hasSize(2);
        assertThat(directory.resolve(ReportFiles.JUNIT)).exists();
        assertThat(directory.resolve(ReportFiles.MARKDOWN)).exists();
    }

    @Test
    void aReportExplainsWhatTheUnderlayTellsAboutAFailure() throws IOException {
        lab("up", "--hosts", "2", "--containers", "0");
        Lab lab = Lab.find(NAME).orElseThrow();
        Path directory = home.resolve("report");
        lab.exec(lab.hosts().get(1), List.of("ip", "link", "set", "ftun-250", "down"))
                .orThrow();
        assertThat(lab("test", "--report", directory.toString())).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(failure(directory)).contains("h2 answers h1 on the underlay, but h2 does not through the fan");

        lab.exec(lab.hosts().get(1), List.of("ip", "link", "set", "eth0", "down"))
                .orThrow();
        assertThat(lab("test", "--report", directory.toString())).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(failure(directory)).contains("does not answer h1 on the underlay either");
    }

    private static String failure(Path directory) throws IOException {
        return ReportJson.in(directory).failure().get("explanation").getAsString();
    }

    @Test
    void aScenarioWhoseExpectationDoesNotHoldFailsAndLeavesNothing() throws IOException {
        Path file = Files.writeString(home.resolve("wrong.yaml"), """
                title: Wrong
                underlay: 10.0.0.0/16
                fans: [{overlay: 250.0.0.0/8}]
                hosts: 2
                containers: 0
                steps:
                  - reach: all
                  - unreachable: h1 to h2
                  - link: {of: h2, state: down}
                  - reach: h1 to h2
                """);
        assertThat(lab("run", file.toString())).isEqualTo(ExitCode.TEST_FAILED);
        assertThat(output())
                .contains(
                        "ok      1. reach all",
                        "FAILED  2. unreachable h1 to h2",
                        "line 8: h1 pings h2",
                        "FAILED  4. reach h1 to h2");
        assertThat(Lab.names()).doesNotContain(NAME);
    }

    @Test
    void aStepThatHasNothingToTryFails() throws IOException {
        Path file = Files.writeString(home.resolve("nobody.yaml"), """
                title: Nobody
                underlay: 10.0.0.0/16
                fans: [{overlay: 250.0.0.0/8}]
                hosts: 2
                containers: 0
                steps:
                  - stop: h1
                  - reach: all
                  - unreachable: all
                  - throughput: {between: all, at least: 1 Mbit/s}
                  - loss: {between: all, at most: 100 %}
                """);
        assertThat(lab("run", file.toString())).isEqualTo(ExitCode.TEST_FAILED);
        for (String step : List.of("2. reach all", "3. unreachable all", "4. throughput", "5. loss")) {
            assertThat(output()).contains("FAILED  " + step);
        }
        assertThat(output()).contains("line 8: there is nothing to try");
    }

    @Test
    void aTestThatTriesNothingFails() {
        assertThat(lab("demo", "--hosts", "1", "--containers", "0"))
                .as(output())
                .isEqualTo(ExitCode.TEST_FAILED);
        assertThat(output())
                .containsPattern("pings between hosts and containers +0 +0 +FAILED")
                .doesNotContain("TCP transfers to the outside, as", "attempts to send under somebody");

        lab("up", "--hosts", "1", "--containers", "0");
        assertThat(lab("test", "--json")).isEqualTo(ExitCode.TEST_FAILED);
    }

    @Test
    void severalScenariosAreAllReadBeforeTheFirstAndThenAllRun() throws IOException {
        String scenario = """
                title: %s
                underlay: 10.0.0.0/16
                fans: [{overlay: 250.0.0.0/8}]
                hosts: 2
                containers: 0
                steps:
                  - %s: h1 to h2
                """;
        Path good = Files.writeString(home.resolve("good.yaml"), scenario.formatted("Good", "reach"));
        Path wrong = Files.writeString(home.resolve("wrong.yaml"), scenario.formatted("Wrong", "unreachable"));
        Path reports = home.resolve("reports");

        String none = home.resolve("none.yaml").toString();
        assertThat(lab("run", good.toString(), none)).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("there is no file " + none);
        assertThat(output()).doesNotContain("Good");

        assertThat(lab("run", wrong.toString(), good.toString(), "--report", reports.toString()))
                .isEqualTo(ExitCode.TEST_FAILED);
        assertThat(output()).contains("FAILED  1. unreachable h1 to h2", "ok      1. reach h1 to h2");
        assertThat(reports.resolve("good/report.html")).exists();
        assertThat(reports.resolve("wrong/report.html")).exists();
        assertThat(Lab.names()).doesNotContain(NAME);
    }

    @Test
    void aBadScenarioIsAUsageErrorWithFileAndLine() throws IOException {
        Path file = Files.writeString(home.resolve("bad.yaml"), "title: Bad\nunderlai: 10.0.0.0/16\n");
        assertThat(lab("run", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains(file + ":2: \"underlai\" is unknown here");
        assertThat(lab("run", home.resolve("none.yaml").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("there is no file");
    }

    @Test
    void execEndsAsTheCommandEnded() {
        lab("up", "--hosts", "1", "--containers", "1");
        List<Integer> exits = new ArrayList<>();
        exec(exits, "h1c1", "sh", "-c", "exit 42");
        assertThat(exits).containsExactly(42);
        // A script that is beside it, or in a host: the working directory is the caller's, as with ip netns exec.
        String here = Path.of("").toAbsolutePath().toString();
        for (String node : List.of("h1c1", "h1")) {
            exec(exits, node, "sh", "-c", "test \"$(pwd -P)\" = '" + here + "'");
        }
        assertThat(exits).containsExactly(42, 0, 0);

        assertThat(lab("exec", "h7", "--", "true")).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("has no \"h7\"");
    }

    private static void exec(List<Integer> exits, String... words) {
        Program program = new Program("fanatic", "", List.of("exec")) {
            @Override
            protected Command command(String name) {
                return new ExecCommand(exits::add);
            }
        };
        List<String> arguments = new ArrayList<>(List.of("exec", "--lab", NAME, words[0], "--"));
        arguments.addAll(List.of(words).subList(1, words.length));
        program.run(arguments.toArray(String[]::new), new Console(System.out, System.err));
    }

    @Test
    void aShapeThatDoesNotFitIsAUsageError() {
        assertThat(lab("up", "--hosts", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("a lab on 10.0.0.0/16 has 1 to 250 hosts, not 0");
        assertThat(lab("up", "-u", "10.0.0.0/8", "-o", "250.0.0.0/8")).isEqualTo(ExitCode.USAGE);
        assertThat(errors()).contains("wider");
    }

    @Test
    void aLabThatIsNotUpIsNamed() {
        assertThat(lab("test")).isEqualTo(ExitCode.FAILED);
        assertThat(errors()).contains("there is no lab " + NAME);
    }

    private ExitCode lab(String command, String... more) {
        out.reset();
        err.reset();
        List<String> words = new ArrayList<>(List.of("lab", command, "--lab", NAME));
        words.addAll(List.of(more));
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Fanatic().run(words.toArray(String[]::new), console);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
