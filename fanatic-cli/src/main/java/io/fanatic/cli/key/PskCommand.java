package io.fanatic.cli.key;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.netlink.strongswan.Authority;
import java.nio.file.Path;

/** {@code fanatic key psk}. */
final class PskCommand extends Command {
    private final Option<String> file = word("FILE", "the file to create, readable by its owner only");

    PskCommand() {
        super("psk", "Makes a pre-shared key, for --encrypt psk:FILE on every host of a fan.");
    }

    @Override
    protected ExitCode run(Console console) {
        Path path = Values.path(file.required());
        Attempt.to("make " + path, () -> Authority.preSharedKey(path));
        return ExitCode.DONE;
    }
}
