package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.Group;
import java.util.List;

/** {@code fanctl config}: /etc/network/fan without an editor. */
public final class ConfigCommand extends Group {
    public ConfigCommand() {
        super(
                "config",
                "Reads and edits the configuration; what is up does not change.",
                List.of("list", "show", "set", "unset"));
    }

    @Override
    protected Command command(String name) {
        return switch (name) {
            case "list" -> new ConfigListCommand();
            case "show" -> new ConfigShowCommand();
            case "set" -> new ConfigSetCommand();
            case "unset" -> new ConfigUnsetCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
