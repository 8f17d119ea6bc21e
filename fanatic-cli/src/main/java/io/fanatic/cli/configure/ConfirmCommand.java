package io.fanatic.cli.configure;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.setup.Confirmation;
import io.fanatic.cli.setup.Host;
import io.fanatic.netlink.FanNetwork;
import java.util.function.Supplier;

/** {@code fanatic confirm}: keeps what {@code configure --confirm} did. */
public final class ConfirmCommand extends Command {
    private static final int SCHEMA = 1;

    private final Supplier<Host> host;
    private final Option<Boolean> json = flag("--json", "print one JSON document");

    public ConfirmCommand(Supplier<Host> host) {
        super(
                "confirm",
                "Confirms what \"fanatic configure --confirm\" has set up; without that, it is undone when its time is up.");
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        if (!Confirmation.on(host.get()).confirm()) {
            throw CommandException.failed("no change is waiting for confirmation");
        }
        if (json.or(false)) {
            console.out().println(JsonValues.print(JsonValues.object("schema", SCHEMA, "kept", true)));
        } else {
            console.out().println("kept");
        }
        return ExitCode.DONE;
    }
}
