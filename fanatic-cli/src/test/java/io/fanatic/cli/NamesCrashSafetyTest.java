package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.fault.KillPoints;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults 1 and 6: fanatic and fanctl killed between any two changes while a fan gets names, or loses them. Whatever is left, {@code
 * enable-names}, {@code disable-names}, {@code fanctl up} and {@code down}, and {@code deconfigure} each succeed, and the service runs
 * where the fan has names and nowhere else.
 *
 * <p>At each point with {@code -Dfanatic.long}, without at four of them; the ways out take turns.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class NamesCrashSafetyTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final boolean ALL = System.getProperty("fanatic.long") != null;
    private static final int SAMPLE = 4;
    private static final int WAYS = 4;

    /** Enabled with --now is running. */
    private static final String SYSTEMCTL = """
            mkdir -p /run/names-test && cat >/run/names-test/systemctl <<'END' && chmod 755 /run/names-test/systemctl
            #!/bin/sh
            case $1 in
                is-enabled | is-active) test -e /run/names-test/on ;;
                enable) : >/run/names-test/on ;;
                disable) rm -f /run/names-test/on ;;
                *) exit 4 ;;
            esac
            END
            """;

    @TempDir
    static Path libraries;

    private static LabHost host;
    private static HostSnapshot without = new HostSnapshot(List.of());

    /** Counts the trials, so that the ways out take turns. */
    private int turn;

    @BeforeAll
    static void prepare(Lab lab) {
        host = lab.hosts().get(0);
        host.exec("sh", "-e", "-c", SYSTEMCTL).orThrow();
        // Once, so that jffi has unpacked its library, and the lock is there.
        host.exec(JavaProgram.fanctl(libraries, "show").toArray(String[]::new)).orThrow();
        fanatic("deconfigure --yes");
        without = state();
    }

    @AfterAll
    static void nothingIsLeft() {
        fanatic("deconfigure --yes");
        assertThat(without.changesTo(state())).isEmpty();
        assertThat(isServing()).isFalse();
    }

    private static HostSnapshot state() {
        return new HostSnapshot(EngineSnapshot.of(host));
    }

    private static boolean isServing() {
        return host.exec("test", "-e", "/run/names-test/on").ok();
    }

    private static void fanatic(String words) {
        CliRun.fanatic(host, FanaticWithSystemctl::host, words, "").done();
    }

    @Test
    void fault1KilledAnywhereInEnableNames() {
        survives("enable-names" + FAN, List.of());
    }

    @Test
    void fault1KilledAnywhereInDisableNames() {
        survives("disable-names" + FAN, List.of("enable-names" + FAN));
    }

    @Test
    @Tag("long")
    void fault1KilledAnywhereInDeconfigureOfNames() {
        survives("deconfigure --yes", List.of("enable-names" + FAN));
    }

    /** By fanctl, which starts no service: the flag comes and goes with the fan. */
    @Test
    @Tag("long")
    void fault1KilledAnywhereInUpAndDownOfAFanWithNames() {
        kill("up", KillPoints.of(host, JavaProgram.fanctl(libraries, "up --names" + FAN)), List.of());
        kill(
                "down",
                after(
                        List.of("enable-names" + FAN),
                        () -> KillPoints.of(host, JavaProgram.fanctl(libraries, "down" + FAN))),
                List.of("enable-names" + FAN));
    }

    private void survives(String victim, List<String> before) {
        List<String> command = JavaProgram.of(libraries, FanaticWithSystemctl.class, victim);
        kill(victim, after(before, () -> KillPoints.ofTheWorkingThread(host, command)), before);
    }

    private static KillPoints after(List<String> before, Supplier<KillPoints> points) {
        before.forEach(NamesCrashSafetyTest::fanatic);
        KillPoints kills = points.get();
        fanatic("deconfigure --yes");
        return kills;
    }

    private void kill(String victim, KillPoints kills, List<String> before) {
        fanatic("deconfigure --yes");
        fanatic("enable-names" + FAN);
        HostSnapshot complete = state();
        fanatic("deconfigure --yes");
        int step = ALL ? 1 : Math.max(1, kills.points().size() / SAMPLE);
        int killed = 0;
        for (int i = step / 2; i < kills.points().size(); i += step) {
            String death = victim + " killed before " + kills.points().get(i).description();
            before.forEach(NamesCrashSafetyTest::fanatic);
            kills.kill(kills.points().get(i));
            leave(turn++ % WAYS, complete, death);
            fanatic("deconfigure --yes");
            assertThat(without.changesTo(state())).as(death).isEmpty();
            assertThat(isServing()).as(death).isFalse();
            killed++;
        }
        System.out.println("number: kill points of names, " + victim + ": killed " + killed + " times, at "
                + kills.points().size() + " points at most");
        assertThat(killed).isGreaterThanOrEqualTo(SAMPLE);
    }

    private static void leave(int way, HostSnapshot complete, String death) {
        switch (way) {
            case 0 -> {
                fanatic("enable-names" + FAN);
                assertThat(complete.changesTo(state())).as(death).isEmpty();
                assertThat(isServing()).as(death).isTrue();
            }
            case 1 -> {
                fanatic("disable-names" + FAN);
                assertThat(isServing()).as(death).isFalse();
            }
            case 2 -> {
                // It says that nobody serves.
                assertThat(CliRun.fanctl(host, "up --names" + FAN).exitCode()).isEqualTo(ExitCode.DONE);
                CliRun.fanctl(host, "down" + FAN).done();
            }
            default -> {}
        }
    }
}
