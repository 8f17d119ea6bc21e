package io.fanatic.cli.configure;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
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
            throw new CommandException(ExitCode.FAILED, "no change is waiting for confirmation");
        }
        if (json.or(false)) {
            JsonObject document = new JsonObject();
            document.addProperty("schema", SCHEMA);
            document.addProperty("kept", true);
            console.out().println(SetupText.print(document));
        } else {
            console.out().println("kept");
        }
        return ExitCode.DONE;
    }
}
