package io.fanatic.harness.reach;

import io.fanatic.core.Counter;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.Map;

/** How this host's counters move during a test. */
final class GuardWatch {
    private final FanNetwork network;
    private final Fan fan;
    private final Map<Counter, Long> before;

    GuardWatch(FanNetwork network, Fan fan) {
        this.network = network;
        this.fan = fan;
        this.before = network.counters(fan);
    }

    /** By how much it has grown since the beginning. */
    long growth(Counter counter) {
        return network.counters(fan).getOrDefault(counter, 0L) - before.getOrDefault(counter, 0L);
    }
}
