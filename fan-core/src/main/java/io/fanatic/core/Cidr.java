package io.fanatic.core;

/**
 * An IPv4 network: a network address and a prefix length. All host bits of the address are zero.
 *
 * @param network the first address
 * @param prefixLength 0 to 32
 */
public record Cidr(Ipv4Address network, int prefixLength) implements Comparable<Cidr> {

    /** @throws IllegalArgumentException when the length is not 0 to 32 or the address has host bits */
    public Cidr {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " is not between 0 and 32");
        }
        if ((network.bits() & ~mask(prefixLength)) != 0) {
            throw new IllegalArgumentException(network + "/" + prefixLength + " has host bits set; the network is "
                    + containing(network, prefixLength));
        }
    }

    /** The network of this length that contains the address. */
    public static Cidr containing(Ipv4Address address, int prefixLength) {
        return new Cidr(Ipv4Address.of(address.bits() & mask(prefixLength)), prefixLength);
    }

    /**
     * Reads {@code 250.0.0.0/8}.
     *
     * @throws IllegalArgumentException when the text is not a network, quoting it
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"" + text + "\" has no prefix length; write it as in 250.0.0.0/8");
        }
        return new Cidr(Ipv4Address.parse(text.substring(0, slash)), parsePrefixLength(text, slash + 1));
    }

    /** Reads the decimal prefix length, 0 to 32, that stands in {@code text} from {@code start} to its end. */
    static int parsePrefixLength(String text, int start) {
        int digits = text.length() - start;
        int value = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            value = c < '0' || c > '9' || value > 32 ? 33 : value * 10 + c - '0';
        }
        if (digits < 1 || digits > 2 || value > 32) {
            throw new IllegalArgumentException(
                    "\"" + text.substring(start) + "\" in \"" + text + "\" is not a prefix length from 0 to 32");
        }
        return value;
    }

    /** The netmask of a prefix length as bits, most significant first: 8 is {@code 0xff000000}. */
    public static int mask(int prefixLength) {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    /** This network's netmask as bits, most significant first. */
    public int mask() {
        return mask(prefixLength);
    }

    /** The last address, which has all host bits set. */
    public Ipv4Address last() {
        return Ipv4Address.of(network.bits() | ~mask());
    }

    public boolean contains(Ipv4Address address) {
        return (address.bits() & mask()) == network.bits();
    }

    /** Whether the other network lies wholly inside this one; a network contains itself. */
    public boolean contains(Cidr other) {
        return other.prefixLength >= prefixLength && contains(other.network);
    }

    /** Whether the two have any address in common. */
    public boolean overlaps(Cidr other) {
        return contains(other.network) || other.contains(network);
    }

    @Override
    public int compareTo(Cidr other) {
        int byNetwork = network.compareTo(other.network);
        return byNetwork != 0 ? byNetwork : Integer.compare(prefixLength, other.prefixLength);
    }

    /** {@code 250.0.0.0/8}. */
    @Override
    public String toString() {
        return network + "/" + prefixLength;
    }
}
