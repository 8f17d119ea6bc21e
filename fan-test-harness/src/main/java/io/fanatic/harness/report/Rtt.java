package io.fanatic.harness.report;

/**
 * Round trip times in milliseconds.
 *
 * @param min the shortest
 * @param average the mean
 * @param p99 what 99 of 100 do not exceed (nearest rank: of fewer than 100 samples the longest)
 */
public record Rtt(double min, double average, double p99) {

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException when one is negative or no number
     */
    public Rtt {
        Measured.requireAmount("rtt", min);
        Measured.requireAmount("rtt", average);
        Measured.requireAmount("rtt", p99);
    }
}
