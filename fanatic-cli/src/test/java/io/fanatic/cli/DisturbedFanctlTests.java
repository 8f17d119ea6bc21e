package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that disturb fanctl's system calls on a lab's only host, which is afterwards as it was without a fan. */
abstract class DisturbedFanctlTests {
    static final String FAN = "-u 10.0.0.1/16 -o 250.0.0.0/8";
    /** Every point is tried, not a share of them. */
    static final boolean ALL = System.getProperty("fanatic.long") != null;

    @TempDir
    static Path libraries;

    LabHost host;
    HostSnapshot without;
    private Lab lab;

    @BeforeEach
    void rememberTheHost(Lab lab) {
        this.lab = lab;
        host = lab.hosts().get(0);
        // Once, so that jffi has unpacked its library.
        host.exec(JavaProgram.fanctl(libraries, "show").toArray(String[]::new)).orThrow();
        // And once more, so that the lock is there: its directory is made only once.
        fanctl(host, "down -e").done();
        without = state();
    }

    @AfterEach
    void theHostIsAsItWas() {
        fanctl(host, "down -e").done();
        assertThat(without.changesTo(state())).isEmpty();
    }

    /** Then a fan with an IPv6 overlay has the outside to lead to, too. */
    void hasAWayOutByIpv6() {
        host.exec(
                        "sh",
                        "-e",
                        "-c",
                        "ip -6 address replace 2001:db8::2/64 dev eth0 nodad;"
                                + " ip -6 route replace default via 2001:db8::1 dev eth0")
                .orThrow();
    }

    void run(String command) {
        fanctl(host, command).done();
    }

    HostSnapshot state() {
        return lab.snapshot(host);
    }
}
