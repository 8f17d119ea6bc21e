package io.fanatic.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a fan did not come up or go down, in one sentence that says what is wrong, where, and what to do. Unless the reason is
 * {@link Reason#NOT_UNDONE}, the host is as it was.
 */
public class FanException extends FanaticException {
    private static final long serialVersionUID = 1;

    /** Classes of reasons, for exit codes and for programs that react. */
    public enum Reason {
        /** The request cannot mean anything on this host: a bad value, an unknown interface, an address that is not local. */
        INVALID,
        /** Root, or CAP_NET_ADMIN and CAP_BPF, is missing. */
        NOT_PERMITTED,
        /** Something on the host is in the way: a route, a device, a port. */
        CONFLICT,
        /** Containers are attached, or another run holds the lock. */
        IN_USE,
        /** The kernel or the system lacks a feature. */
        UNSUPPORTED,
        /** The host did not say what had to be known, or refused before anything was changed. */
        FAILED,
        /** A step failed and everything before it was undone. */
        UNDONE,
        /** A step failed, and undoing failed too or did not lead back; {@link FanException#leftBehind} lists what differs. */
        NOT_UNDONE
    }

    private final Reason reason;
    private final String[] leftBehind;

    /**
     * Something that cannot be done, with nothing left behind.
     *
     * @param reason the class of it
     * @param message one sentence for people: what is wrong, where, what to do
     */
    public FanException(Reason reason, String message) {
        this(reason, message, List.of(), null);
    }

    /**
     * Something that cannot be done.
     *
     * @param reason the class of it
     * @param message one sentence for people: what is wrong, where, what to do
     * @param leftBehind what could not be undone, one line each
     * @param cause what was thrown, or null
     */
    public FanException(Reason reason, String message, List<String> leftBehind, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.leftBehind = leftBehind.toArray(String[]::new);
    }

    /**
     * {@return what the host refused, as FAILED}
     *
     * @param refusal by the kernel, a firewall or a file system; in its own words
     */
    public static FanException failed(RuntimeException refusal) {
        return new FanException(Reason.FAILED, String.valueOf(refusal.getMessage()), List.of(), refusal);
    }

    /** {@return the class of the reason} */
    public Reason reason() {
        return reason;
    }

    /** {@return what could not be undone, one line each; empty for every other reason} */
    public List<String> leftBehind() {
        return List.of(leftBehind);
    }
}
