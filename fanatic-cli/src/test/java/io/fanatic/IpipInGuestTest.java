package io.fanatic;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.IpipDockerCases;
import io.fanatic.harness.lab.ExecResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** IPIP fans on a kernel that has IPIP: user-mode Linux, booted once for all of {@link IpipFanCases} and {@link IpipDockerCases}. */
class IpipInGuestTest {
    @Test
    void ipipFansDoOnARealKernelWhatTheyPromise() {
        assumeTrue(LIBC.geteuid() == 0, "the guest sees the machine's files, so it needs root");
        ExecResult result = UserModeLinux.withMemory("3G")
                .within(Duration.ofMinutes(8))
                .run(GuestTests.command(IpipFanCases.class, IpipDockerCases.class)
                        .toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }
}
