package io.fanatic.harness.bench;

import java.time.Duration;

/**
 * How long one sample takes.
 *
 * @param warmUp time before counting starts: windows grow, the JIT compiles
 * @param measured time that counts; more than zero
 */
public record Timing(Duration warmUp, Duration measured) {
    public Timing {
        if (warmUp.isNegative() || measured.isNegative() || measured.isZero()) {
            throw new IllegalArgumentException("the measured time must be more than zero");
        }
    }
}
