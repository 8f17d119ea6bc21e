package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.core.FanEntry;

/** {@code fanctl config unset}: removes a fan from the configuration. */
final class ConfigUnsetCommand extends Command {
    private final FanArguments fan = new FanArguments(this);
    private final ConfigFile file = new ConfigFile(this);

    ConfigUnsetCommand() {
        super("unset", "Removes a fan from the configuration; every other line stays as it is.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanEntry entry = fan.entry();
        boolean there = file.read().find(entry.overlay(), entry.underlay()).isPresent();
        file.edit(config -> config.without(entry.overlay(), entry.underlay()));
        String name = entry.overlay() + " over " + entry.underlay();
        console.out().println(file.path() + (there ? ": removed " : ": there was no ") + name);
        return ExitCode.DONE;
    }
}
