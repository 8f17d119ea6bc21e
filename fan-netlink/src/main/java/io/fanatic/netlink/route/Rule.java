package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Prefix;
import java.util.Optional;

/**
 * An IPv4 policy rule (ip-rule(8)): which packets look into which routing table.
 *
 * @param priority the smallest comes first
 * @param source of the packets meant; empty for all
 * @param destination of the packets meant; empty for all
 * @param inInterface by which they came; empty for all
 * @param outInterface to which a socket is bound; empty for all
 * @param mark the firewall mark they carry, under {@code mask}
 * @param mask 0 when the mark does not matter
 * @param table 254 main, 255 local, 253 default; 0 when the action is none
 * @param action FR_ACT_* of linux/fib_rules.h: 1 to the table, 6 blackhole, 7 unreachable, 8 prohibit
 * @param protocol who made it: 2 kernel, others as for routes
 * @param inverted whether it means all packets but these
 */
public record Rule(
        int priority,
        Optional<Ipv4Prefix> source,
        Optional<Ipv4Prefix> destination,
        String inInterface,
        String outInterface,
        int mark,
        int mask,
        int table,
        int action,
        int protocol,
        boolean inverted) {}
