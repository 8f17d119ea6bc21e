package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The wizard from its first question to a host as it was, with a real Docker on each of two hosts and a real LXD on the first:
 *
 * <pre>
 *   h1 10.0.0.1  fan-250 250.0.1.1/8 -- containers      h2 10.0.0.2  fan-250 250.0.2.1/8 -- containers
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false)
class WizardWithEnginesTest {
    private static final List<Dockerd> DOCKERS = new ArrayList<>();
    private static final List<Lxd> LXDS = new ArrayList<>();

    @BeforeAll
    static void startDaemons(Lab lab) {
        for (LabHost host : lab.hosts()) {
            DOCKERS.add(Dockerd.start(host));
        }
        LXDS.add(Lxd.start(lab.hosts().get(0)));
    }

    @AfterAll
    static void stopDaemons() {
        LXDS.forEach(Lxd::close);
        DOCKERS.forEach(Dockerd::close);
        LXDS.clear();
        DOCKERS.clear();
    }

    /** The host's network, the files that are changed with their contents, and what the engines have. */
    private static List<String> snapshot(LabHost host) {
        List<String> lines = EngineSnapshot.of(host);
        Dockerd docker = DOCKERS.get(host.number() - 1);
        lines.addAll(docker.docker("network", "ls", "--format", "{{.Name}} {{.Driver}}")
                .orThrow()
                .output()
                .lines()
                .sorted()
                .toList());
        if (host.number() == 1) {
            lines.add(
                    LXDS.get(0).client("profile", "list", "-f", "csv").orThrow().output());
        }
        return lines;
    }

    private static CliRun fanatic(LabHost host, String commandLine, String input) {
        return CliRun.fanatic(host, Fanatic::thisHost, commandLine, input);
    }

    private static void reach(int fromHost, String from, int toHost, String to) {
        Namespace source = namespace(DOCKERS.get(fromHost).pidOf(from));
        Namespace target = namespace(DOCKERS.get(toHost).pidOf(to));
        Ipv4Address address = address(DOCKERS.get(toHost), to);
        try (Probes probes = Probes.open()) {
            assertThat(Ping.to(address)
                            .withPayload(1450 - 28)
                            .start(probes, source)
                            .join())
                    .satisfies(ping -> assertThat(ping.ok()).as("%s", ping).isTrue());
            assertThat(BulkTransfer.to(address).start(probes, source, target).join())
                    .satisfies(transfer -> assertThat(transfer.error()).isEmpty())
                    .satisfies(
                            transfer -> assertThat(transfer.source()).contains(address(DOCKERS.get(fromHost), from)));
        }
    }

    private static Namespace namespace(long pid) {
        return new Namespace(Path.of("/proc/" + pid + "/ns/net"), Optional.empty());
    }

    private static Ipv4Address address(Dockerd docker, String name) {
        return Ipv4Address.parse(
                docker.docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name)
                        .orThrow()
                        .output()
                        .strip());
    }

    @Test
    void theTranscriptPutsPlainDockerRunOnTheFanAndDeconfigurePutsAllBack(Lab lab) {
        LabHost h1 = lab.hosts().get(0);
        LabHost h2 = lab.hosts().get(1);
        List<String> before1 = snapshot(h1);
        List<String> before2 = snapshot(h2);

        CliRun first = fanatic(h1, "", Transcript.ANSWERS);
        assertThat(first.exitCode()).as(first.out() + first.err()).isEqualTo(ExitCode.DONE);
        // This machine has the packages of Incus; in 2016 there were none.
        String shown = Transcript.withoutMeasurements(first.out())
                .replaceFirst("\nIncus not usable, unable to configure: .*", "")
                .replaceFirst("\n[0-9a-f]{64}\n", "\n34710d2c9a85\n")
                .replaceAll("250\\.0\\.1\\.([02-9]|[1-9][0-9]+)\\b", "250.0.1.2");
        assertThat(shown).isEqualTo(Transcript.TEXT);
        // The second host's LXD does not run: that question is not asked.
        try (ServeRun serving = ServeRun.start(h1)) {
            CliRun second = fanatic(h2, "", "\n\nY\nY\n10.0.0.1\n\n");
            assertThat(second.exitCode()).as(second.out() + second.err()).isEqualTo(ExitCode.DONE);
            assertThat(second.out()).contains("remote test of 10.0.0.1: test complete PASS");
            serving.end().done();
            assertThat(second.out()).contains("LXD not usable, unable to configure: ");
        }

        DOCKERS.get(0).run("aa");
        DOCKERS.get(1).run("bb");
        assertThat(address(DOCKERS.get(0), "aa").toString()).startsWith("250.0.1.");
        assertThat(address(DOCKERS.get(1), "bb").toString()).startsWith("250.0.2.");
        reach(0, "aa", 1, "bb");
        reach(1, "bb", 0, "aa");

        fanatic(h1, "deconfigure --yes", "").refused(ExitCode.IN_USE, "aa (Docker)");
        DOCKERS.forEach(Dockerd::removeContainers);
        fanatic(h1, "deconfigure --yes", "").done();
        fanatic(h2, "deconfigure --yes", "").done();
        assertThat(snapshot(h1)).isEqualTo(before1);
        assertThat(snapshot(h2)).isEqualTo(before2);
    }

    @Test
    void byOptionsEveryEngineThatIsThereIsPutOnTheFanAndTested(Lab lab) {
        LabHost h1 = lab.hosts().get(0);
        List<String> before = snapshot(h1);
        CliRun run = fanatic(h1, "configure --yes --test", "");
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out())
                .contains(
                        "Profile fan-250 created",
                        "local lxd test: test complete PASS (master=0 slave=0)",
                        "local docker test: test complete PASS (master=0 slave=0)");
        assertThat(fanatic(h1, "show", "").done())
                .contains("10.0.0.1/16        250.0.0.0/8        up         enabled  enabled  -");
        assertThat(fanatic(h1, "show --verbose", "").done())
                .contains("on /var/run/docker.sock", "/var/lib/lxd/unix.socket");
        fanatic(h1, "deconfigure --yes", "").done();
        assertThat(snapshot(h1)).isEqualTo(before);
    }

    @Test
    void whatSomebodyHasChangedInAnEngineIsNotTakenForSetUp(Lab lab) {
        LabHost h1 = lab.hosts().get(0);
        // Docker is not asked for, but drops what this host forwards: bringing the fan up lets it pass, so there is
        // nothing to
        // tell.
        assertThat(fanatic(h1, "configure --yes --no-docker", "").done()).doesNotContain("forwards");
        LXDS.get(0).client("profile", "set", "fan-250", "limits.memory", "1GiB").orThrow();
        fanatic(h1, "configure --yes --no-docker", "")
                .refused(ExitCode.CONFLICT, "config.limits.memory is new", "nothing is touched");
        LXDS.get(0).client("profile", "unset", "fan-250", "limits.memory").orThrow();
        assertThat(fanatic(h1, "configure --yes --no-docker", "").exitCode()).isEqualTo(ExitCode.DONE);
        fanatic(h1, "deconfigure --yes", "").done();
    }
}
