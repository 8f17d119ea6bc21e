package io.fanatic.core;

import java.util.Optional;

/**
 * Which networks can be an overlay as far as addresses alone decide it. Whether an overlay collides with a route or a
 * name server of one host is known only there.
 */
public final class Overlays {

    /** What to propose: unused on the internet and at home alike, and Linux routes class E as any other address. */
    public static final String ADVICE = "choose one of 240.0.0.0/8 to 254.0.0.0/8, such as 250.0.0.0/8";

    /** The overlay of most fans. */
    public static final Ipv4Prefix EXAMPLE = new Ipv4Prefix(Ipv4Address.of(0xfa000000), 8);

    private Overlays() {}

    /**
     * {@return the IPv4 overlay of a fan, from which its names and its VNI follow}
     *
     * @param text such as {@code 250.0.0.0/8}
     * @throws IllegalArgumentException when it is something else; of an IPv6 overlay, the message says where that is given
     */
    public static Ipv4Prefix parse(String text) {
        if (text.indexOf(':') >= 0) {
            throw new IllegalArgumentException(Text.quote(text) + " is IPv6; give an IPv4 overlay, such as " + EXAMPLE
                    + ", and this one as overlay6");
        }
        return Ipv4Prefix.parse(text);
    }

    /**
     * Refuses what cannot work. Networks that merely are somebody's (10.0.0.0/8, a public prefix) pass: a plan may use
     * them.
     *
     * @param overlay any network
     * @throws IllegalArgumentException when the overlay touches a network that hosts treat specially (RFC 6890); the
     *     message names that network, the reason and a good overlay
     */
    public static void requireUsable(Ipv4Prefix overlay) {
        refuse(overlay, 0x00000000, 8, "\"this network\" (RFC 791), which hosts take as source only");
        refuse(overlay, 0x7f000000, 8, "loopback, which never leaves a host");
        // Linux would route it, but cloud metadata and name servers live there, and every host has its own.
        refuse(overlay, 0xa9fe0000, 16, "link-local (RFC 3927), where clouds keep their metadata server");
        refuse(overlay, 0xe0000000, 4, "multicast, which no single host can own");
    }

    /**
     * {@return what to know of an overlay that has addresses which hosts on the internet may have, a sentence; empty for any other one}
     *
     * @param overlay any network
     */
    public static Optional<String> warning(Ipv4Prefix overlay) {
        int[][] free = {
            {0xf0000000, 4}, {0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0x64400000, 10}, {0xc6120000, 15}
        };
        for (int[] network : free) {
            if (new Ipv4Prefix(Ipv4Address.of(network[0]), network[1]).contains(overlay)) {
                return Optional.empty();
            }
        }
        return Optional.of(overlay
                + " has addresses of the internet, which this host does not reach while the fan is up; " + ADVICE);
    }

    private static void refuse(Ipv4Prefix overlay, int network, int prefixLength, String reason) {
        Ipv4Prefix special = new Ipv4Prefix(Ipv4Address.of(network), prefixLength);
        if (overlay.overlaps(special)) {
            String relation = special.contains(overlay) ? "lies in" : "contains";
            throw new IllegalArgumentException("overlay " + overlay + " cannot work: "
                    + (overlay.equals(special) ? "it is " : "it " + relation + " " + special + ", ")
                    + reason + "; " + ADVICE);
        }
    }
}
