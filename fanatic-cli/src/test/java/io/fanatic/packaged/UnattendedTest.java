package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("packaged")
class UnattendedTest {
    private static final Path SCRIPTS = Path.of("src/test/sh").toAbsolutePath();
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    /** The sentences are in src/test/sh/unattended. */
    @ParameterizedTest
    @ValueSource(strings = {"cloud-init", "ansible"})
    @FanLab(hosts = 1, containers = 0, fan = false)
    void theExampleInstallsThePackageAndSetsAFanUp(String example, Lab lab) {
        ExecResult result = lab.hosts()
                .get(0)
                .exec(
                        "unshare",
                        "--mount",
                        "--uts",
                        "sh",
                        SCRIPTS.resolve("unattended").toString(),
                        example,
                        SCRIPTS.resolve("checks").toString(),
                        Deb.built().toString(),
                        EXAMPLES.toString());
        assertThat(result.output().lines().toList()).hasSizeGreaterThan(8).allMatch(line -> line.startsWith("ok - "));
        assertThat(result.exitCode()).isZero();
    }
}
