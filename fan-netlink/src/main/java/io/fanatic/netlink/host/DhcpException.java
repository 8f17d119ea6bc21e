package io.fanatic.netlink.host;

import io.fanatic.core.FanaticException;

/** A DHCP server that cannot be started or stopped; the message says why and what to do. */
public final class DhcpException extends FanaticException {
    private static final long serialVersionUID = 1;

    /**
     * A failure that nothing else was thrown for.
     *
     * @param message why, and what to do
     */
    public DhcpException(String message) {
        super(message, null);
    }

    /**
     * A failure that follows from another.
     *
     * @param message why, and what to do
     * @param cause what was thrown
     */
    public DhcpException(String message, Throwable cause) {
        super(message, cause);
    }
}
