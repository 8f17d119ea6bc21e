package io.fanatic.harness.iperf;

/** Keeps one stream at its rate: what it may have sent by now. */
final class Pacer {
    /** How often a stream that is ahead of its rate looks again; iperf3 does it as often. */
    static final long TICK_NANOS = 1_000_000;

    private final double bytesPerNano;
    private long startedAt;
    private long sent;

    /** @param bitsPerSecond 0 for no limit */
    Pacer(long bitsPerSecond) {
        bytesPerNano = bitsPerSecond / 8e9;
    }

    void start() {
        startedAt = System.nanoTime();
    }

    void sent(long bytes) {
        sent += bytes;
    }

    boolean unlimited() {
        return bytesPerNano == 0;
    }

    boolean ahead() {
        return bytesPerNano != 0 && sent > (System.nanoTime() - startedAt) * bytesPerNano;
    }
}
