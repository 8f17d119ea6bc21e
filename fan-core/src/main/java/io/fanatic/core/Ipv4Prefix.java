package io.fanatic.core;

import org.jspecify.annotations.Nullable;

/**
 * An IPv4 network: a network address and a prefix length. All host bits of the address are zero.
 *
 * @param network the first address
 * @param prefixLength 0 to 32
 */
public record Ipv4Prefix(Ipv4Address network, int prefixLength) implements Prefix, Comparable<Ipv4Prefix> {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when the length is not 0 to 32 or the address has host bits
     */
    public Ipv4Prefix {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not from 0 to 32");
        }
        if ((network.bits() & ~mask(prefixLength)) != 0) {
            throw new IllegalArgumentException(network + "/" + prefixLength + " has host bits set; the network is "
                    + containing(network, prefixLength));
        }
    }

    /**
     * {@return the network of this length that contains the address}
     *
     * @param address any address of the network
     * @param prefixLength 0 to 32
     * @throws IllegalArgumentException when the length is not 0 to 32
     */
    public static Ipv4Prefix containing(Ipv4Address address, int prefixLength) {
        return new Ipv4Prefix(Ipv4Address.of(address.bits() & mask(prefixLength)), prefixLength);
    }

    /**
     * Reads {@code 250.0.0.0/8}.
     *
     * @param text network address and prefix length, in decimal without leading zeros
     * @return the network
     * @throws IllegalArgumentException when the text is not a network, quoting it
     */
    public static Ipv4Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(Text.quote(text) + " has no prefix length; write it as in 250.0.0.0/8");
        }
        return new Ipv4Prefix(Ipv4Address.parse(text.substring(0, slash)), parsePrefixLength(text, slash + 1));
    }

    /** Reads the decimal prefix length, 0 to 32 without leading zeros, from {@code start} to the end of the text. */
    static int parsePrefixLength(String text, int start) {
        return Text.prefixLength(text, start, IpFamily.IPV4);
    }

    /**
     * {@return the netmask of a prefix length from 0 to 32 as bits, most significant first: 8 is {@code 0xff000000}}
     *
     * @param prefixLength 0 to 32, unchecked
     */
    public static int mask(int prefixLength) {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    /** {@return this network's netmask as bits, most significant first} */
    public int mask() {
        return mask(prefixLength);
    }

    @Override
    public Ipv4Address last() {
        return Ipv4Address.of(network.bits() | ~mask());
    }

    /** {@return how many addresses there are, the network and broadcast address included: 1 to 2^32} */
    public long size() {
        return 1L << (32 - prefixLength);
    }

    /**
     * {@return whether the address is one of this network's, its first and last included}
     *
     * @param address any address
     */
    public boolean contains(Ipv4Address address) {
        return (address.bits() & mask()) == network.bits();
    }

    @Override
    public boolean contains(IpAddress address) {
        return address instanceof Ipv4Address ipv4 && contains(ipv4);
    }

    /**
     * {@return whether the other network lies wholly inside this one; a network contains itself}
     *
     * @param other the network that could be inside
     */
    public boolean contains(Ipv4Prefix other) {
        return other.prefixLength >= prefixLength && contains(other.network);
    }

    /**
     * {@return whether a host can have the address: it is in this network and neither its first (the network) nor its
     * last (the broadcast address)} A /31 (RFC 3021) and a /32 have no such two.
     *
     * @param address any address
     */
    public boolean isHost(Ipv4Address address) {
        int host = address.bits() & ~mask();
        return contains(address) && (prefixLength >= 31 || (host != 0 && host != ~mask()));
    }

    /** @throws IllegalArgumentException when not {@link #isHost}, with the reason */
    void requireHost(Ipv4Address address) {
        if (!contains(address)) {
            throw new IllegalArgumentException(address + " is not in " + this);
        }
        if (!isHost(address)) {
            String which = address.bits() == network.bits() ? "network" : "broadcast";
            throw new IllegalArgumentException(
                    address + " is the " + which + " address of " + this + ", which no host can have");
        }
    }

    /** Orders by network, then the wider first. */
    @Override
    public int compareTo(Ipv4Prefix other) {
        int byNetwork = network.compareTo(other.network);
        return byNetwork != 0 ? byNetwork : Integer.compare(prefixLength, other.prefixLength);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv4Prefix that && that.prefixLength == prefixLength && that.network.equals(network);
    }

    @Override
    public int hashCode() {
        return 31 * network.hashCode() + prefixLength;
    }

    /** {@code 250.0.0.0/8}. */
    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }
}
