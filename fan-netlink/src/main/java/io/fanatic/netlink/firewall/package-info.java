/**
 * The host's firewall: the fans' own tables in it, and what becomes of a packet in the rules of others. Start at {@link
 * io.fanatic.netlink.firewall.NatTable} and {@link io.fanatic.netlink.firewall.FirewallWalk}.
 */
@NullMarked
package io.fanatic.netlink.firewall;

import org.jspecify.annotations.NullMarked;
