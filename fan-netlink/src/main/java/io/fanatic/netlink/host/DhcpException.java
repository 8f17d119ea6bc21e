package io.fanatic.netlink.host;

/** A DHCP server that cannot be started or stopped; the message says why and what to do. */
public final class DhcpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DhcpException(String message) {
        super(message);
    }

    public DhcpException(String message, Throwable cause) {
        super(message, cause);
    }
}
