package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What programs that only look shall tell of, and where to.
 *
 * @param reasons of which of the frames, passed ones too
 * @param filters only frames that fit each of these
 * @param fan a number that each record gets
 * @param queueFd descriptor of the queue of {@link PacketRecord}s
 * @param countsFd descriptor of a map as the counters', for how many frames there were
 */
public record Observation(Set<Counter> reasons, List<FanObserver.Filter> filters, int fan, int queueFd, int countsFd) {

    /** What is given may change later. */
    public Observation {
        reasons = reasons.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(reasons));
        filters = List.copyOf(filters);
    }
}
