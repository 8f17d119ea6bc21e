package io.fanatic.harness.iperf;

/**
 * One test.
 *
 * @param protocol what carries the data
 * @param direction which way it goes
 * @param streams how many connections at once in each direction, 1 to {@value #MOST_STREAMS}
 * @param extent how much
 * @param tuning how
 * @param serverOutput whether the server shall send its report too ({@code --get-server-output})
 */
public record IperfSpec(
        Protocol protocol, Direction direction, int streams, Extent extent, Tuning tuning, boolean serverOutput) {

    public static final int MOST_STREAMS = 128;

    /** @throws IllegalArgumentException when a number is out of its range */
    public IperfSpec {
        Tuning.range("number of streams", streams, 1, MOST_STREAMS);
        if (protocol == Protocol.UDP && tuning.length() != 0) {
            Tuning.range("datagram length", tuning.length(), Tuning.LEAST_DATAGRAM, Tuning.MOST_DATAGRAM);
        }
    }

    /** One stream to the server for ten seconds. */
    public static IperfSpec tcp() {
        return new IperfSpec(Protocol.TCP, Direction.SEND, 1, Extent.seconds(10), Tuning.DEFAULT, false);
    }

    /** One stream of 1 Mbit/s (2^20) to the server for ten seconds. */
    public static IperfSpec udp() {
        return new IperfSpec(Protocol.UDP, Direction.SEND, 1, Extent.seconds(10), Tuning.DEFAULT, false);
    }

    public IperfSpec withDirection(Direction direction) {
        return new IperfSpec(protocol, direction, streams, extent, tuning, serverOutput);
    }

    public IperfSpec withStreams(int streams) {
        return new IperfSpec(protocol, direction, streams, extent, tuning, serverOutput);
    }

    public IperfSpec withExtent(Extent extent) {
        return new IperfSpec(protocol, direction, streams, extent, tuning, serverOutput);
    }

    public IperfSpec withTuning(Tuning tuning) {
        return new IperfSpec(protocol, direction, streams, extent, tuning, serverOutput);
    }

    public IperfSpec withServerOutput() {
        return new IperfSpec(protocol, direction, streams, extent, tuning, true);
    }

    /** Bytes of a write or datagram. */
    public int length() {
        if (tuning.length() != 0) {
            return tuning.length();
        }
        if (protocol == Protocol.UDP) {
            return Tuning.DEFAULT_UDP_LENGTH;
        }
        boolean large = rate() == 0 && !extent.time().isZero();
        return large ? Tuning.DEFAULT_TCP_LENGTH : Tuning.DEFAULT_SMALL_LENGTH;
    }

    /** Bits per second of each stream; 0 for as fast as possible. */
    public long rate() {
        boolean slowByDefault = protocol == Protocol.UDP && tuning.bitsPerSecond() == 0 && !tuning.unlimited();
        return slowByDefault ? Tuning.DEFAULT_UDP_RATE : tuning.bitsPerSecond();
    }

    /** Bytes in all streams of one direction together; {@link Long#MAX_VALUE} for no end. */
    long bytes() {
        if (extent.bytes() > 0) {
            return extent.bytes();
        }
        return extent.blocks() > 0 ? extent.blocks() * length() : Long.MAX_VALUE;
    }

    /** Connections in both directions together. */
    int connections() {
        return direction == Direction.BOTH ? 2 * streams : streams;
    }
}
