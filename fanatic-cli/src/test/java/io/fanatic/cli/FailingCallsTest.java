package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.fault.KillPoints;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.netlink.host.HostSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Each system call by which fanctl changes something fails once, on the real kernel. What is left is what was asked for, or what was
 * there before; it never is something in between, and fanctl says in a sentence what failed.
 *
 * <p>All of them with {@code -Dfanatic.long}; without, one of {@value #SHARE} in turn, and at least four.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class FailingCallsTest extends DisturbedFanctlTests {
    private static final int SHARE = 6;

    // TESTING.md F14
    @Test
    void anyCallOfUpMayFail() {
        survives(0, "up " + FAN, List.of());
    }

    // TESTING.md F14
    @Test
    void anyCallOfUpWithDhcpMayFail() {
        survives(1, "up " + FAN + " --dhcp", List.of());
    }

    /** The second fan on a port makes the first one's tunnel anew, with a filter. */
    // TESTING.md F4
    @Test
    void anyCallOfUpOfASecondFanMayFail() {
        survives(2, "up -u 10.0.0.1/16 -o 251.0.0.0/8", List.of("up " + FAN));
    }

    // TESTING.md F4
    @Test
    void anyCallOfAChangeOfOptionsMayFail() {
        survives(3, "up " + FAN + " --mtu 1400 --host-reserve 3", List.of("up " + FAN));
    }

    // TESTING.md F4
    @Test
    void anyCallOnTheWayToAnIpv6OverlayMayFail() {
        hasAWayOutByIpv6();
        survives(5, "up " + FAN + " --overlay6 fd00:fa::/48", List.of("up " + FAN));
    }

    // TESTING.md F37
    @Test
    void anyCallOfDownMayFail() {
        survives(4, "down " + FAN, List.of("up " + FAN + " --dhcp"));
    }

    /**
     * @param first which of the calls is the first to fail, when not all do
     * @param victim the command whose calls fail
     * @param before what makes the state that it starts from
     */
    private void survives(int first, String victim, List<String> before) {
        before.forEach(this::run);
        HostSnapshot start = state();
        KillPoints calls = KillPoints.toFail(host, ArchivedProgram.of(JavaProgram.fanctl(libraries, victim)));
        HostSnapshot asked = state();
        fanctl(host, "down -e").done();

        int step = ALL ? 1 : Math.max(1, Math.min(SHARE, calls.points().size() / 4));
        int failed = 0;
        int asBefore = 0;
        for (int i = first % step; i < calls.points().size(); i += step) {
            KillPoints.Point point = calls.points().get(i);
            before.forEach(this::run);
            ExecResult result = calls.fail(point);
            List<String> notAsAsked = asked.changesTo(state());
            List<String> notAsBefore = start.changesTo(state());
            if (result.ok()) {
                if (!notAsAsked.isEmpty()) {
                    // The kernel seemed to lack what was tried so; the fans do without until each one's next up.
                    assertThat(notAsAsked)
                            .as("done, though %s failed", point)
                            .allMatch(line -> line.contains(" tcx ") || line.contains("/force_forwarding "));
                    before.forEach(this::run);
                    run(victim);
                }
                assertThat(asked.changesTo(state()))
                        .as("done, though %s failed", point)
                        .isEmpty();
            } else {
                assertThat(notAsAsked.isEmpty() ? notAsAsked : notAsBefore)
                        .as("%s, after %s", result.output(), point)
                        .isEmpty();
                assertThat(result.output().lines())
                        .as("a sentence about %s", point)
                        .singleElement()
                        .asString()
                        .startsWith("fanctl: ")
                        .doesNotContain("Exception");
                asBefore += notAsBefore.isEmpty() ? 1 : 0;
            }
            run("down -e");
            assertThat(without.changesTo(state()))
                    .as("down, after %s failed", point)
                    .isEmpty();
            failed++;
        }
        System.out.println("number: failed kernel calls: " + failed + " of "
                + calls.points().size() + " of fanctl " + victim + ", after " + asBefore
                + " the host was as before, after the others as asked");
        assertThat(failed).isGreaterThanOrEqualTo(4);
    }
}
