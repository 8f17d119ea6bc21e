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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("packaged")
class InstallTest {
    private static final Path SCRIPTS = Path.of("src/test/sh").toAbsolutePath();

    @BeforeEach
    void asRoot() {
        assumeTrue(LIBC.geteuid() == 0, "installing needs root, if only in a guest");
    }

    /** The sentences are in src/test/sh/install. */
    // TESTING.md F36
    @Test
    void thePackageReplacesUbuntuFanIsUpgradedAndPurgedAndLeavesNoFile(@TempDir Path work) throws IOException {
        Path lists = Files.createDirectory(work.resolve("lists"));
        ExecResult result = UserModeLinux.withMemory("1G")
                .within(Duration.ofMinutes(10))
                .sharing(lists)
                .withDisk(work.resolve("disk"))
                .run(
                        "sh",
                        SCRIPTS.resolve("install").toString(),
                        SCRIPTS.resolve("checks").toString(),
                        Deb.built().toString(),
                        // With another default configuration, so that dpkg has to decide about it.
                        Deb.later(work, tree -> Deb.put(tree, "etc/network/fan", "# another default\n"))
                                .toString(),
                        ubuntuFan(work).toString(),
                        lists.toString());
        assertThat(result.output().lines().toList()).hasSizeGreaterThan(30).allMatch(line -> line.startsWith("ok - "));
        assertThat(result.exitCode()).isZero();
        assertThat(left(lists))
                .as("files that are there after the purge, and not before")
                .isEmpty();
    }

    /** A directory that the guest only copied up is on the machine just so. */
    private static List<String> left(Path lists) throws IOException {
        List<String> left = new ArrayList<>(Files.readAllLines(lists.resolve("after")));
        left.removeAll(Files.readAllLines(lists.resolve("before")));
        // With its last file dpkg takes an empty directory along that no other package claims.
        left.removeIf(line -> line.equals("c 0 root:root ./etc/network "));
        // The package's own, deleted in the guest because a fan of the machine's had it at the moment.
        left.removeIf(line -> line.equals("c 0 root:root ./var/lib/fanatic "));
        left.removeIf(line -> line.startsWith("d ") && Files.isDirectory(Path.of("/", line.split(" ")[3])));
        return left;
    }

    private static Path ubuntuFan(Path work) {
        Path tree = work.resolve("ubuntu-fan");
        Deb.put(tree, "DEBIAN/control", """
                Package: ubuntu-fan
                Version: 0.12.17
                Architecture: all
                Maintainer: somebody <somebody@example.invalid>
                Description: Ubuntu FAN network support enablement
                """);
        Deb.put(tree, "DEBIAN/conffiles", "/etc/network/fan\n/etc/network/if-up.d/ubuntu-fan\n");
        Deb.put(tree, "etc/network/fan", "# overlay underlay\n");
        Deb.put(tree, "etc/network/if-up.d/ubuntu-fan", "#!/bin/sh\nexec fanctl up -a\n");
        Deb.put(tree, "usr/sbin/fanctl", "#!/bin/sh\necho the old one\n");
        Deb.put(tree, "usr/sbin/fanatic", "#!/bin/sh\necho the old one\n");
        return Deb.pack(tree, work.resolve("ubuntu-fan.deb"));
    }
}
