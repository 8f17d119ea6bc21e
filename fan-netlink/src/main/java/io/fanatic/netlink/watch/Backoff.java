package io.fanatic.netlink.watch;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How long to wait before a repair, so that two managers with different aims do not keep a CPU busy. The first few
 * repetitions of a repair are immediate; after that each one doubles the pause. Two pauses and a minute without a repair end
 * the streak.
 *
 * <p>Times are {@link System#nanoTime}.
 */
final class Backoff {
    static final int FREE = 5;
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration CALM = Duration.ofMinutes(1);
    private static final String FAILURE = "";

    private final Map<String, Streak> streaks = new HashMap<>();
    private Duration pause = Duration.ZERO;
    private long since;

    private record Streak(int count, long last) {}

    /**
     * Notes a repair.
     *
     * @param what the repair in words
     * @return whether it is the first of its kind that makes the next one wait
     */
    boolean repaired(String what, long now) {
        return note(what, FREE, now) == FREE + 1;
    }

    /** Notes that a repair was tried and failed. */
    void failed(long now) {
        note(FAILURE, 0, now);
    }

    private int note(String what, int free, long now) {
        streaks.values().removeIf(streak -> now - streak.last > calm(streak.count));
        int count = streaks.containsKey(what) ? streaks.get(what).count + 1 : 1;
        streaks.put(what, new Streak(count, now));
        pause = pause(count - free);
        since = now;
        return count;
    }

    private static long calm(int count) {
        return CALM.plus(pause(count).multipliedBy(2)).toNanos();
    }

    private static Duration pause(int over) {
        if (over <= 0) {
            return Duration.ZERO;
        }
        Duration pause = FIRST.multipliedBy(1L << Math.min(over - 1, 16));
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }

    /** Forgets everything. */
    void reset() {
        streaks.clear();
        pause = Duration.ZERO;
    }

    /** How long to wait from now on; zero or negative for not at all. */
    Duration left(long now) {
        return pause.minusNanos(now - since);
    }
}
