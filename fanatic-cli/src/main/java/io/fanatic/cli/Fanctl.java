package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.Program;
import io.fanatic.cli.fanctl.ConfigCommand;
import io.fanatic.cli.fanctl.DownCommand;
import io.fanatic.cli.fanctl.MonitorCommand;
import io.fanatic.cli.fanctl.ShowCommand;
import io.fanatic.cli.fanctl.UpCommand;
import io.fanatic.cli.fanctl.WatchCommand;
import java.util.List;

/** {@code fanctl}: brings fans up and down, and shows them. */
public final class Fanctl extends Program {
    private static final List<String> NAMES = List.of("up", "down", "show", "config", "watch", "monitor");

    public Fanctl() {
        super("fanctl", "Brings fans up and down, and shows them.", NAMES);
    }

    @Override
    protected Command command(String name) {
        return switch (name) {
            case "up" -> new UpCommand();
            case "down" -> new DownCommand();
            case "show" -> new ShowCommand();
            case "config" -> new ConfigCommand();
            case "watch" -> new WatchCommand();
            case "monitor" -> new MonitorCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    public static void main(String[] args) {
        System.exit(new Fanctl().run(args, Console.ofThisProcess()).status());
    }
}
