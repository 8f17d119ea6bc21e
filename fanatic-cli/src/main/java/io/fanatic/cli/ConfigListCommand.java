package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanConfigException;

/** {@code fanctl config list}: the configured fans, one line each in the form of the file. */
final class ConfigListCommand extends Command {
    private final ConfigFile file = new ConfigFile(this);

    ConfigListCommand() {
        super("list", "Lists the configured fans, each as its line in the configuration reads.");
    }

    @Override
    protected ExitCode run(Console console) {
        FanConfig config = file.read();
        Failures failures = new Failures(console);
        for (FanConfig.Line line : config.lines()) {
            console.out().println(line.entry());
        }
        for (FanConfigException problem : config.problems()) {
            failures.add(problem);
        }
        return failures.exitCode();
    }
}
