package io.fanatic.netlink.engine;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Prefix;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link Monitor} tells of: frames that fit all that is given.
 *
 * @param fan the bridge of the only fan; empty for all fans
 * @param reasons what became of the frame; at least one
 * @param address where an address inside the frame lies, its source or its destination
 * @param peer the underlay address of another host: frames from it, and to and from its containers by what they say of themselves
 */
public record MonitorSpec(
        Optional<String> fan, Set<Counter> reasons, Optional<Prefix> address, Optional<Ipv4Address> peer) {

    /** Every frame that is dropped, in all fans. */
    public static final MonitorSpec DROPS =
            new MonitorSpec(Optional.empty(), drops(), Optional.empty(), Optional.empty());

    /**
     * Frames that fit all four.
     *
     * @throws IllegalArgumentException without a reason
     */
    public MonitorSpec {
        Objects.requireNonNull(fan, "fan");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(peer, "peer");
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("a monitor needs a reason to tell of");
        }
        reasons = Set.copyOf(reasons);
    }

    private static Set<Counter> drops() {
        Set<Counter> drops = EnumSet.allOf(Counter.class);
        drops.removeIf(counter -> counter.kind() == Counter.Kind.PASSED);
        return drops;
    }
}
