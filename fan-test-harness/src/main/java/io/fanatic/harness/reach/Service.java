package io.fanatic.harness.reach;

/** What data is exchanged with. */
public enum Service {
    /** A few bytes over TCP (RFC 862). */
    ECHO_SHORT("echo, short", true),
    /** As many bytes as was asked for, over TCP. */
    ECHO_LONG("echo, long", true),
    /** A few datagrams. */
    ECHO_UDP("echo, UDP", true),
    /** As many bytes as was asked for, one way, over TCP (RFC 863). */
    DISCARD("discard", false);

    private final String title;
    private final boolean comesBack;

    Service(String title, boolean comesBack) {
        this.title = title;
        this.comesBack = comesBack;
    }

    /** {@return the service's name, for tables} */
    public String title() {
        return title;
    }

    boolean comesBack() {
        return comesBack;
    }
}
