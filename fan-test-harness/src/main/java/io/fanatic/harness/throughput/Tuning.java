package io.fanatic.harness.throughput;

/**
 * How it is sent. Zero and the empty text leave it to iperf3's or the kernel's default.
 *
 * @param length bytes of a write or of a datagram ({@code -l}); by default 1 MiB, at a rate or for so many bytes 128 KiB,
 *     of UDP as much as fits a packet
 * @param bitsPerSecond rate of each stream ({@code -b}); by default as fast as possible, of UDP 1 Mbit/s (2^20)
 * @param unlimited UDP as fast as possible ({@code -b 0})
 * @param window bytes of the socket buffers at both ends ({@code -w}); by default the kernel grows them as needed
 * @param segment bytes of the largest TCP segment ({@code -M})
 * @param congestion control of TCP at both ends ({@code -C})
 * @param wideCounters whether datagrams are numbered with 64 bits instead of 32
 * @param noDelay whether small writes go out at once ({@code -N})
 */
public record Tuning(
        int length,
        long bitsPerSecond,
        boolean unlimited,
        int window,
        int segment,
        String congestion,
        boolean wideCounters,
        boolean noDelay) {

    /** All as iperf3 and the kernel do it. */
    public static final Tuning DEFAULT = new Tuning(0, 0, false, 0, 0, "", false, false);

    /** The longest write, in bytes. */
    public static final int MAX_LENGTH = 1 << 20;
    /** The largest datagram of IPv4. */
    public static final int MAX_DATAGRAM = 65507;
    /** Room for time and number at the start of a datagram. */
    public static final int MIN_DATAGRAM = 16;

    /** Costs the sender a third less than the 128 KiB of iperf3, which has its threads to make up for it. */
    static final int DEFAULT_TCP_LENGTH = 1 << 20;
    /** At a rate, a write is a burst; and iperf3 counts whole ones, which matters where few bytes are sent. */
    static final int DEFAULT_SMALL_LENGTH = 128 << 10;
    /** What fits an Ethernet packet, less room for a tunnel; the wire's MTU decides where it is known. */
    static final int DEFAULT_UDP_LENGTH = 1372;

    static final long DEFAULT_UDP_RATE = 1 << 20;
    static final int MAX_WINDOW = 512 << 20;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when a number is out of its range
     */
    public Tuning {
        range("length", length, 0, MAX_LENGTH);
        range("window", window, 0, MAX_WINDOW);
        range("segment size", segment, 0, 65495);
        if (bitsPerSecond < 0) {
            throw new IllegalArgumentException("a rate of " + bitsPerSecond + " bit/s is negative");
        }
        if (congestion.length() > 15 || !congestion.matches("[a-zA-Z0-9_-]*")) {
            throw new IllegalArgumentException("\"" + congestion + "\" is not the name of a congestion control");
        }
    }

    static void range(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("a " + what + " of " + value + " is not from " + least + " to " + most);
        }
    }

    /**
     * {@return the same with another length of writes or datagrams}
     *
     * @param bytes 0 for the default
     */
    public Tuning withLength(int bytes) {
        return new Tuning(bytes, bitsPerSecond, unlimited, window, segment, congestion, wideCounters, noDelay);
    }

    /**
     * Sets the rate of each stream.
     *
     * @param rate bits per second; 0 for as fast as possible
     * @return the same at that rate
     */
    public Tuning withRate(long rate) {
        return new Tuning(length, rate, rate == 0, window, segment, congestion, wideCounters, noDelay);
    }

    /**
     * {@return the same with socket buffers of a size}
     *
     * @param bytes 0 for the default
     */
    public Tuning withWindow(int bytes) {
        return new Tuning(length, bitsPerSecond, unlimited, bytes, segment, congestion, wideCounters, noDelay);
    }

    /**
     * {@return the same with another largest TCP segment}
     *
     * @param bytes 0 for the default
     */
    public Tuning withSegment(int bytes) {
        return new Tuning(length, bitsPerSecond, unlimited, window, bytes, congestion, wideCounters, noDelay);
    }

    /**
     * {@return the same with another congestion control}
     *
     * @param name as the kernel has it; empty for the default
     */
    public Tuning withCongestion(String name) {
        return new Tuning(length, bitsPerSecond, unlimited, window, segment, name, wideCounters, noDelay);
    }

    /** {@return the same with datagrams numbered with 64 bits} */
    public Tuning withWideCounters() {
        return new Tuning(length, bitsPerSecond, unlimited, window, segment, congestion, true, noDelay);
    }
}
