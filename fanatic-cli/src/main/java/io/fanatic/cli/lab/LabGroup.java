package io.fanatic.cli.lab;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import java.util.List;

public final class LabGroup extends Group {
    private static final List<String> NAMES = List.of("demo", "up", "list", "exec", "test", "run", "bench", "down");

    public LabGroup() {
        super("lab", "Makes several hosts on this machine, for trying fans.", NAMES);
    }

    @Override
    protected Command command(String name) {
        return switch (name) {
            case "demo" -> new DemoCommand();
            case "up" -> new UpCommand();
            case "list" -> new ListCommand();
            case "exec" -> new ExecCommand(System::exit);
            case "test" -> new TestCommand();
            case "run" -> new RunCommand();
            case "bench" -> new BenchCommand();
            case "down" -> new DownCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
