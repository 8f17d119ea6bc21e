package io.fanatic.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/**
 * Unique local prefixes (RFC 4193) for overlays of IPv6: {@code fd}, 40 bits that no other site should have, and then the hosts.
 *
 * <pre>
 *   UniqueLocal.random(48)                        fd5e:91c3:70a8::/48, another one each time
 *   UniqueLocal.derived(250.0.0.0/8, 10.0.0.0/16) the same on every host, without asking anybody
 * </pre>
 */
public final class UniqueLocal {
    /** Prefix length of a site's own prefix: 8 bits of {@code fd} and the 40 of the global ID. */
    public static final int SITE = 48;

    private static final int MIN_PREFIX = 8;

    private UniqueLocal() {}

    /**
     * {@return the prefix length that leaves each host of an underlay a /64; at most {@value #SITE}}
     *
     * @param underlay the network that hosts have
     */
    public static int prefixLength(Ipv4Prefix underlay) {
        return Math.min(SITE, underlay.prefixLength() + 32);
    }

    /**
     * {@return a prefix with a random global ID, as RFC 4193 section 3.2 asks for}
     *
     * @param prefixLength {@value #MIN_PREFIX} to {@value #SITE}; less than {@value #SITE} takes the prefixes of several sites
     * @throws IllegalArgumentException when the length is not in that range
     */
    public static Ipv6Prefix random(int prefixLength) {
        return of(new SecureRandom().nextLong(), prefixLength);
    }

    /**
     * {@return a prefix whose global ID follows from the two networks} It is the same on every host of the fan, and on those of every other
     * site with the same two networks: where two such sites are to be connected, one takes a {@link #random} prefix.
     *
     * @param overlay the IPv4 network that containers see
     * @param underlay the network that hosts have
     */
    public static Ipv6Prefix derived(Ipv4Prefix overlay, Ipv4Prefix underlay) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((overlay + " " + underlay).getBytes(StandardCharsets.US_ASCII));
            return of(ByteBuffer.wrap(digest).getLong(), prefixLength(underlay));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param id the global ID is its 40 bits behind the first 8 */
    private static Ipv6Prefix of(long id, int prefixLength) {
        if (prefixLength < MIN_PREFIX || prefixLength > SITE) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " is not between " + MIN_PREFIX + " and " + SITE);
        }
        return Ipv6Prefix.containing(new Ipv6Address(id & 0x00ffffffffffffffL | 0xfdL << 56, 0), prefixLength);
    }
}
