package io.fanatic.cli.container.lxd;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.harness.lab.LabHost;

/** Incus on each of two hosts. */
class IncusEngineTest extends InstanceEngineTests {
    @Override
    EngineKind kind() {
        return EngineKind.INCUS;
    }

    @Override
    Lxd start(LabHost host) {
        return Lxd.startIncus(host);
    }
}
