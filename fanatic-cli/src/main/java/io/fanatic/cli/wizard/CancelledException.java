package io.fanatic.cli.wizard;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;

/** There is no answer: the answers ended, or a person does not want to go on. Thrown before anything was changed. */
public final class CancelledException extends CommandException {
    private static final long serialVersionUID = 1;

    public CancelledException() {
        super(ExitCode.CANCELLED, "no changes made");
    }
}
