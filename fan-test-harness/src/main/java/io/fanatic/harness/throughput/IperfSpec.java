package io.fanatic.harness.throughput;

/**
 * One test.
 *
 * @param protocol what carries the data
 * @param direction which way it goes
 * @param streams how many connections at once in each direction, 1 to {@value #MAX_STREAMS}
 * @param testLength how much
 * @param tuning how
 * @param serverOutput whether the server shall send its report too ({@code --get-server-output})
 */
public record IperfSpec(
        Protocol protocol,
        Direction direction,
        int streams,
        TestLength testLength,
        Tuning tuning,
        boolean serverOutput) {

    /** Connections at once in each direction, at most; as iperf3. */
    public static final int MAX_STREAMS = 128;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when a number is out of its range
     */
    public IperfSpec {
        Tuning.range("number of streams", streams, 1, MAX_STREAMS);
        if (protocol == Protocol.UDP && tuning.length() != 0) {
            Tuning.range("datagram length", tuning.length(), Tuning.MIN_DATAGRAM, Tuning.MAX_DATAGRAM);
        }
    }

    /** {@return a test with one stream to the server for ten seconds} */
    public static IperfSpec tcp() {
        return new IperfSpec(Protocol.TCP, Direction.SEND, 1, TestLength.seconds(10), Tuning.DEFAULT, false);
    }

    /** {@return a test with one stream of 1 Mbit/s (2^20) to the server for ten seconds} */
    public static IperfSpec udp() {
        return new IperfSpec(Protocol.UDP, Direction.SEND, 1, TestLength.seconds(10), Tuning.DEFAULT, false);
    }

    /**
     * {@return the same another way}
     *
     * @param direction which way the data goes
     */
    public IperfSpec withDirection(Direction direction) {
        return new IperfSpec(protocol, direction, streams, testLength, tuning, serverOutput);
    }

    /**
     * {@return the same with so many connections}
     *
     * @param streams in each direction, 1 to {@value #MAX_STREAMS}
     */
    public IperfSpec withStreams(int streams) {
        return new IperfSpec(protocol, direction, streams, testLength, tuning, serverOutput);
    }

    /**
     * {@return the same for as much}
     *
     * @param testLength how much
     */
    public IperfSpec withTestLength(TestLength testLength) {
        return new IperfSpec(protocol, direction, streams, testLength, tuning, serverOutput);
    }

    /**
     * {@return the same sent another way}
     *
     * @param tuning how
     */
    public IperfSpec withTuning(Tuning tuning) {
        return new IperfSpec(protocol, direction, streams, testLength, tuning, serverOutput);
    }

    /** {@return the same, and the server shall send its report too} */
    public IperfSpec withServerOutput() {
        return new IperfSpec(protocol, direction, streams, testLength, tuning, true);
    }

    /** {@return how many bytes a write or datagram has} */
    public int length() {
        if (tuning.length() != 0) {
            return tuning.length();
        }
        if (protocol == Protocol.UDP) {
            return Tuning.DEFAULT_UDP_LENGTH;
        }
        boolean large = rate() == 0 && !testLength.time().isZero();
        return large ? Tuning.DEFAULT_TCP_LENGTH : Tuning.DEFAULT_SMALL_LENGTH;
    }

    /** {@return the rate of each stream in bits per second; 0 for as fast as possible} */
    public long rate() {
        boolean slowByDefault = protocol == Protocol.UDP && tuning.bitsPerSecond() == 0 && !tuning.unlimited();
        return slowByDefault ? Tuning.DEFAULT_UDP_RATE : tuning.bitsPerSecond();
    }

    /** {@return bytes in all streams of one direction together; {@link Long#MAX_VALUE} for no end} */
    public long bytes() {
        if (testLength.bytes() > 0) {
            return testLength.bytes();
        }
        return testLength.blocks() > 0 ? testLength.blocks() * length() : Long.MAX_VALUE;
    }

    /** {@return how many connections there are in both directions together} */
    public int connections() {
        return direction == Direction.BOTH ? 2 * streams : streams;
    }
}
