package io.fanatic.netlink.host;

/** nftables refused, or is not there; the message holds its own words. */
public class NftException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * A refusal.
     *
     * @param message nft's own words
     */
    public NftException(String message) {
        super(message);
    }

    /**
     * A failure to ask at all.
     *
     * @param message why, and what to do
     * @param cause what was thrown
     */
    public NftException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * {@return whether the kernel's answer is that it does not have what was asked for; not so where memory or a right
     * was short}
     */
    public boolean saysLacking() {
        return refusesTheFamily() || String.valueOf(getMessage()).contains("No such file or directory");
    }

    /** {@return whether the kernel does not know the family of the table} */
    public boolean refusesTheFamily() {
        String message = String.valueOf(getMessage());
        return message.contains("Operation not supported") || message.contains("Address family not supported");
    }
}
