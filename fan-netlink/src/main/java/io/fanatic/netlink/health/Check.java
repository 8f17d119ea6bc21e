package io.fanatic.netlink.health;

/** Looks at one thing. It never changes anything, and never fails: what it cannot see it says. */
public interface Check {

    /** What it looks at, for the sentence that it could not: {@code "the firewall"}. */
    String name();

    void look(HealthHost host, Findings findings);
}
