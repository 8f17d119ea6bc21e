package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.lab.LabGroup;
import io.fanatic.cli.reach.BenchCommand;
import io.fanatic.cli.reach.ServeCommand;
import java.util.List;

/** {@code fanatic}: the fan for people. */
public final class Fanatic extends Program {
    private static final List<String> NAMES = List.of("map", "show", "serve", "bench", "test", "lab");

    public Fanatic() {
        super("fanatic", "Sets up, shows and tests fan networking.", NAMES);
    }

    @Override
    protected Command command(String name) {
        switch (name) {
            case "map":
                return new MapCommand();
            case "lab":
                return new LabGroup();
            case "serve":
                return new ServeCommand();
            case "bench":
                return new BenchCommand();
            case "test":
                return new TestGroup();
            case "show":
                return new ShowCommand();
            default:
                throw new IllegalArgumentException(name);
        }
    }

    public static void main(String[] args) {
        System.exit(new Fanatic().run(args, new Console(System.out, System.err)).status());
    }
}
