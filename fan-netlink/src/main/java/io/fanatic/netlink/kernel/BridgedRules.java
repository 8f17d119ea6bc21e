package io.fanatic.netlink.kernel;

import java.util.Optional;

/**
 * What the firewall has for frames between the ports of a fan's bridge, as far as it concerns packets without encapsulation.
 *
 * @param notMet a rule that such packets do not meet when they are received; empty: none
 * @param dropping a rule that drops connections of which only one direction passes the bridge, as those are, whatever fanatic does; empty: none
 * @param droppingInvalid a rule that does so unless these are untracked before it ({@link io.fanatic.netlink.firewall.TunnelTable}); empty: none
 */
public record BridgedRules(Optional<String> notMet, Optional<String> dropping, Optional<String> droppingInvalid) {
    /** No rules. */
    public static final BridgedRules NONE = new BridgedRules(Optional.empty(), Optional.empty(), Optional.empty());
}
