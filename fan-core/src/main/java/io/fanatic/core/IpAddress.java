package io.fanatic.core;

/** One address of either family. */
public sealed interface IpAddress permits Ipv4Address, Ipv6Address {

    /** {@return the family} */
    IpFamily family();

    /** {@return the address in network byte order: 4 or 16 octets} */
    byte[] octets();

    /**
     * Reads an address of either family; one with a colon is IPv6.
     *
     * @param text exactly the address, no blanks around it
     * @return the address
     * @throws IllegalArgumentException when the text is no address, quoting it
     */
    static IpAddress parse(String text) {
        return text.indexOf(':') < 0 ? Ipv4Address.parse(text) : Ipv6Address.parse(text);
    }

    /**
     * {@return the address of these octets}
     *
     * @param octets 4 or 16, in network byte order
     * @throws IllegalArgumentException when there are more or fewer
     */
    static IpAddress ofOctets(byte[] octets) {
        return switch (octets.length) {
            case 4 -> Ipv4Address.of((int) number(octets, 0, 4));
            case 16 -> new Ipv6Address(number(octets, 0, 8), number(octets, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length);
        };
    }

    private static long number(byte[] octets, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number << 8 | octets[i] & 0xff;
        }
        return number;
    }
}
