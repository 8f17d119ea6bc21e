package io.fanatic.netlink.engine;

import java.util.Optional;

/**
 * Which path the packets of a fan take between hosts.
 *
 * @param fastBy the underlay's device where the fan's own programs write and remove the outer headers; empty where the kernel's device does
 * @param obstacle why the fan must not take the fast path on this host, in a few words; empty where it may, or is not to
 */
public record FanPath(Optional<String> fastBy, Optional<String> obstacle) {}
