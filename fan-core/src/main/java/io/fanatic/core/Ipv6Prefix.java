package io.fanatic.core;

import org.jspecify.annotations.Nullable;

/**
 * An IPv6 network: a network address and a prefix length. All host bits of the address are zero.
 *
 * @param network the first address
 * @param prefixLength 0 to 128
 */
public record Ipv6Prefix(Ipv6Address network, int prefixLength) implements Prefix, Comparable<Ipv6Prefix> {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when the length is not 0 to 128 or the address has host bits
     */
    public Ipv6Prefix {
        if (prefixLength < 0 || prefixLength > 128) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not from 0 to 128");
        }
        Ipv6Address first = first(network, prefixLength);
        if (!first.equals(network)) {
            throw new IllegalArgumentException(
                    network + "/" + prefixLength + " has host bits set; the network is " + first + "/" + prefixLength);
        }
    }

    /**
     * {@return the network of this length that contains the address}
     *
     * @param address any address of the network
     * @param prefixLength 0 to 128
     * @throws IllegalArgumentException when the length is not 0 to 128
     */
    public static Ipv6Prefix containing(Ipv6Address address, int prefixLength) {
        return new Ipv6Prefix(first(address, prefixLength), prefixLength);
    }

    /**
     * Reads {@code fd00:fa::/48}.
     *
     * @param text network address and prefix length, in decimal without leading zeros
     * @return the network
     * @throws IllegalArgumentException when the text is not a network, quoting it
     */
    public static Ipv6Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(Text.quote(text) + " has no prefix length; write it as in fd00:fa::/48");
        }
        return new Ipv6Prefix(
                Ipv6Address.parse(text.substring(0, slash)), Text.prefixLength(text, slash + 1, IpFamily.IPV6));
    }

    /** The bits of the mask in the first or last half of an address. */
    private static long mask(int prefixLength, int half) {
        int bits = Math.max(0, Math.min(64, prefixLength - 64 * half));
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    private static Ipv6Address first(Ipv6Address address, int prefixLength) {
        return new Ipv6Address(address.high() & mask(prefixLength, 0), address.low() & mask(prefixLength, 1));
    }

    @Override
    public Ipv6Address last() {
        return new Ipv6Address(network.high() | ~mask(prefixLength, 0), network.low() | ~mask(prefixLength, 1));
    }

    @Override
    public boolean contains(IpAddress address) {
        return address instanceof Ipv6Address other
                && first(other, prefixLength).equals(network);
    }

    /**
     * {@return whether the other network lies wholly inside this one; a network contains itself}
     *
     * @param other the network that could be inside
     */
    public boolean contains(Ipv6Prefix other) {
        return other.prefixLength >= prefixLength && contains(other.network);
    }

    /** Orders by network, then the wider first. */
    @Override
    public int compareTo(Ipv6Prefix other) {
        int byNetwork = network.compareTo(other.network);
        return byNetwork != 0 ? byNetwork : Integer.compare(prefixLength, other.prefixLength);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Prefix that && that.prefixLength == prefixLength && that.network.equals(network);
    }

    @Override
    public int hashCode() {
        return 31 * network.hashCode() + prefixLength;
    }

    /** {@code fd00:fa::/48}. */
    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }
}
