package io.fanatic.harness.iperf.stream;

/** What all streams of one direction may send together, bytes. */
public final class Budget {
    private long left;

    public Budget(long bytes) {
        left = bytes;
    }

    /** How many of so many may still be sent. */
    public int grant(int wanted) {
        return (int) Math.min(wanted, left);
    }

    /** Notes that so many were. */
    public void spend(long bytes) {
        if (left != Long.MAX_VALUE) {
            left -= bytes;
        }
    }

    public boolean spent() {
        return left <= 0;
    }
}
