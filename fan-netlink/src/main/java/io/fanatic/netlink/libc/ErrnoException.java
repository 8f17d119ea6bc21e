package io.fanatic.netlink.libc;

import io.fanatic.core.FanaticException;

/** A system call that the kernel refused. */
public class ErrnoException extends FanaticException {
    private static final long serialVersionUID = 1;

    private final String operation;
    private final int errno;

    public ErrnoException(String operation, int errno) {
        this(operation, errno, "");
    }

    /** @param detail what the kernel said beside errno (an extended acknowledgement, a verifier log); may be empty */
    public ErrnoException(String operation, int errno, String detail) {
        super(operation + ": " + Errno.describe(errno) + (detail.isEmpty() ? "" : " (" + detail + ")"), null);
        this.operation = operation;
        this.errno = errno;
    }

    /** What was tried, in words. */
    public String operation() {
        return operation;
    }

    /** The error number, positive; compare with the constants of {@link Errno}. */
    public int errno() {
        return errno;
    }
}
