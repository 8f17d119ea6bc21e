package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fault 3: many runs at once. */
@FanLab(hosts = 1, containers = 0, fan = false)
class ConcurrencyTest {
    private static final int RUNS = 50;
    private static final String FIRST = "-u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final String SECOND = "-u 10.0.0.1/16 -o 251.0.0.0/8";
    private static final List<String> COMMANDS =
            List.of("up " + FIRST, "up " + SECOND, "down " + FIRST, "down " + SECOND, "show");

    @TempDir
    Path directory;

    @Test
    void fault3FiftyRunsAtOnceLeaveWholeFansOrNone(Lab lab) throws Exception {
        LabHost host = lab.hosts().get(0);
        HostSnapshot before = lab.snapshot(host);
        host.exec(JavaProgram.fanctl(directory, "show").toArray(String[]::new)).orThrow();
        // The same each time: a failure shall be found again.
        Random random = new Random(3);
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            runs.add(start(host, i, COMMANDS.get(random.nextInt(COMMANDS.size()))));
        }

        for (Run run : runs) {
            assertThat(run.process.waitFor(5, TimeUnit.MINUTES)).as(run.command).isTrue();
            // On a slow machine the last ones may give up waiting, which they say.
            assertThat(run.process.exitValue())
                    .as("%s: %s", run.command, Files.readString(run.output))
                    .isIn(ExitCode.DONE.status(), ExitCode.IN_USE.status());
        }

        String shown = fanctl(host, "show").done();
        for (String fan : List.of(FIRST, SECOND)) {
            if (shown.contains(fan.substring(fan.lastIndexOf(' ') + 1))) {
                assertThat(fanctl(host, "up " + fan).done()).contains("is up already, nothing to do");
            }
        }
        fanctl(host, "down -e").done();
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private record Run(String command, Path output, Process process) {}

    private Run start(LabHost host, int number, String command) throws Exception {
        Path output = directory.resolve(number + ".out");
        Process process = new ProcessBuilder(host.namespace().command(JavaProgram.fanctl(directory, command)))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new Run(command, output, process);
    }
}
