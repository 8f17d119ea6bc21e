package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import java.util.Optional;

/**
 * One of the ways of a multipath route.
 *
 * @param outInterface the interface's index
 * @param gateway the router, if any
 * @param weight its share, 1 to 256
 */
public record NextHop(int outInterface, Optional<IpAddress> gateway, int weight) {}
