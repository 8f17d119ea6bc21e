package io.fanatic.netlink.host;

import io.fanatic.core.Cidr;

/**
 * What leaves a slice for anywhere outside its overlay takes the address of the host.
 *
 * @param slice the sources
 * @param overlay the destinations that are left alone; contains the slice
 */
public record Masquerade(Cidr slice, Cidr overlay) {}
