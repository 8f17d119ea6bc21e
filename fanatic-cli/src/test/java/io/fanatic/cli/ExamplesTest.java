package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanConfig;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.report.JsonReport;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.ReportFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
