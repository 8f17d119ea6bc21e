package io.fanatic.packaged;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.UserModeLinux;
import io.fanatic.harness.lab.ExecResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("packaged")
class BootTest {
    private static final Path SCRIPTS = Path.of("src/test/sh").toAbsolutePath();

    @BeforeEach
    void asRoot() {
        assumeTrue(LIBC.geteuid() == 0, "a guest sees the machine's files, so it needs root");
    }

    /** The sentences are in src/test/sh/boot. */
    // TESTING.md F10
    @Test
    void aHostThatRebootsHasItsFanAndDockersContainersOnItAgain(@TempDir Path work) throws IOException {
        image(work);
        ExecResult result = UserModeLinux.withMemory("2G")
                .within(Duration.ofMinutes(15))
                .sharing(work)
                .withDisk(work.resolve("disk"))
                .asInit()
                .run(
                        "sh",
                        SCRIPTS.resolve("boot").toString(),
                        "init",
                        SCRIPTS.resolve("checks").toString(),
                        Deb.built().toString(),
                        work.toString());
        List<String> lines = result.output().lines().toList();
        lines.stream().filter(line -> line.startsWith("number: ")).forEach(System.out::println);
        assertThat(lines)
                .contains("rebooting")
                .hasSizeGreaterThan(30)
                .allMatch(line -> line.startsWith("ok - ") || line.startsWith("number: ") || line.equals("rebooting"));
        assertThat(result.exitCode()).isZero();
    }

    /** Busybox alone, for {@code docker import}. */
    private static void image(Path work) throws IOException {
        Path bin = Files.createDirectories(work.resolve("image/bin"));
        Files.copy(Path.of("/usr/bin/busybox"), bin.resolve("busybox"));
        for (String applet : List.of("sh", "cat", "nc")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        Deb.run("chmod", "755", bin.resolve("busybox").toString());
        Deb.run(
                "tar",
                "-C",
                work.resolve("image").toString(),
                "-cf",
                work.resolve("busybox.tar").toString(),
                ".");
    }
}
