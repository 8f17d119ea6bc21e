package io.fanatic.netlink.host;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import java.util.Optional;

/**
 * An address that our DHCP server has leased.
 *
 * @param ends when it ends unless it is renewed, seconds since 1970; 0 for never
 * @param client the Ethernet address of who has it
 * @param address what is leased
 * @param name the name that the client gave itself; empty for none
 */
public record DhcpLease(long ends, MacAddress client, Ipv4Address address, String name) {

    /**
     * {@return the lease of a line of dnsmasq's lease file: when it ends, Ethernet address, address, name, client; empty
     * when the line is about something else}
     *
     * @param line without its line feed
     */
    public static Optional<DhcpLease> parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length < 4) {
            return Optional.empty();
        }
        try {
            String name = words[3].equals("*") ? "" : words[3];
            return Optional.of(
                    new DhcpLease(Long.parseLong(words[0]), ethernet(words[1]), Ipv4Address.parse(words[2]), name));
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    /** dnsmasq puts the kind of hardware before an address that is not an Ethernet one. */
    private static MacAddress ethernet(String text) {
        if (text.length() != 17) {
            throw new IllegalArgumentException(text);
        }
        long bits = 0;
        for (int i = 0; i < 17; i += 3) {
            if (i > 0 && text.charAt(i - 1) != ':') {
                throw new IllegalArgumentException(text);
            }
            bits = bits << 8 | Integer.parseUnsignedInt(text, i, i + 2, 16);
        }
        return new MacAddress(bits);
    }

    /**
     * {@return whether it has not ended}
     *
     * @param now seconds since 1970
     */
    public boolean isLive(long now) {
        return ends == 0 || ends > now;
    }
}
