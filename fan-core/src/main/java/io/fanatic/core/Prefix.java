package io.fanatic.core;

/** A network of either family: its first address and a prefix length. */
public sealed interface Prefix permits Ipv4Prefix, Ipv6Prefix {

    /** {@return the first address; all of its host bits are zero} */
    IpAddress network();

    /** {@return how many bits all of its addresses share: 0 to 32 or 128} */
    int prefixLength();

    /** {@return the last address, which has all host bits set} */
    IpAddress last();

    /**
     * {@return whether the address is one of this network's; one of the other family never is}
     *
     * @param address any address
     */
    boolean contains(IpAddress address);

    /** {@return the family of its addresses} */
    default IpFamily family() {
        return network().family();
    }

    /**
     * {@return whether the two have any address in common; networks of two families never have}
     *
     * @param other any network
     */
    default boolean overlaps(Prefix other) {
        return contains(other.network()) || other.contains(network());
    }

    /**
     * Reads {@code 250.0.0.0/8} or {@code fd00:fa::/48}; one with a colon is IPv6.
     *
     * @param text network address and prefix length, in decimal without leading zeros
     * @return the network
     * @throws IllegalArgumentException when the text is not a network, quoting it
     */
    static Prefix parse(String text) {
        return text.indexOf(':') < 0 ? Ipv4Prefix.parse(text) : Ipv6Prefix.parse(text);
    }
}
