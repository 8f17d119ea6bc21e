package io.fanatic.netlink.health;

/** Looks at one thing. It never changes anything, and never fails: what it cannot see it says. */
public interface Check {

    /** {@return what it looks at, for the sentence that it could not: {@code "the firewall"}} */
    String name();

    /**
     * Looks, and says what it finds.
     *
     * @param host the host as it was when the examination began
     * @param findings for what is found
     */
    void run(HealthHost host, Findings findings);
}
