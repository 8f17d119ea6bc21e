package io.fanatic.cli.container.lxd;

import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.harness.lab.LabHost;

/** LXD on each of two hosts. */
class LxdEngineTest extends InstanceEngineTests {
    @Override
    EngineKind kind() {
        return EngineKind.LXD;
    }

    @Override
    Lxd start(LabHost host) {
        return Lxd.start(host);
    }
}
