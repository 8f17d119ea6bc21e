package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.cli.fault.KillPoints;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults 1 and 6: fanatic killed between any two changes while it puts a real Docker or Incus on a fan, takes it off, or takes all of
 * it away. Whatever it leaves, enabling, disabling, {@code deconfigure}, {@code fanctl up} and {@code down} each succeed, and the host
 * is what it should be then.
 *
 * <p>All of them are tried at each point with {@code -Dfanatic.long}, one of them at those of the calls by which the fan itself comes and
 * goes, which {@link CrashSafetyTest} is about; without, one of them at some of the points, in turn. LXD goes the way of Incus; Podman
 * and CNI that of Docker's own network, with a file in place of a request.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class EngineCrashSafetyTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final String DEFAULT_BRIDGE = "enable-docker --default-bridge" + FAN;
    private static final boolean ALL = System.getProperty("fanatic.long") != null;

    /** How many of the points of system calls are tried when not all are. */
    private static final int SHARE = 2;

    /** How many ways there are out of what a killed run has left. */
    private static final int WAYS = 4;

    private static final List<String> NETLINK = List.of("sendto", "sendmsg", "bpf");

    @TempDir
    static Path libraries;

    /** What the host is like after each of the commands that enable an engine. */
    private static final Map<String, HostSnapshot> COMPLETE = new HashMap<>();

    private static Dockerd docker;
    private static Lxd incus;
    private static Lab hostsLab;
    private static LabHost host;
    private static HostSnapshot without = new HostSnapshot(List.of());

    /** Counts the trials, so that the ways out take turns; deconfigure is the first, and meets a Docker that is down. */
    private int turn = WAYS - 1;

    /**
     * What is tried.
     *
     * @param victim what is killed
     * @param before what makes the state that it starts from
     * @param enable what makes the whole of it, and undoes nothing
     * @param disable what takes the engine off
     */
    private record Trial(String victim, List<String> before, String enable, String disable) {}

    /**
     * A place to be killed at.
     *
     * @param words where that is
     * @param eachWay whether each of the ways out is tried there, not one of them
     * @param kill runs the victim, and kills it there
     */
    private record Death(String words, boolean eachWay, Runnable kill) {}

    @BeforeAll
    static void startTheEngines(Lab lab) {
        hostsLab = lab;
        host = lab.hosts().get(0);
        docker = Dockerd.start(host);
        incus = Lxd.startIncus(host);
        // Once, so that jffi has unpacked its library.
        host.exec(JavaProgram.fanctl(libraries, "show").toArray(String[]::new)).orThrow();
        fanatic(host, "deconfigure --yes").done();
        without = state();
    }

    @AfterAll
    static void stopTheEngines() {
        COMPLETE.clear();
        incus.close();
        docker.close();
    }

    @AfterEach
    void theHostIsAsItWas() {
        dockerRuns();
        deconfigure();
    }

    private static HostSnapshot state() {
        List<String> lines = EngineSnapshot.of(host);
        lines.addAll(docker.docker("network", "ls", "--format", "network {{.Name}} {{.Driver}}")
                .orThrow()
                .output()
                .lines()
                .sorted()
                .toList());
        lines.addAll(incus.client("profile", "list", "-f", "csv")
                .orThrow()
                .output()
                .lines()
                .toList());
        return new HostSnapshot(lines);
    }

    @Test
    void fault1KilledAnywhereInEnableDocker() {
        Trial trial = new Trial("enable-docker" + FAN, List.of(), "enable-docker" + FAN, "disable-docker" + FAN);
        betweenRequests(trial, "DOCKER_HOST=unix://", Dockerd.SOCKET);
        betweenSystemCalls(trial);
    }

    @Test
    void fault1KilledAnywhereInDisableDocker() {
        Trial trial = new Trial(
                "disable-docker" + FAN, List.of("enable-docker" + FAN), "enable-docker" + FAN, "disable-docker" + FAN);
        betweenRequests(trial, "DOCKER_HOST=unix://", Dockerd.SOCKET);
        if (ALL) {
            betweenSystemCalls(trial);
        }
    }

    @Test
    void fault1KilledAnywhereInDeconfigure() {
        Trial trial = new Trial(
                "deconfigure --yes", List.of("enable-docker" + FAN), "enable-docker" + FAN, "disable-docker" + FAN);
        betweenRequests(trial, "DOCKER_HOST=unix://", Dockerd.SOCKET);
        betweenSystemCalls(trial);
    }

    /** Docker restarts, and may be down when the run that restarts it is killed. */
    @Test
    void fault1KilledAnywhereInEnableDockerForPlainDockerRun() {
        Trial trial = new Trial(DEFAULT_BRIDGE, List.of(), DEFAULT_BRIDGE, "disable-docker" + FAN);
        betweenRequests(trial, "DOCKER_HOST=unix://", Dockerd.SOCKET);
        betweenSystemCalls(trial);
    }

    @Test
    void fault1KilledAnywhereInDeconfigureOfPlainDockerRun() {
        Trial trial = new Trial("deconfigure --yes", List.of(DEFAULT_BRIDGE), DEFAULT_BRIDGE, "disable-docker" + FAN);
        betweenRequests(trial, "DOCKER_HOST=unix://", Dockerd.SOCKET);
        if (ALL) {
            betweenSystemCalls(trial);
        }
    }

    @Test
    void fault1KilledAnywhereInEnableAndDeconfigureOfIncus() {
        String enable = "enable-incus" + FAN;
        String disable = "disable-incus" + FAN;
        String socket = "/var/lib/incus/unix.socket";
        betweenRequests(new Trial(enable, List.of(), enable, disable), "INCUS_SOCKET=", Path.of(socket));
        betweenRequests(
                new Trial("deconfigure --yes", List.of(enable), enable, disable), "INCUS_SOCKET=", Path.of(socket));
    }

    /** Before and after each request by which an engine is changed, and while it restarts. */
    private void betweenRequests(Trial trial, String variable, Path engine) {
        try (RequestKillPoints kills = RequestKillPoints.on(host, variable, engine)) {
            List<String> command = ArchivedProgram.of(JavaProgram.fanatic(libraries, trial.victim));
            trial.before.forEach(EngineCrashSafetyTest::run);
            List<String> moments = kills.moments(command);
            deconfigure();
            List<Death> deaths = new ArrayList<>();
            for (int i = 0; i < moments.size(); i++) {
                int which = i;
                deaths.add(new Death(moments.get(i), ALL, () -> kills.kill(command, moments, which)));
            }
            assertThat(deaths).hasSizeGreaterThanOrEqualTo(2);
            survives(trial, "requests", deaths, 1);
        }
    }

    private void betweenSystemCalls(Trial trial) {
        trial.before.forEach(EngineCrashSafetyTest::run);
        KillPoints kills =
                KillPoints.ofTheWorkingThread(host, ArchivedProgram.of(JavaProgram.fanatic(libraries, trial.victim)));
        deconfigure();
        List<Death> deaths = new ArrayList<>();
        for (KillPoints.Point point : kills.points()) {
            boolean ofTheFan = NETLINK.contains(point.name());
            if (ALL || !ofTheFan) {
                deaths.add(new Death("before " + point.description(), ALL && !ofTheFan, () -> kills.kill(point)));
            }
        }
        assertThat(deaths).hasSizeGreaterThanOrEqualTo(SHARE);
        survives(trial, "system calls", deaths, ALL ? 1 : deaths.size() / SHARE);
    }

    private void survives(Trial trial, String between, List<Death> deaths, int step) {
        HostSnapshot complete = COMPLETE.computeIfAbsent(trial.enable, EngineCrashSafetyTest::complete);
        int killed = 0;
        for (int i = step / 2; i < deaths.size(); i += step) {
            Death death = deaths.get(i);
            for (int way = 0; way < (death.eachWay ? WAYS : 1); way++) {
                trial.before.forEach(EngineCrashSafetyTest::run);
                death.kill.run();
                String words = "fanatic " + trial.victim + " killed " + death.words;
                wayOut(turn++ % WAYS, trial, complete, words).run();
                if (trial.before.contains(DEFAULT_BRIDGE)) {
                    // A Docker that is down keeps its rules for a bridge that goes meanwhile.
                    dockerRuns();
                }
                deconfigure();
                dockerRuns();
                assertThat(without.changesTo(state())).as(words).isEmpty();
                killed++;
            }
        }
        String after = trial.before.isEmpty() ? "" : " after " + trial.before.get(0);
        System.out.println("number: kill points of fanatic " + trial.victim + after + ": killed " + killed
                + " times between " + between + ", at " + deaths.size() + " points at most");
    }

    private static HostSnapshot complete(String enable) {
        run(enable);
        HostSnapshot complete = state();
        deconfigure();
        return complete;
    }

    private static Runnable wayOut(int way, Trial trial, HostSnapshot complete, String death) {
        return switch (way) {
            case 0 ->
                () -> {
                    dockerRuns();
                    run(trial.enable);
                    assertThat(complete.changesTo(state()))
                            .as("%s, after %s", trial.enable, death)
                            .isEmpty();
                };
            case 1 ->
                () -> {
                    run(trial.disable);
                    dockerRuns();
                    assertThat(without.changesTo(state()).stream().filter(change -> isAnEngines(change.substring(2))))
                            .as("%s, after %s", trial.disable, death)
                            .isEmpty();
                };
            case 2 ->
                () -> {
                    fanctl(host, "up" + FAN).done();
                    fanctl(host, "down" + FAN).done();
                    // Docker leaves its rules for a bridge that has gone.
                    if (trial.enable.equals(DEFAULT_BRIDGE)) {
                        fanctl(host, "up" + FAN).done();
                    }
                };
            default -> () -> {};
        };
    }

    /** Whether a line of the state is about what an engine has, or had. */
    private static boolean isAnEngines(String line) {
        return line.startsWith("network ")
                || line.startsWith("/etc/docker")
                || line.startsWith("/var/lib/fanatic/engines")
                || line.contains("Default Incus profile")
                || line.startsWith("fan-250,");
    }

    private static void run(String command) {
        fanatic(host, command).done();
    }

    private static void deconfigure() {
        run("deconfigure --yes");
    }

    /** Whoever is killed while Docker restarts leaves it to others to start it, or starting. */
    private static void dockerRuns() {
        WatchRun.await(
                "a Docker that answers or has ended",
                () -> docker.answers() || !hostsLab.snapshot(host).lines().contains("process dockerd"),
                () -> "it starts");
        if (!docker.answers()) {
            docker.startAgain();
        }
    }
}
