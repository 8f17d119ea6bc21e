package io.fanatic.cli.container;

import io.fanatic.harness.daemon.Podman;
import io.fanatic.harness.lab.LabHost;
import java.util.List;

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

    @Override
    List<String> known(String... containers) {
        return List.of();
    }
}
