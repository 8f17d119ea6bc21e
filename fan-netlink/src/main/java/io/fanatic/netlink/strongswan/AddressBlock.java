package io.fanatic.netlink.strongswan;

import io.fanatic.core.Ipv4Address;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * The IPv4 addresses that a certificate is for, its extension sbgp-ipAddrBlock (RFC 3779, section 2).
 *
 * @param ranges of addresses
 */
record AddressBlock(List<Range> ranges) {
    private static final String OID = "1.3.6.1.5.5.7.1.7";
    /** Address family identifier of IPv4, unicast or any. */
    private static final int IPV4 = 1;

    /** From one address to another, both among them, as unsigned numbers. */
    record Range(long from, long to) {
        boolean contains(Range other) {
            return from <= other.from && other.to <= to;
        }

        @Override
        public String toString() {
            String first = Ipv4Address.of((int) from).toString();
            return from == to ? first : first + "-" + Ipv4Address.of((int) to);
        }
    }

    /**
     * {@return the block of a certificate; without a range where it has none}
     *
     * @throws IOException when the extension cannot be read
     */
    static AddressBlock of(X509Certificate certificate) throws IOException {
        List<Range> ranges = new ArrayList<>();
        byte[] extension = certificate.getExtensionValue(OID);
        if (extension == null) {
            return new AddressBlock(ranges);
        }
        Der families = new Der(extension).in(Der.OCTET_STRING).in(Der.SEQUENCE);
        while (families.hasMore()) {
            Der family = families.in(Der.SEQUENCE);
            byte[] identifier = family.content(Der.OCTET_STRING);
            // Without a sequence it inherits from the issuer, which strongSwan does not know.
            boolean listed = identifier.length >= 2 && identifier[1] == IPV4 && family.isNext(Der.SEQUENCE);
            Der choices = listed ? family.in(Der.SEQUENCE) : new Der(new byte[0]);
            while (choices.hasMore()) {
                if (choices.isNext(Der.SEQUENCE)) {
                    Der range = choices.in(Der.SEQUENCE);
                    long from = bits(range.content(Der.BIT_STRING), 0);
                    ranges.add(new Range(from, bits(range.content(Der.BIT_STRING), 0xff)));
                } else {
                    byte[] prefix = choices.content(Der.BIT_STRING);
                    ranges.add(new Range(bits(prefix, 0), bits(prefix, 0xff)));
                }
            }
        }
        return new AddressBlock(ranges);
    }

    /** The number that a bit string begins, with the bits that it leaves open as in {@code open}. */
    private static long bits(byte[] string, int open) throws IOException {
        if (string.length < 1 || string.length > 5 || string[0] < 0 || string[0] > 7) {
            throw new IOException("its IP address block is none of IPv4");
        }
        long number = 0;
        for (int i = 1; i <= 4; i++) {
            int octet = i < string.length ? string[i] & 0xff : open;
            if (i == string.length - 1) {
                int unused = (1 << string[0]) - 1;
                octet = octet & ~unused | open & unused;
            }
            number = number << 8 | octet;
        }
        return number;
    }

    boolean contains(Ipv4Address address) {
        long number = Integer.toUnsignedLong(address.bits());
        return contains(new AddressBlock(List.of(new Range(number, number))));
    }

    boolean contains(AddressBlock other) {
        for (Range range : other.ranges) {
            boolean contained = false;
            for (Range mine : ranges) {
                contained |= mine.contains(range);
            }
            if (!contained) {
                return false;
            }
        }
        return true;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** {@code 10.0.0.8, 10.0.1.0-10.0.1.255}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Range range : ranges) {
            text.append(text.length() == 0 ? "" : ", ").append(range);
        }
        return text.toString();
    }
}
