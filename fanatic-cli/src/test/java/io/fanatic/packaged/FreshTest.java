package io.fanatic.packaged;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes minutes and the archive of the distribution: with {@code -Dfanatic.long} only. */
@Tag("packaged")
@Tag("long")
class FreshTest {
    private static final Path SCRIPTS = Path.of("src/test/sh").toAbsolutePath();

    @BeforeEach
    void asRoot() {
        assumeTrue(LIBC.geteuid() == 0, "a root directory for a package needs root");
    }

    /** The sentences are in src/test/sh/fresh. */
    @Test
    void aptInstallsThePackageOnAFreshSystemAndPurgingItLeavesEveryFileAsItWas(@TempDir Path work) {
        String said = Deb.run(
                "unshare",
                "--mount",
                "--uts",
                "sh",
                SCRIPTS.resolve("fresh").toString(),
                SCRIPTS.resolve("checks").toString(),
                Deb.built().toString(),
                Deb.later(work, tree -> {}).toString(),
                work.toString());
        List<String> lines = said.lines().toList();
        assertThat(lines).hasSizeGreaterThan(15).allMatch(line -> line.startsWith("ok - "));
    }
}
