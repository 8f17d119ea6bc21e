package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.reach.TestAllCommand;
import io.fanatic.cli.reach.TestHostCommand;
import io.fanatic.cli.setup.Host;
import java.util.List;
import java.util.function.Supplier;

final class TestGroup extends Group {
    private final Supplier<Host> host;

    TestGroup(Supplier<Host> host) {
        super("test", "Tests a fan that is up.", List.of("host", "all", "local-docker", "local-lxd", "local-incus"));
        this.host = host;
    }

    @Override
    protected Command command(String name) {
        return switch (name) {
            case "host" -> new TestHostCommand();
            case "all" -> new TestAllCommand();
            case "local-docker" -> new LocalTestCommand(EngineKind.DOCKER, host);
            case "local-lxd" -> new LocalTestCommand(EngineKind.LXD, host);
            case "local-incus" -> new LocalTestCommand(EngineKind.INCUS, host);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
