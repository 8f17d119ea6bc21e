package io.fanatic.cli.command;

import io.fanatic.core.DurableFile;
import io.fanatic.core.FanConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The file with the fans of this host, as a command names it. */
public final class ConfigFile {
    private final Option<Path> option;

    public ConfigFile(Command command) {
        option = command.option(
                "--file", "FILE", Values::path, "the configuration, instead of " + FanConfig.DEFAULT_FILE);
    }

    public boolean isGiven() {
        return option.value().isPresent();
    }

    /** For a command that reads the configuration with -a only. */
    public void refuseWithoutAll() {
        if (isGiven()) {
            throw CommandException.usage("--file goes with -a; without it nothing is read from " + path());
        }
    }

    public Path path() {
        return option.or(Path.of(FanConfig.DEFAULT_FILE));
    }

    /** {@code /etc/network/fan:3}. */
    public String at(int line) {
        return path() + ":" + line;
    }

    /** What the file says; a file that is not there says nothing, unless it was named. */
    public FanConfig read() {
        try {
            return isGiven() ? FanConfig.read(path()) : FanConfig.readIfExists(path());
        } catch (IOException e) {
            throw CommandException.failed("cannot read " + path() + ": " + DurableFile.reason(e));
        }
    }

    /** Reads, edits and writes. */
    public void edit(UnaryOperator<FanConfig> change) {
        FanConfig before = read();
        FanConfig after = change.apply(before);
        if (!after.toString().equals(before.toString())) {
            Attempt.to("write " + path(), () -> after.write(path()));
        }
    }
}
