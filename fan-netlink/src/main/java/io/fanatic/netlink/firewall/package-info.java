/** The rules of a host's firewall, and what becomes of a packet there. Start at {@link io.fanatic.netlink.firewall.FirewallWalk}. */
@NullMarked
package io.fanatic.netlink.firewall;

import org.jspecify.annotations.NullMarked;
