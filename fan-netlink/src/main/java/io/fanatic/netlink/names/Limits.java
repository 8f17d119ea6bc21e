package io.fanatic.netlink.names;

import java.util.HashMap;
import java.util.Map;

/** Counts what is under way, of each asker, and in all of this host's askers and of others apart. On the event loop. */
final class Limits {
    private final int most;
    private final int mostOfOne;
    private final Map<Desk.Asker, Integer> ofEach = new HashMap<>();
    private final int[] all = new int[2];

    Limits(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** Whether one more is taken; then {@link #leave} follows. */
    boolean enter(Desk.Asker asker) {
        int now = ofEach.getOrDefault(asker, 0);
        if (all[kind(asker)] >= most || now >= mostOfOne) {
            return false;
        }
        all[kind(asker)]++;
        ofEach.put(asker, now + 1);
        return true;
    }

    void leave(Desk.Asker asker) {
        all[kind(asker)]--;
        ofEach.computeIfPresent(asker, (same, count) -> count == 1 ? null : count - 1);
    }

    private static int kind(Desk.Asker asker) {
        return asker.local() ? 0 : 1;
    }
}
