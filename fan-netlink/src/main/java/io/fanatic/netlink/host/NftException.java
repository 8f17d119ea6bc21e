package io.fanatic.netlink.host;

/** nftables refused, or is not there; the message holds its own words. */
public final class NftException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NftException(String message) {
        super(message);
    }

    public NftException(String message, Throwable cause) {
        super(message, cause);
    }
}
