package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.daemon.Podman;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Podman on each of two hosts. */
class PodmanEngineTest extends FileEngineTests<Podman> {
    PodmanEngineTest() {
        super(EngineKind.PODMAN, "/etc/containers/networks/fan-250.json");
    }

    @Override
    Podman start(LabHost host) {
        return Podman.on(host);
    }

    @Override
    long run(Podman podman, String name) {
        return podman.run(name, "--network", "fan-250");
    }

    @Override
    void removeContainers(Podman podman) {
        podman.removeContainers();
    }

    @Test
    void stoppedContainersAreKnownAndForceTakesAllOffTheFan(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.PODMAN);
        Podman podman = engine(0);
        host.enable();
        long pid = podman.run("runs", "--network", "fan-250");
        podman.run("stopped", "--network", "fan-250");
        podman.podman("stop", "-t", "0", "stopped").orThrow();
        assertThat(host.containers()).containsExactly("runs", "stopped");
        refused(ExitCode.IN_USE, () -> host.disable(false)).withMessageContaining("in use by runs, stopped;");
        assertThat(host.disable(true).steps())
                .hasSize(2)
                .first()
                .isEqualTo("take runs, stopped off the fan; they keep running without it, and start again without it");
        assertThat(podman.podman("inspect", "-f", "{{.State.Pid}}", "runs")
                        .output()
                        .strip())
                .isEqualTo(Long.toString(pid));
        assertThat(ContainerNet.links(EngineHost.namespace(pid))).doesNotContain("eth0");
        podman.podman("start", "stopped").orThrow();
        assertThat(host.containers()).isEmpty();
    }

    @Override
    List<String> known(String... containers) {
        return List.of(containers);
    }
}
