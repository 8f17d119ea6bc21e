package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.netlink.engine.FanException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLockTest {
    private static final int HOLDS = 1_000;

    @TempDir
    Path directory;

    @Test
    void whoGivesUpWaitingDoesNotFreeTheLockForOtherProcesses() throws Exception {
        Path file = directory.resolve("lock");
        try (HostLock held = HostLock.take(directory, Duration.ZERO)) {
            assertThatThrownBy(() -> HostLock.take(directory, Duration.ZERO))
                    .isInstanceOfSatisfying(
                            FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE))
                    .hasMessageContaining(
                            file + ": process " + ProcessHandle.current().pid() + ";");

            assertThat(output(process("1", "1")))
                    .as("another process tries once")
                    .contains("0 holds, 0 overlaps");
            assertThat(held).isNotNull();
        }
        assertThat(output(process("1", "1"))).contains("1 holds, 0 overlaps");
    }

    // TESTING.md F3
    @Test
    void threadsOfTwoProcessesNeverHoldItTogether() throws Exception {
        List<Process> processes = List.of(process("4", Integer.toString(HOLDS)), process("4", Integer.toString(HOLDS)));

        for (Process process : processes) {
            assertThat(output(process)).contains(4 * HOLDS + " holds, 0 overlaps");
        }
        System.out.println("number: holds of one lock by threads of two processes: " + 8 * HOLDS);
    }

    @Test
    void whatIsClosedTwiceClosesNothingElse() {
        HostLock first = HostLock.take(directory, Duration.ZERO);
        first.close();
        try (HostLock second = HostLock.take(directory, Duration.ZERO)) {
            first.close();
            assertThatThrownBy(() -> HostLock.take(directory, Duration.ZERO)).hasMessageContaining("holds the lock");
            assertThat(second).isNotNull();
        }
    }

    private Process process(String threads, String holds) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolders.class.getName(),
                directory.toString(),
                threads,
                holds));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
