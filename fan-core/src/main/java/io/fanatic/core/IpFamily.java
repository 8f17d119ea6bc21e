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

    /** {@return the address of zeros, which stands for none} */
    public IpAddress unspecified() {
        return IpAddress.ofOctets(new byte[bits / 8]);
    }

    /** {@code IPv4}, {@code IPv6}. */
    @Override
    public String toString() {
        return title;
    }
}
