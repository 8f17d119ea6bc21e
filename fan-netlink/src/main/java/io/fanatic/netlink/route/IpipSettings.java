package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import java.util.Optional;

/**
 * What the kernel tells of an IPIP device (RFC 2003; IFLA_IPTUN_* of linux/if_tunnel.h).
 *
 * @param external whether remote and local address come with each packet (collect metadata); a namespace has one such device at most
 * @param local the outer source address, if fixed
 * @param remote the peer, if fixed
 */
public record IpipSettings(boolean external, Optional<Ipv4Address> local, Optional<Ipv4Address> remote) {}
