package io.fanatic.core;

/**
 * Addresses one after the other, as a DHCP server hands them out.
 *
 * @param first the lowest address
 * @param last the highest address, which belongs to the range
 */
public record Ipv4Range(Ipv4Address first, Ipv4Address last) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when the first comes after the last
     */
    public Ipv4Range {
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException(first + " comes after " + last);
        }
    }

    /**
     * Reads {@code 250.0.45.2-250.0.45.254}.
     *
     * @param text first and last address
     * @return the addresses from the one to the other
     * @throws IllegalArgumentException when the text is no such range
     */
    public static Ipv4Range parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException(Text.quote(text) + " is not a range such as 250.0.45.2-250.0.45.254");
        }
        return new Ipv4Range(Ipv4Address.parse(text.substring(0, dash)), Ipv4Address.parse(text.substring(dash + 1)));
    }

    /**
     * {@return whether the two have any address in common}
     *
     * @param other any range
     */
    public boolean overlaps(Ipv4Range other) {
        return first.compareTo(other.last) <= 0 && other.first.compareTo(last) <= 0;
    }

    /** {@return how many addresses there are, at least 1} */
    public long size() {
        return Integer.toUnsignedLong(last.bits()) - Integer.toUnsignedLong(first.bits()) + 1;
    }

    /**
     * {@return whether the address lies between first and last, these included}
     *
     * @param address any address
     */
    public boolean contains(Ipv4Address address) {
        return first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
    }

    /** {@code 250.0.45.2-250.0.45.254}. */
    @Override
    public String toString() {
        return first + "-" + last;
    }
}
