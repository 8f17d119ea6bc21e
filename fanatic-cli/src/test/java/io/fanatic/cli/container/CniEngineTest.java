package io.fanatic.cli.container;

import io.fanatic.harness.daemon.Containerd;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import java.util.stream.Stream;

/** {@code ctr run --cni} with a containerd on each of two hosts. */
class CniEngineTest extends FileEngineTests<Containerd> {
    CniEngineTest() {
        super(EngineKind.CNI, "/etc/cni/net.d/50-fan-250.conflist");
    }

    @Override
    Containerd start(LabHost host) {
        return Containerd.start(host);
    }

    @Override
    long run(Containerd containerd, String name) {
        return containerd.run(name);
    }

    @Override
    void removeContainers(Containerd containerd) {
        containerd.removeContainers();
    }

    @Override
    List<String> known(String... containers) {
        // ctr puts its namespace in front.
        return Stream.of(containers).map(name -> "default-" + name).toList();
    }
}
