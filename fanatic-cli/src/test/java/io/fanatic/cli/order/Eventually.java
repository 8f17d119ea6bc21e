package io.fanatic.cli.order;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what others do in their own time. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 20_000_000;

    private Eventually() {}

    /**
     * Until it is so, or has taken too long.
     *
     * @param what a sentence that is to be true
     * @param seen what there is instead
     */
    static void holds(String what, BooleanSupplier condition, Supplier<String> seen) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what + ": " + seen.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
