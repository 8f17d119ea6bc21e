package io.fanatic.netlink.names;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts on the event loop and is read from anywhere. */
final class Counts {
    private final Map<NamesCounter, LongAdder> counts = new EnumMap<>(NamesCounter.class);

    Counts() {
        for (NamesCounter counter : NamesCounter.values()) {
            counts.put(counter, new LongAdder());
        }
    }

    void add(NamesCounter counter) {
        adder(counter).increment();
    }

    private LongAdder adder(NamesCounter counter) {
        LongAdder adder = counts.get(counter);
        if (adder == null) {
            throw new IllegalStateException(counter.words());
        }
        return adder;
    }

    Map<NamesCounter, Long> now() {
        Map<NamesCounter, Long> now = new EnumMap<>(NamesCounter.class);
        counts.forEach((counter, count) -> now.put(counter, count.sum()));
        return now;
    }
}
