package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;

/** An engine that cannot be used, and why: it is not on this host, or it is and does not do what it should. */
final class UnusableException extends CommandException {
    private static final long serialVersionUID = 1;

    private final EngineStatus.State state;

    private UnusableException(EngineStatus.State state, String sentence) {
        super(ExitCode.FAILED, sentence);
        this.state = state;
    }

    static UnusableException absent(EngineKind kind) {
        return new UnusableException(EngineStatus.State.ABSENT, kind.title() + " not installed, unable to configure");
    }

    static UnusableException because(String sentence) {
        return new UnusableException(EngineStatus.State.UNUSABLE, sentence);
    }

    EngineStatus status() {
        return new EngineStatus(state, String.valueOf(getMessage()));
    }
}
