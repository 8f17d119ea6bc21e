package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import java.util.Optional;

/**
 * What the kernel tells of a VXLAN device (RFC 7348; IFLA_VXLAN_* of linux/if_link.h).
 *
 * @param vni the network identifier, 0 to 2^24 - 1; 0 when each packet brings its own ({@code external})
 * @param port the UDP port it receives on and sends to
 * @param external whether remote, local address and VNI come with each packet (collect metadata)
 * @param vniFilter whether only the VNIs of {@link VniFilter} are received
 * @param learning whether it learns which remote has which MAC address
 * @param local the outer source address, if fixed
 * @param remote the peer or multicast group, if fixed
 * @param udpChecksum whether outer IPv4 packets carry a UDP checksum; per packet when {@code external}
 */
public record VxlanSettings(
        int vni,
        int port,
        boolean external,
        boolean vniFilter,
        boolean learning,
        Optional<Ipv4Address> local,
        Optional<Ipv4Address> remote,
        boolean udpChecksum) {}
