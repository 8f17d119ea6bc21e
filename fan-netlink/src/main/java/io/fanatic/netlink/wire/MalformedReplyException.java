package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;

/** Bytes that are not the netlink message that they should be: cut short, or of lengths that contradict each other. */
public final class MalformedReplyException extends NetlinkException {
    private static final long serialVersionUID = 1;

    /** @param problem what does not fit, in words */
    public MalformedReplyException(String problem) {
        super("read a netlink message", Errno.EBADMSG, problem, NO_ATTRIBUTE);
    }
}
