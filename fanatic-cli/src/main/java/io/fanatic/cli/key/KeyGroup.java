package io.fanatic.cli.key;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.core.Ipv4Address;
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
        return switch (name) {
            case "psk" -> new PskCommand();
            case "authority" -> new AuthorityCommand();
            case "host" -> new HostCommand();
            case "revoke" -> new RevokeCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    static Option<Integer> days(Command command, int usual) {
        return command.option(
                "--days", "N", text -> Values.number(text, 1, MAX_DAYS), "how long it is valid (" + usual + ")");
    }

    static Ipv4Address address(String word) {
        return Attempt.orUsage(() -> Ipv4Address.parse(word));
    }
}
