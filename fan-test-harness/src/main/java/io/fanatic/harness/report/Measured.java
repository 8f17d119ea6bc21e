package io.fanatic.harness.report;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The figures of one stage; what was not measured is empty.
 *
 * @param rtt round trips
 * @param bitsPerSecond payload bits per second from the first to the second of the pair; both ways together where the stage
 *     sends both ways
 * @param bytes payload that was moved, all ways together
 * @param loss share of packets that did not arrive, or were not answered, 0 to 1
 * @param streams connections at once
 * @param retransmits TCP segments sent again
 */
public record Measured(
        Optional<Rtt> rtt,
        OptionalDouble bitsPerSecond,
        OptionalLong bytes,
        OptionalDouble loss,
        OptionalInt streams,
        OptionalLong retransmits) {

    /** No figure at all. */
    public static final Measured NOTHING = new Measured(
            Optional.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            OptionalLong.empty());

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException when a figure is negative or no number, or the loss above 1
     */
    public Measured {
        requireAmount("bit rate", bitsPerSecond.orElse(0));
        requireAmount("bytes", bytes.orElse(0));
        requireAmount("loss", loss.orElse(0));
        requireAmount("streams", streams.orElse(0));
        requireAmount("retransmits", retransmits.orElse(0));
        if (loss.orElse(0) > 1) {
            throw new IllegalArgumentException("a loss of " + loss.getAsDouble() + " is more than everything");
        }
    }

    static void requireAmount(String what, double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(what + " cannot be " + value);
        }
    }

    /**
     * {@return the same with round trips}
     *
     * @param value milliseconds
     */
    public Measured withRtt(Rtt value) {
        return new Measured(Optional.of(value), bitsPerSecond, bytes, loss, streams, retransmits);
    }

    /**
     * {@return the same with a rate}
     *
     * @param value payload bits per second, 0 or more
     */
    public Measured withBitsPerSecond(double value) {
        return new Measured(rtt, OptionalDouble.of(value), bytes, loss, streams, retransmits);
    }

    /**
     * {@return the same with an amount}
     *
     * @param value payload bytes, 0 or more
     */
    public Measured withBytes(long value) {
        return new Measured(rtt, bitsPerSecond, OptionalLong.of(value), loss, streams, retransmits);
    }

    /**
     * {@return the same with a loss}
     *
     * @param value share of packets, 0 to 1
     */
    public Measured withLoss(double value) {
        return new Measured(rtt, bitsPerSecond, bytes, OptionalDouble.of(value), streams, retransmits);
    }

    /**
     * {@return the same with a number of connections}
     *
     * @param value 0 or more
     */
    public Measured withStreams(int value) {
        return new Measured(rtt, bitsPerSecond, bytes, loss, OptionalInt.of(value), retransmits);
    }

    /**
     * {@return the same with what TCP sent again}
     *
     * @param value segments, 0 or more
     */
    public Measured withRetransmits(long value) {
        return new Measured(rtt, bitsPerSecond, bytes, loss, streams, OptionalLong.of(value));
    }
}
