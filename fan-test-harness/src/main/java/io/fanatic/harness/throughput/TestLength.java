package io.fanatic.harness.throughput;

import java.time.Duration;

/**
 * How much of it. Exactly one of time, bytes and blocks is given.
 *
 * @param time how long; zero for none
 * @param bytes how many in all streams together; 0 for none
 * @param blocks how many writes in all streams together; 0 for none
 * @param omit how long to send before the measurement begins ({@code iperf3 -O}); whole seconds go over the wire
 */
public record TestLength(Duration time, long bytes, long blocks, Duration omit) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException unless exactly one is given
     */
    public TestLength {
        int given = (time.isZero() ? 0 : 1) + (bytes == 0 ? 0 : 1) + (blocks == 0 ? 0 : 1);
        if (given != 1 || time.isNegative() || bytes < 0 || blocks < 0 || omit.isNegative()) {
            throw new IllegalArgumentException("give either a time, or bytes, or blocks, more than zero");
        }
    }

    /**
     * {@return a test of so many seconds}
     *
     * @param seconds more than 0
     */
    public static TestLength seconds(int seconds) {
        return time(Duration.ofSeconds(seconds));
    }

    /**
     * A test of a time. Over the wire go whole seconds, rounded up; the client is the one that ends the test.
     *
     * @param time more than zero
     * @return that extent
     */
    public static TestLength time(Duration time) {
        return new TestLength(time, 0, 0, Duration.ZERO);
    }

    /**
     * {@return a test of so many bytes}
     *
     * @param bytes in all streams together, more than 0
     */
    public static TestLength bytes(long bytes) {
        return new TestLength(Duration.ZERO, bytes, 0, Duration.ZERO);
    }

    /**
     * {@return a test of so many writes}
     *
     * @param blocks in all streams together, more than 0
     */
    public static TestLength blocks(long blocks) {
        return new TestLength(Duration.ZERO, 0, blocks, Duration.ZERO);
    }

    /**
     * {@return the same after a time that does not count}
     *
     * @param omit zero for none
     */
    public TestLength omitting(Duration omit) {
        return new TestLength(time, bytes, blocks, omit);
    }
}
