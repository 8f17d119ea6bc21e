package io.fanatic.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void argumentsArriveAsTheyAreAndTheEnvironmentIsOurs() throws IOException {
        Path output = directory.resolve("output");

        int status = Spawn.run(
                List.of("/bin/sh", "-c", "echo \"$1\"; env | sort >&2; exit 7", "sh", "a $HOME * ä"), output, PATIENCE);

        assertThat(status).isEqualTo(7);
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).contains("a $HOME * ä", "LC_ALL=C", "PATH=" + Spawn.PATH);
        assertThat(lines).noneMatch(line -> line.startsWith("HOME="));
    }

    @Test
    void whatAProgramPrintsOnBothStreamsIsKeptWithoutAFile() {
        Spawn.Output output = Spawn.capture(List.of("/bin/sh", "-c", "echo; echo one; echo two >&2; exit 7"), PATIENCE);
        assertThat(output).isEqualTo(new Spawn.Output(7, "one\ntwo"));
    }

    @Test
    void aSignalIsToldFromAnExitStatus() {
        assertThat(Spawn.run(List.of("/bin/sh", "-c", "kill -9 $$"), directory.resolve("output"), PATIENCE))
                .isEqualTo(128 + 9);
    }

    @Test
    void anAbsentProgramIsAnError() {
        assertThatThrownBy(() -> Spawn.run(List.of("/nosuch/program"), directory.resolve("output"), PATIENCE))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining("/nosuch/program");
    }

    @Test
    void aProgramThatHangsIsKilled() {
        assertThatThrownBy(() -> Spawn.run(
                        List.of("/bin/sh", "-c", "read forever </dev/zero"),
                        directory.resolve("output"),
                        Duration.ofMillis(50)))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT));
    }

    @Test
    void whoWaitsForAProgramDoesNotSpinWhenItIsInterrupted() throws IOException {
        long before = waits();
        Thread.currentThread().interrupt();
        assertThat(Spawn.run(List.of("/bin/sleep", "1"), directory.resolve("output"), PATIENCE))
                .isZero();
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        // Of some 500; who spins has as good as none, and who has no CPU has less.
        assertThat(waits() - before).isGreaterThan(50);
    }

    /** How often this thread has given its CPU away to wait for something. */
    private static long waits() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
            if (line.startsWith("voluntary_ctxt_switches:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("the kernel does not tell");
    }

    @Test
    void aPauseLastsForAnInterruptedThreadToo() {
        Duration pause = Duration.ofMillis(50);
        Thread.currentThread().interrupt();
        long before = System.nanoTime();
        Pause.nanos(pause.toNanos());
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(pause);
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }

    @Test
    void aChildOfTheJdkHasOurEnvironmentToo() throws Exception {
        ProcessBuilder builder = Spawn.builder(List.of("env"));
        assertThat(builder.command().get(0)).startsWith("/");
        Process process = builder.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactlyInAnyOrder("PATH=" + Spawn.PATH, "LC_ALL=C", "HOME=" + System.getProperty("user.home"));
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aNameThatIsNowhereIsAnError() {
        assertThatThrownBy(() -> Spawn.builder(List.of("nosuchprogram"))).hasMessageContaining("run nosuchprogram");
        assertThat(Spawn.find("nosuchprogram")).isEmpty();
    }
}
