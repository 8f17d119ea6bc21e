package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fanatic.cli.fault.KillPoints;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.netlink.host.HostSnapshot;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Faults 1 and 6: fanctl killed between any two of its system calls. Whatever it leaves, {@code fanctl up} makes a whole fan
 * of it, and {@code fanctl down} the host as it was.
 *
 * <p>Both are tried at each point with {@code -Dfanatic.long}; without, one of them at each second point, in turn.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class CrashSafetyTest extends DisturbedFanctlTests {
    @Test
    void fault1KilledAnywhereInUp() {
        survives("up " + FAN, List.of(), List.of("up " + FAN));
    }

    @Test
    void fault1KilledAnywhereInUpWithDhcp() {
        survives("up " + FAN + " --dhcp", List.of(), List.of("up " + FAN + " --dhcp"));
    }

    @Test
    void fault1KilledAnywhereInDown() {
        survives("down " + FAN, List.of("up " + FAN + " --dhcp"), List.of("up " + FAN + " --dhcp"));
    }

    /** The second fan on a port makes the first one's tunnel anew, with a filter. */
    @Test
    void fault1KilledAnywhereInUpOfASecondFan() {
        String second = "up -u 10.0.0.1/16 -o 251.0.0.0/8";
        survives(second, List.of("up " + FAN), List.of("up " + FAN, second));
    }

    @Test
    void fault1KilledAnywhereOnTheWayToTheFastPath() {
        survives("up " + FAN, List.of("up " + FAN + " --no-fast"), List.of("up " + FAN));
    }

    @Test
    void fault1KilledAnywhereOnTheWayBackFromTheFastPath() {
        survives("up " + FAN + " --no-fast", List.of("up " + FAN), List.of("up " + FAN + " --no-fast"));
    }

    @Test
    @Tag("long")
    void fault1KilledAnywhereOnTheWayToAnIpv6Overlay() {
        hasAWayOutByIpv6();
        String dual = "up " + FAN + " --overlay6 fd00:fa::/48";
        survives(dual, List.of("up " + FAN), List.of(dual));
    }

    @Test
    @Tag("long")
    void fault1KilledAnywhereInDownFromAnIpv6Overlay() {
        hasAWayOutByIpv6();
        String dual = "up " + FAN + " --overlay6 fd00:fa::/48";
        survives("down " + FAN, List.of(dual), List.of(dual));
    }

    @Test
    @Tag("long")
    void fault1KilledAnywhereOnTheWayToPacketsWithoutEncapsulation() {
        survives("up " + FAN + " --direct", List.of("up " + FAN), List.of("up " + FAN + " --direct"));
    }

    @Test
    @Tag("long")
    void fault1KilledAnywhereInDownFromPacketsWithoutEncapsulation() {
        survives("down " + FAN, List.of("up " + FAN + " --direct"), List.of("up " + FAN + " --direct"));
    }

    @Test
    void fault1KilledAnywhereInAChangeOfOptions() {
        String changed = "up " + FAN + " --mtu 1400 --host-reserve 3 --underlay-only";
        survives(changed, List.of("up " + FAN), List.of(changed));
    }

    /** What the other tests count on: that the n-th call of a name is the same one in each run. */
    @Test
    void aRunKilledAsItTakesTheLockLeavesTheNextOneItsCalls() {
        run("up " + FAN);
        run("down -e");
        List<String> up = ArchivedProgram.of(JavaProgram.fanctl(libraries, "up " + FAN));
        KillPoints kills = KillPoints.of(host, up);
        run("down -e");
        KillPoints.Point signing = kills.points().stream()
                .filter(point -> point.description().contains("process "))
                .findFirst()
                .orElseThrow();
        kills.kill(signing);
        List<KillPoints.Point> after = KillPoints.of(host, up).points();
        run("down -e");
        assertThat(after)
                .extracting(KillPoints.Point::name, KillPoints.Point::number)
                .containsExactlyElementsOf(kills.points().stream()
                        .map(point -> tuple(point.name(), point.number()))
                        .toList());
    }

    /**
     * @param victim what is killed
     * @param before what makes the state that it starts from
     * @param whole what makes the fans whole afterwards
     */
    private void survives(String victim, List<String> before, List<String> whole) {
        before.forEach(this::run);
        KillPoints kills = KillPoints.of(host, ArchivedProgram.of(JavaProgram.fanctl(libraries, victim)));
        fanctl(host, "down -e").done();
        whole.forEach(this::run);
        HostSnapshot complete = state();
        fanctl(host, "down -e").done();

        int trials = 0;
        for (int i = 0; i < 2 * kills.points().size(); i++) {
            if (ALL || i / 2 % 2 == 0 && i / 4 % 2 == i % 2) {
                KillPoints.Point point = kills.points().get(i / 2);
                before.forEach(this::run);
                kills.kill(point);
                if (i % 2 == 0) {
                    whole.forEach(this::run);
                    assertThat(complete.changesTo(state()))
                            .as("up, after death before %s", point)
                            .isEmpty();
                }
                run("down -e");
                assertThat(without.changesTo(state()))
                        .as("down, after death before %s", point)
                        .isEmpty();
                trials++;
            }
        }
        System.out.println("number: kill points of fanctl " + victim + ": killed " + trials + " times, at "
                + kills.points().size() + " points at most");
        assertThat(trials).isGreaterThanOrEqualTo(4);
    }
}
