package io.fanatic.cli.lab;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import java.util.List;

/** {@code fanatic lab}. */
public final class LabGroup extends Group {
    private static final List<String> NAMES = List.of("demo", "up", "list", "exec", "test", "run", "bench", "down");

    public LabGroup() {
        super("lab", "Makes several hosts on this machine, for trying fans.", NAMES);
    }

    @Override
    protected Command command(String name) {
        switch (name) {
            case "demo":
                return new DemoCommand();
            case "up":
                return new UpCommand();
            case "list":
                return new ListCommand();
            case "exec":
                return new ExecCommand(System::exit);
            case "test":
                return new TestCommand();
            case "run":
                return new RunCommand();
            case "bench":
                return new BenchCommand();
            case "down":
                return new DownCommand();
            default:
                throw new IllegalArgumentException(name);
        }
    }
}
