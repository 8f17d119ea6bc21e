package io.fanatic.netlink.firewall;

import io.fanatic.core.FanaticException;

/** nftables or iptables refused, or is not there; the message holds its own words. */
public class FirewallException extends FanaticException {
    private static final long serialVersionUID = 1;

    /**
     * A refusal.
     *
     * @param message its own words
     */
    public FirewallException(String message) {
        super(message, null);
    }

    /**
     * A failure to ask at all.
     *
     * @param message why, and what to do
     * @param cause what was thrown
     */
    public FirewallException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * {@return whether the kernel's answer to nftables is that it does not have what was asked for; not so where memory or
     * a right was short}
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
