package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab that a command has made for itself goes with the command, whatever ends it. */
class LabInterruptTest {
    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-i";
    private static final int SIGTERM_EXIT_CODE = 128 + 15;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    static Path libraries;

    @TempDir
    Path home;

    @AfterEach
    void sweep() {
        Lab.find(NAME).ifPresent(Lab::close);
    }

    @Test
    void theDemo() throws Exception {
        Path begun = fanctlWithoutEnd();
        assertThat(interrupted("demo", () -> Files.exists(begun))).contains("interrupted; the lab is gone");
        // When the first host's has ended, the command begins the second's, in the middle of the end.
        assertThat(Files.readAllLines(begun)).isNotEmpty().noneMatch(LabInterruptTest::lives);
    }

    @Test
    void aLabThatIsNotUpYet() throws Exception {
        Path begun = fanctlWithoutEnd();
        interrupted("up", () -> Files.exists(begun));
        assertThat(Files.readAllLines(begun)).isNotEmpty().noneMatch(LabInterruptTest::lives);
    }

    @Test
    void theBench() throws Exception {
        assertThat(interrupted("bench --runs 1000", () -> printed().contains("1/12000")))
                .contains("1/12000");
    }

    @Test
    void aScenario() throws Exception {
        Path scenario = Files.writeString(home.resolve("long.yaml"), """
                title: Long
                underlay: 10.0.0.0/16
                fans: [{overlay: 250.0.0.0/8}]
                hosts: 2
                containers: 0
                steps:
                  - reach: all
                  - link: {of: h2, state: down}
                  - loss: {between: h1 to h2, packets: 10000, at most: 100 %}
                """);
        assertThat(interrupted("run " + scenario, () -> printed().contains("reach all")))
                .contains("reach all");
    }

    /** The lab is up, and its fans never are; gives the file with the processes that began. */
    private Path fanctlWithoutEnd() throws IOException {
        Path begun = home.resolve("begun");
        Path fanctl =
                Files.writeString(home.resolve("fanctl"), "#!/bin/sh\necho $$ >>" + begun + "\nexec sleep 1000\n");
        Files.setPosixFilePermissions(fanctl, PosixFilePermissions.fromString("rwxr-xr-x"));
        return begun;
    }

    /** What it printed until it was ended, when the condition held. */
    private String interrupted(String command, BooleanSupplier ready) throws IOException, InterruptedException {
        assumeTrue(LIBC.geteuid() == 0, "a lab needs root");
        List<String> words = new ArrayList<>(JavaProgram.WITH_DEFAULT_SIGNALS);
        words.add("JAVA_TOOL_OPTIONS=-Dfanatic.home=" + home);
        words.addAll(JavaProgram.fanatic(libraries, "lab " + command + " --lab " + NAME));
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("printed").toFile())
                .start();
        try {
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (!ready.getAsBoolean()) {
                assertThat(process.isAlive()).as(printed()).isTrue();
                assertThat(System.nanoTime()).as(printed()).isLessThan(deadline);
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
            assertThat(Lab.find(NAME)).isPresent();
            process.destroy();
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .as(printed())
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT_CODE);
        assertThat(Lab.names()).doesNotContain(NAME);
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
        assertThat(printed()).doesNotContain("Exception", "\tat ");
        return printed();
    }

    private static boolean lives(String pid) {
        return ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    private String printed() {
        try {
            return Files.readString(home.resolve("printed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
