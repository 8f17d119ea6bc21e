package io.fanatic.cli.key;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Group;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.DurableFile;
import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code fanatic key}. Asks the host nothing, so that keys are made wherever they are kept. */
public final class KeyGroup extends Group {
    private static final List<String> NAMES = List.of("psk", "authority", "host", "revoke");
    /** openssl counts seconds in more, and no key lasts so long. */
    private static final int MAX_DAYS = 36_500;

    public KeyGroup() {
        super("key", "Makes keys and certificates for encrypted fans.", NAMES);
    }

    @Override
    protected Command command(String name) {
        switch (name) {
            case "psk":
                return new PskCommand();
            case "authority":
                return new AuthorityCommand();
            case "host":
                return new HostCommand();
            case "revoke":
                return new RevokeCommand();
            default:
                throw new IllegalArgumentException(name);
        }
    }

    static Option<Integer> days(Command command, int usual) {
        return command.option(
                "--days", "N", text -> Values.number(text, 1, MAX_DAYS), "how long it is valid (" + usual + ")");
    }

    static Ipv4Address address(String word) {
        try {
            return Ipv4Address.parse(word);
        } catch (IllegalArgumentException e) {
            throw FanArguments.usage(String.valueOf(e.getMessage()));
        }
    }

    static CommandException failed(Path what, IOException e) {
        return new CommandException(ExitCode.FAILED, "cannot make " + what + ": " + DurableFile.reason(e));
    }
}
