package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import java.time.Instant;

/**
 * One of IPsec's security associations over IPv4: packets of one direction between two hosts, and the key that they are encrypted with.
 *
 * @param source outer source address
 * @param destination outer destination address
 * @param requestId what ties it to its policies, an unsigned 32-bit number
 * @param algorithm such as {@code AES-256-GCM}; the kernel's own name for others than that
 * @param added when it was made, in whole seconds
 * @param bytes of packets that have passed, without the ESP header
 * @param packets that have passed
 */
public record SecurityAssociation(
        Ipv4Address source,
        Ipv4Address destination,
        long requestId,
        String algorithm,
        Instant added,
        long bytes,
        long packets) {}
