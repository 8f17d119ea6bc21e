package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;

/**
 * A dump during which the listed objects kept changing (NLM_F_DUMP_INTR), so that no try gave a consistent list. Every
 * method that lists kernel objects can throw it; trying again later is right.
 */
public final class DumpInterruptedException extends NetlinkException {
    private static final long serialVersionUID = 1;

    /** @param tries how often the list was asked for */
    public DumpInterruptedException(String operation, int tries) {
        super(operation, Errno.EINTR, "the list changed during each of " + tries + " tries", NO_ATTRIBUTE);
    }
}
