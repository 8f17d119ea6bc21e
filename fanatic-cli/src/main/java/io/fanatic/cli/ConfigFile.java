package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.DurableFile;
import io.fanatic.core.FanConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The file with the fans of this host, as a command names it. */
final class ConfigFile {
    private final Option<Path> option;

    ConfigFile(Command command) {
        option = command.option(
                "--file", "FILE", Values::path, "the configuration, instead of " + FanConfig.DEFAULT_FILE);
    }

    /** For a command that reads the configuration with -a only. */
    void refuseWithoutAll() {
        if (option.value().isPresent()) {
            throw FanArguments.usage("--file goes with -a; without it nothing is read from " + path());
        }
    }

    Path path() {
        return option.or(Path.of(FanConfig.DEFAULT_FILE));
    }

    /** {@code /etc/network/fan:3}. */
    String at(int line) {
        return path() + ":" + line;
    }

    /** What the file says; a file that is not there says nothing, unless it was named. */
    FanConfig read() {
        try {
            return option.value().isPresent() ? FanConfig.read(path()) : FanConfig.readIfExists(path());
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, "cannot read " + path() + ": " + DurableFile.reason(e));
        }
    }

    /** Reads, edits and writes. */
    void edit(UnaryOperator<FanConfig> change) {
        FanConfig before = read();
        try {
            FanConfig after = change.apply(before);
            if (!after.toString().equals(before.toString())) {
                after.write(path());
            }
        } catch (IOException e) {
            throw new CommandException(ExitCode.FAILED, "cannot write " + path() + ": " + DurableFile.reason(e));
        }
    }
}
