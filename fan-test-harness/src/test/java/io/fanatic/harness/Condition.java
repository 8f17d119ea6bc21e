package io.fanatic.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What a test waits for. */
public final class Condition {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private Condition() {}

    /** Asks again and again, for at most a minute. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within a minute", what).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
