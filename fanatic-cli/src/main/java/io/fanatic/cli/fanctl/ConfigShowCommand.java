package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;

/** {@code fanctl config show}: the file as it stands, or the line of one fan. */
final class ConfigShowCommand extends Command {
    private final FanArguments fan = new FanArguments(this);
    private final ConfigFile file = new ConfigFile(this);

    ConfigShowCommand() {
        super("show", "Prints the configuration as it stands, or the line of one fan.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanConfig config = file.read();
        if (!fan.given()) {
            console.out().print(config);
            return ExitCode.DONE;
        }
        FanEntry wanted = fan.entry();
        FanConfig.Line line = config.find(wanted.overlay(), wanted.underlay())
                .orElseThrow(() -> CommandException.failed(
                        file.path() + " has no fan " + wanted.overlay() + " over " + wanted.underlay()));
        console.out().println(line.entry());
        return ExitCode.DONE;
    }
}
