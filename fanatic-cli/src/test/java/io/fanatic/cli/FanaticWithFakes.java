package io.fanatic.cli;

import io.fanatic.cli.check.IpContainer;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.setup.FakeEngine;
import io.fanatic.cli.setup.Host;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import java.util.List;

/** {@code fanatic} on a host with Docker and LXD and without Incus, as in the transcript; they are fakes. */
public final class FanaticWithFakes {
    private static final Path DIRECTORY = Path.of("/run");

    private FanaticWithFakes() {}

    static Host host() {
        FakeEngine docker = new FakeEngine(EngineKind.DOCKER, DIRECTORY, EngineStatus.State.OFF, IpContainer::start);
        FakeEngine lxd = new FakeEngine(EngineKind.LXD, DIRECTORY, EngineStatus.State.OFF, IpContainer::start);
        return Host.here(List.of(docker, lxd, FakeEngine.absent(EngineKind.INCUS, DIRECTORY)));
    }

    /** Leaves /run/netns behind, where the test container's namespace gets its name: for a host that is compared with its snapshot. */
    static void makeRoomForContainers(LabHost host) {
        host.exec("ip", "netns", "add", "any").orThrow();
        host.exec("ip", "netns", "delete", "any").orThrow();
    }

    public static void main(String[] args) {
        Console console = new Console(System.in, System.out, System.err);
        System.exit(new Fanatic(FanaticWithFakes::host).run(args, console).status());
    }
}
