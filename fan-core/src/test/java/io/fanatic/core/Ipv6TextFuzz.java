package io.fanatic.core;

import java.nio.charset.StandardCharsets;

/** Any text as an IPv6 address, prefix and overlay: what is one reads back as it is written. Documented: IllegalArgumentException. */
public final class Ipv6TextFuzz {
    private static final Ipv4Prefix UNDERLAY = Ipv4Prefix.parse("10.0.0.0/16");

    private Ipv6TextFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            Ipv6Address address = Ipv6Address.parse(text);
            check(Ipv6Address.parse(address.toString()).equals(address), address);
            check(IpAddress.parse(text).equals(address), address);
        } catch (IllegalArgumentException documented) {
            // No address.
        }
        try {
            Ipv6Prefix prefix = Ipv6Prefix.parse(text);
            check(Ipv6Prefix.parse(prefix.toString()).equals(prefix), prefix);
            check(prefix.contains(prefix.network()), prefix);
            Ipv6Mapping mapping = new Ipv6Mapping(prefix, UNDERLAY);
            Ipv4Address owner = Ipv4Address.of(0x0a000000 | data[0] & 0xff | 1);
            check(prefix.contains(mapping.hostAddressOf(owner)), mapping);
            check(mapping.ownerBits(mapping.hostAddressOf(owner).high()) == owner.bits(), mapping);
        } catch (IllegalArgumentException documented) {
            // No prefix, or none that can be an overlay.
        }
    }

    private static void check(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError("reads back otherwise: " + what);
        }
    }
}
