package io.fanatic.harness.iperf.stream;

/** Keeps one stream at its rate: what it may have sent by now. */
public final class Pacer {
    /** How often a stream that is ahead of its rate looks again; iperf3 does it as often. */
    public static final long TICK_NANOS = 1_000_000;

    private final double bytesPerNano;
    private long startedAt;
    private long sent;

    /** @param bitsPerSecond 0 for no limit */
    public Pacer(long bitsPerSecond) {
        bytesPerNano = bitsPerSecond / 8e9;
    }

    public void start() {
        startedAt = System.nanoTime();
    }

    public void sent(long bytes) {
        sent += bytes;
    }

    public boolean ahead() {
        return bytesPerNano != 0 && sent > (System.nanoTime() - startedAt) * bytesPerNano;
    }
}
