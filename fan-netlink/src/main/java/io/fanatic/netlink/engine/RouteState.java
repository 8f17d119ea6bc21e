package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import java.util.Optional;

/**
 * An IPv4 route.
 *
 * @param destination the network
 * @param link device it leads to; empty for blackhole and the like
 * @param words the whole route in the form of {@code ip route}, for messages
 */
public record RouteState(Cidr destination, Optional<String> link, String words) {}
