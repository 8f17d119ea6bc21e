package io.fanatic.netlink.host;

/** nftables refused, or is not there; the message holds its own words. */
public class NftException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NftException(String message) {
        super(message);
    }

    public NftException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether the kernel's answer is that it does not have what was asked for; not so where memory or a right was short. */
    public boolean saysLacking() {
        return refusesTheFamily() || String.valueOf(getMessage()).contains("No such file or directory");
    }

    /** Whether the kernel does not know the family of the table. */
    public boolean refusesTheFamily() {
        String message = String.valueOf(getMessage());
        return message.contains("Operation not supported") || message.contains("Address family not supported");
    }
}
