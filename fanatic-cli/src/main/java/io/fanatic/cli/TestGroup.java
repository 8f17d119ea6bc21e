package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import io.fanatic.cli.reach.TestAllCommand;
import io.fanatic.cli.reach.TestHostCommand;
import java.util.List;

/** {@code fanatic test}. */
final class TestGroup extends Group {
    TestGroup() {
        super("test", "Tests a fan that is up.", List.of("host", "all"));
    }

    @Override
    protected Command command(String name) {
        switch (name) {
            case "host":
                return new TestHostCommand();
            case "all":
                return new TestAllCommand();
            default:
                throw new IllegalArgumentException(name);
        }
    }
}
