package io.fanatic.netlink.route;

/**
 * Some VNIs that a VXLAN device with a filter receives.
 *
 * @param index the VXLAN device
 * @param first 0 to 2^24 - 1
 * @param last the same as {@code first} for a single one
 */
public record VniRange(int index, int first, int last) {}
