package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.ErrnoException;

/** The kernel refused to load a program; the verifier's log, which names the instruction and the reason, is in the message. */
public final class VerifierException extends ErrnoException {
    private static final long serialVersionUID = 1;

    private final String log;

    VerifierException(String operation, int errno, String log) {
        super(operation, errno, log);
        this.log = log;
    }

    /** What the verifier wrote, several lines; never empty. */
    public String log() {
        return log;
    }
}
