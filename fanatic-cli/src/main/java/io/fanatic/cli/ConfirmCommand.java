package io.fanatic.cli;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.setup.Confirmation;
import io.fanatic.cli.setup.Host;
import io.fanatic.netlink.FanNetwork;
import java.util.function.Supplier;

/** {@code fanatic confirm}: keeps what {@code configure --confirm} did. */
final class ConfirmCommand extends Command {
    private final Supplier<Host> host;

    ConfirmCommand(Supplier<Host> host) {
        super(
                "confirm",
                "Keeps what \"fanatic configure --confirm\" has set up; else it is undone when its time is up.");
        this.host = host;
    }

    @Override
    protected ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        if (!Confirmation.on(host.get()).confirm()) {
            throw new CommandException(
                    ExitCode.FAILED, "nothing waits to be confirmed; what was not in time is undone");
        }
        console.out().println("kept");
        return ExitCode.DONE;
    }
}
