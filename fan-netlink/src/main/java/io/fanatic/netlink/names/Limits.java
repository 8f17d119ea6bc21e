package io.fanatic.netlink.names;

import io.fanatic.core.Ipv4Address;
import java.util.HashMap;
import java.util.Map;

/** Counts what is under way, in all and of each asker. On the event loop. */
final class Limits {
    private final int most;
    private final int mostOfOne;
    private final Map<Ipv4Address, Integer> ofEach = new HashMap<>();
    private int all;

    Limits(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** Whether one more is taken; then {@link #leave} follows. */
    boolean enter(Ipv4Address asker) {
        int now = ofEach.getOrDefault(asker, 0);
        if (all >= most || now >= mostOfOne) {
            return false;
        }
        all++;
        ofEach.put(asker, now + 1);
        return true;
    }

    void leave(Ipv4Address asker) {
        all--;
        ofEach.computeIfPresent(asker, (address, count) -> count == 1 ? null : count - 1);
    }
}
