package io.fanatic.core;

import org.jspecify.annotations.Nullable;

/**
 * One IPv6 address.
 *
 * @param high the first 64 bits, most significant octet first: {@code fd00:fa::1} has {@code 0xfd0000fa00000000L}
 * @param low the last 64 bits
 */
public record Ipv6Address(long high, long low) implements IpAddress, Comparable<Ipv6Address> {
    private static final int GROUPS = 8;

    /**
     * Reads the text forms of RFC 4291 section 2.2: eight groups of one to four hexadecimal digits, one run of zero groups as
     * {@code ::}, and the last two groups in dotted decimal if wanted. No zone ({@code %eth0}), no brackets.
     *
     * @param text exactly the address, no blanks around it
     * @return the address
     * @throws IllegalArgumentException when the text is anything else; the message quotes it
     */
    public static Ipv6Address parse(String text) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            int end = at;
            int value = 0;
            while (end < text.length() && end - at < 5 && digit(text.charAt(end)) >= 0) {
                value = value << 4 | digit(text.charAt(end++));
            }
            boolean dotted = end < text.length() && text.charAt(end) == '.';
            if (dotted && count <= GROUPS - 2) {
                int bits = dotted(text, at);
                groups[count++] = bits >>> 16;
                groups[count++] = bits & 0xffff;
                at = text.length();
                continue;
            }
            if (end == at || end - at > 4 || count == GROUPS) {
                throw notAnAddress(text);
            }
            groups[count++] = value;
            if (end < text.length()) {
                if (text.charAt(end) != ':' || end + 1 == text.length()) {
                    throw notAnAddress(text);
                }
                end++;
                if (text.charAt(end) == ':') {
                    if (gap >= 0) {
                        throw notAnAddress(text);
                    }
                    gap = count;
                    end++;
                }
            }
            at = end;
        }
        // The two colons stand for one group at least.
        if (gap < 0 ? count != GROUPS : count == GROUPS) {
            throw notAnAddress(text);
        }
        return of(groups, count, gap < 0 ? count : gap);
    }

    private static int dotted(String text, int at) {
        try {
            return Ipv4Address.parse(text.substring(at)).bits();
        } catch (IllegalArgumentException e) {
            throw notAnAddress(text);
        }
    }

    /** The groups up to the gap, zeros, and the groups after it. */
    private static Ipv6Address of(int[] groups, int count, int gap) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < GROUPS; i++) {
            int behind = i - (GROUPS - count);
            long group = i < gap ? groups[i] : behind >= gap ? groups[behind] : 0;
            if (i < GROUPS / 2) {
                high = high << 16 | group;
            } else {
                low = low << 16 | group;
            }
        }
        return new Ipv6Address(high, low);
    }

    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException(Text.quote(text) + " is not an IPv6 address such as fd00:fa:0:2d::1");
    }

    @Override
    public IpFamily family() {
        return IpFamily.IPV6;
    }

    @Override
    public byte[] octets() {
        byte[] octets = new byte[16];
        for (int i = 0; i < 8; i++) {
            octets[i] = (byte) (high >>> (56 - 8 * i));
            octets[8 + i] = (byte) (low >>> (56 - 8 * i));
        }
        return octets;
    }

    /**
     * {@return the address {@code offset} places further on; wraps at the end of the address space}
     *
     * @param offset may be negative
     */
    public Ipv6Address plus(long offset) {
        long sum = low + offset;
        long carry = offset >= 0 && Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        long borrow = offset < 0 && Long.compareUnsigned(sum, low) > 0 ? 1 : 0;
        return new Ipv6Address(high + carry - borrow, sum);
    }

    private int group(int index) {
        return (int) ((index < 4 ? high : low) >>> (48 - 16 * (index & 3))) & 0xffff;
    }

    /** Orders by value as an unsigned number. */
    @Override
    public int compareTo(Ipv6Address other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6Address address && address.high == high && address.low == low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    /**
     * The form of RFC 5952: lower case, no leading zeros, the first of the longest runs of two or more zero groups as {@code ::}, and
     * dotted decimal in IPv4-mapped addresses ({@code ::ffff:10.0.0.45}).
     */
    @Override
    public String toString() {
        if (high == 0 && low >>> 32 == 0xffff) {
            return "::ffff:" + Ipv4Address.of((int) low);
        }
        int start = GROUPS;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && group(end) == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(i == 0 || i == start + length ? "" : ":").append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }
}
