package io.fanatic.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One IPv4 address.
 *
 * @param bits the address as a 32-bit number, most significant octet first: {@code 10.0.0.45} is {@code 0x0a00002d}
 */
public record Ipv4Address(int bits) implements IpAddress, Comparable<Ipv4Address> {

    /**
     * {@return the address with these bits, most significant octet first}
     *
     * @param bits all values are addresses
     */
    public static Ipv4Address of(int bits) {
        return new Ipv4Address(bits);
    }

    /**
     * Reads dotted decimal, exactly four octets of 0 to 255 without leading zeros (RFC 6943 section 3.1.1: the old
     * octal and short forms mean different things to different programs).
     *
     * @param text exactly the address, no blanks around it
     * @return the address
     * @throws IllegalArgumentException when the text is anything else; the message quotes it
     */
    public static Ipv4Address parse(String text) {
        int bits = 0;
        int octets = 0;
        int at = 0;
        while (octets < 4) {
            int start = at;
            int value = 0;
            while (at < text.length() && at - start < 3 && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || value > 255 || leadingZero) {
                throw notAnAddress(text);
            }
            bits = bits << 8 | value;
            octets++;
            if (octets < 4 && (at == text.length() || text.charAt(at++) != '.')) {
                throw notAnAddress(text);
            }
        }
        if (at != text.length()) {
            throw notAnAddress(text);
        }
        return new Ipv4Address(bits);
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException(Text.quote(text) + " is not an IPv4 address such as 10.0.0.45");
    }

    /**
     * {@return the address {@code offset} places further on; wraps at the end of the address space}
     *
     * @param offset may be negative
     */
    public Ipv4Address plus(int offset) {
        return new Ipv4Address(bits + offset);
    }

    /**
     * One octet: 0 is the most significant.
     *
     * @param index 0 to 3
     * @return the octet
     * @throws IndexOutOfBoundsException for any other index
     */
    public int octet(int index) {
        Objects.checkIndex(index, 4);
        return bits >>> (24 - 8 * index) & 0xff;
    }

    @Override
    public IpFamily family() {
        return IpFamily.IPV4;
    }

    @Override
    public byte[] octets() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    /** Orders by value as an unsigned number, as people sort addresses. */
    @Override
    public int compareTo(Ipv4Address other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    // Written out, for a record's own equals and hashCode are linked by invokedynamic on first use, which costs a
    // command
    // tens of milliseconds at its start.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv4Address address && address.bits == bits;
    }

    @Override
    public int hashCode() {
        return bits;
    }

    /** Dotted decimal. */
    @Override
    public String toString() {
        return octet(0) + "." + octet(1) + "." + octet(2) + "." + octet(3);
    }
}
