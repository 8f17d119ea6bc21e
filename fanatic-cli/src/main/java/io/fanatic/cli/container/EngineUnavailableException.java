package io.fanatic.cli.container;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;

/** An engine that cannot be used, and why: it is not on this host, or it is and does not do what it should. */
public final class EngineUnavailableException extends CommandException {
    private static final long serialVersionUID = 1;

    private final EngineStatus.State state;

    private EngineUnavailableException(EngineStatus.State state, String sentence) {
        super(ExitCode.FAILED, sentence);
        this.state = state;
    }

    public static EngineUnavailableException absent(EngineKind kind) {
        return new EngineUnavailableException(
                EngineStatus.State.ABSENT, kind.title() + " not installed, unable to configure");
    }

    public static EngineUnavailableException because(String sentence) {
        return new EngineUnavailableException(EngineStatus.State.UNUSABLE, sentence);
    }

    /** Whether the engine is not installed. */
    public boolean isAbsent() {
        return state == EngineStatus.State.ABSENT;
    }

    /** How an engine stands that cannot be used, and that we have put on a fan. */
    EngineStatus notedStatus() {
        return isAbsent()
                ? new EngineStatus(EngineStatus.State.ALTERED, getMessage() + "; disable it to forget about it")
                : new EngineStatus(EngineStatus.State.STOPPED, String.valueOf(getMessage()));
    }

    EngineStatus status() {
        return new EngineStatus(state, String.valueOf(getMessage()));
    }
}
