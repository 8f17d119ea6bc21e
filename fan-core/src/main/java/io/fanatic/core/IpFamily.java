package io.fanatic.core;

/** A version of the Internet Protocol, where code serves both. */
public enum IpFamily {
    /** RFC 791. */
    IPV4("IPv4", 32),
    /** RFC 8200. */
    IPV6("IPv6", 128);

    private final String title;
    private final int bits;

    IpFamily(String title, int bits) {
        this.title = title;
        this.bits = bits;
    }

    /** {@return how many bits an address has: 32 or 128} */
    public int bits() {
        return bits;
    }

    /** {@code IPv4}, {@code IPv6}. */
    @Override
    public String toString() {
        return title;
    }
}
