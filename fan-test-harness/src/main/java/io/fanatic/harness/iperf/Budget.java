package io.fanatic.harness.iperf;

/** What all streams of one direction may send together, bytes. */
final class Budget {
    private long left;

    Budget(long bytes) {
        left = bytes;
    }

    /** How many of so many may still be sent. */
    int grant(int wanted) {
        return (int) Math.min(wanted, left);
    }

    /** Notes that so many were. */
    void spend(long bytes) {
        if (left != Long.MAX_VALUE) {
            left -= bytes;
        }
    }

    boolean spent() {
        return left <= 0;
    }
}
