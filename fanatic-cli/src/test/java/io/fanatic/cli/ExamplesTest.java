package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanConfig;
import io.fanatic.harness.daemon.Dockerd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.report.JsonReport;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.ReportFiles;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    @Test
    void theConfigurationIsValid() throws IOException {
        assertThat(FanConfig.read(EXAMPLES.resolve("network-fan"))
                        .requireValid()
                        .lines())
                .extracting(line -> line.entry().toString())
                .containsExactly(
                        "250.0.0.0/8 10.0.0.0/16 dhcp",
                        "251.0.0.0/8 eth1/24 host-reserve 9 bridge br-lab",
                        "252.0.0.0/8 default/16 off");
    }

    /** Each line of the walk through that begins with a host's name is run there; what is to be printed is. */
    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void theTwoHostWalkThroughWorksAsItIsWritten(Lab lab, @TempDir Path bin) throws IOException {
        Path fanatic = Files.writeString(
                bin.resolve("fanatic"),
                "#!/bin/sh\nexec '" + System.getProperty("java.home")
                        + "/bin/java' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '"
                        + System.getProperty("surefire.real.class.path", System.getProperty("java.class.path"))
                        + "' " + Fanatic.class.getName() + " \"$@\"\n");
        Files.setPosixFilePermissions(fanatic, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<HostSnapshot> before = new ArrayList<>();
        String printed = "";
        int commands = 0;
        try (Dockerd first = Dockerd.start(lab.hosts().get(0));
                Dockerd second = Dockerd.start(lab.hosts().get(1))) {
            for (LabHost host : lab.hosts()) {
                before.add(host.namespace().call(HostSnapshot::take));
            }
            for (String line : Files.readAllLines(EXAMPLES.resolve("two-host-docker.md"))) {
                if (line.matches("    h[12]# .*")) {
                    LabHost host = lab.hosts().get(line.charAt(5) - '1');
                    String command = "PATH=" + bin + ":$PATH; " + line.substring(8);
                    ExecResult result = patiently(lab, host, command, line.contains(" wget "));
                    assertThat(result.ok()).as(line + "\n" + result.output()).isTrue();
                    printed = result.output();
                    commands++;
                } else if (line.startsWith("    ")) {
                    assertThat(printed.strip()).as("what is printed").isEqualTo(line.strip());
                }
            }
            for (LabHost host : lab.hosts()) {
                assertThat(before.get(host.number() - 1)
                                .changesTo(host.namespace().call(HostSnapshot::take)))
                        .isEmpty();
            }
            first.removeContainers();
            second.removeContainers();
        }
        assertThat(commands).isEqualTo(9);
    }

    /** On a machine where many namespaces come and go, the kernel takes a while until a new bridge port forwards. */
    private static ExecResult patiently(Lab lab, LabHost host, String command, boolean again) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        ExecResult result = lab.exec(host, List.of("sh", "-c", command));
        while (again && !result.ok() && System.nanoTime() < end) {
            result = lab.exec(host, List.of("sh", "-c", command));
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"two-hosts", "two-fans", "eight-hosts"})
    void theScenariosRunAndEverythingIsAsTheyExpect(String name, @TempDir Path directory) throws IOException {
        assumeTrue(LIBC.geteuid() == 0, "a lab needs root");
        String lab = "fant-" + ProcessHandle.current().pid() + "-x";
        CliRun run = CliRun.fanatic(
                "lab run " + EXAMPLES.resolve(name + ".yaml") + " --lab " + lab + " --report " + directory);
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("Everything was as expected").doesNotContain("FAILED", "\033[");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80 || line.startsWith("Report:"));
        Report report = JsonReport.read(Files.readString(directory.resolve(ReportFiles.JSON)));
        assertThat(report.ok()).isTrue();
        assertThat(report.trials()).hasSizeGreaterThan(5);
        assertThat(Lab.names()).doesNotContain(lab);
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void aProgramOfTenLinesBringsAFanUp(Lab lab) {
        LabHost host = lab.hosts().get(0);
        ExecResult result = lab.exec(
                host,
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        EXAMPLES.resolve("BringUp.java").toString()));
        assertThat(result.output())
                .isEqualTo("9 steps to go\nfan-250 owns 250.0.1.0/24\nthe second time there is nothing to do\n");
        assertThat(result.ok()).isTrue();
    }

    @Test
    @FanLab(hosts = 2, containers = 0)
    void aProgramOfTenLinesTellsWhichHostsAreReached(Lab lab) {
        ExecResult result = lab.exec(
                lab.hosts().get(0),
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        EXAMPLES.resolve("ReachCheck.java").toString(),
                        "10.0.0.2",
                        "192.0.2.1"));
        assertThat(result.output())
                .endsWith(
                        "10.0.0.2 is reached\n192.0.2.1: 192.0.2.1 is neither in the underlay nor in the overlay of a fan"
                                + " of this host\n");
        assertThat(result.ok()).isTrue();
    }
}
