package io.fanatic.cli.command;

import io.fanatic.core.FanException;

/**
 * How a command ended, for scripts. These numbers are part of the interface: man pages and units rely on them, and none
 * is ever reused for something else. They stay clear of 126 and above, which shells use themselves.
 */
public enum ExitCode {
    /** Done, or there was nothing to do. */
    DONE(0),
    /** It failed in a way that has no number of its own; nothing was changed. */
    FAILED(1),
    /** The command line, or a line of the configuration, cannot be understood or means nothing on this host. Picocli's number. */
    USAGE(2),
    /** It needs root and was run without. */
    NOT_ROOT(3),
    /** Something that is not ours stands in the way: a route, a port, a device. */
    CONFLICT(4),
    /** Containers are attached, or nobody can tell as their engine does not answer; or another run holds the lock. */
    IN_USE(5),
    /** This kernel lacks a feature. */
    KERNEL(6),
    /** A step failed, and the steps before it were undone: the host is as it was. */
    UNDONE(7),
    /** A step failed and something could not be undone; it was listed. */
    NOT_UNDONE(8),
    /** The command ran; what it tested did not pass. */
    TEST_FAILED(9),
    /** A person, or the end of the answers, stopped it before anything was changed. */
    CANCELLED(10),
    /** Done but for what was listed, which waits for an engine that does not answer; the same command goes on with it. */
    REMAINS(11);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /** The status that the process exits with, 0 to 125. */
    public int status() {
        return status;
    }

    /** What an exception from the library, or from a command, comes to. */
    public static ExitCode of(RuntimeException e) {
        if (e instanceof CommandException command) {
            return command.exitCode();
        }
        if (e instanceof FanException failure) {
            return switch (failure.reason()) {
                case INVALID -> USAGE;
                case NOT_PERMITTED -> NOT_ROOT;
                case CONFLICT -> CONFLICT;
                case IN_USE -> IN_USE;
                case UNSUPPORTED -> KERNEL;
                case FAILED -> FAILED;
                case UNDONE -> UNDONE;
                case NOT_UNDONE -> NOT_UNDONE;
            };
        }
        return FAILED;
    }
}
