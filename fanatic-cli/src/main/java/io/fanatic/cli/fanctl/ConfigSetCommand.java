package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.core.FanEntry;

/** {@code fanctl config set}: adds a fan to the configuration, or changes its line. */
final class ConfigSetCommand extends Command {
    private final FanArguments fan = new FanArguments(this);
    private final FanArguments.Flags flags = new FanArguments.Flags(this);
    private final Option<Boolean> off = flag("--off", "keep the line, but \"fanctl up -a\" skips it");
    private final ConfigFile file = new ConfigFile(this);

    ConfigSetCommand() {
        super("set", "Adds a fan to the configuration, or replaces its line; every other line stays as it is.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanEntry given = flags.applyTo(fan.entry());
        FanEntry entry = off.or(false) ? given.withOptions(given.options().withOff(true)) : given;
        file.edit(config -> config.with(entry));
        console.out().println(file.path() + ": " + entry);
        return ExitCode.DONE;
    }
}
