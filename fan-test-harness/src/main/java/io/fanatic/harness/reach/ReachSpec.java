package io.fanatic.harness.reach;

import io.fanatic.harness.iperf.IperfClient;
import io.fanatic.harness.serve.ResponderSpec;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.TestLength;
import java.time.Duration;
import java.util.Optional;

/**
 * What to test of a peer.
 *
 * @param pings echo requests that count, at least 1
 * @param data whether to exchange data with echo and discard
 * @param longBytes how many bytes a long exchange has, at least 1
 * @param throughput what to measure with iperf3, once each way; empty for nothing
 * @param echoPort of the peer, TCP and UDP
 * @param discardPort of the peer, TCP
 * @param iperfPort of the peer
 * @param timeout how long to wait for each single answer
 */
public record ReachSpec(
        int pings,
        boolean data,
        long longBytes,
        Optional<IperfSpec> throughput,
        int echoPort,
        int discardPort,
        int iperfPort,
        Duration timeout) {

    /** Ten pings, 4 MiB, a second of one TCP stream each way, a timeout of one second, the default ports. */
    public static final ReachSpec DEFAULT = new ReachSpec(
            10,
            true,
            4 << 20,
            Optional.of(IperfSpec.tcp().withTestLength(TestLength.seconds(1))),
            ResponderSpec.ECHO,
            ResponderSpec.DISCARD,
            IperfClient.DEFAULT_PORT,
            Duration.ofSeconds(1));

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when a number is out of its range
     */
    public ReachSpec {
        if (pings < 1 || longBytes < 1 || timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("pings, bytes and timeout must be more than zero");
        }
    }

    /**
     * {@return the same with so many echo requests}
     *
     * @param pings at least 1
     */
    public ReachSpec withPings(int pings) {
        return new ReachSpec(pings, data, longBytes, throughput, echoPort, discardPort, iperfPort, timeout);
    }

    /** {@return the same without echo and discard} */
    public ReachSpec withoutData() {
        return new ReachSpec(pings, false, longBytes, throughput, echoPort, discardPort, iperfPort, timeout);
    }

    /**
     * {@return the same with long exchanges of another size}
     *
     * @param bytes at least 1
     */
    public ReachSpec withLongBytes(long bytes) {
        return new ReachSpec(pings, data, bytes, throughput, echoPort, discardPort, iperfPort, timeout);
    }

    /**
     * Sets what is measured with iperf3.
     *
     * @param spec its direction does not count; empty for no measurement
     * @return the same with that measurement
     */
    public ReachSpec withThroughput(Optional<IperfSpec> spec) {
        return new ReachSpec(pings, data, longBytes, spec, echoPort, discardPort, iperfPort, timeout);
    }

    /**
     * {@return the same for services at other ports}
     *
     * @param echo TCP and UDP
     * @param discard TCP
     * @param iperf TCP and UDP
     */
    public ReachSpec withPorts(int echo, int discard, int iperf) {
        return new ReachSpec(pings, data, longBytes, throughput, echo, discard, iperf, timeout);
    }

    /**
     * {@return the same with another timeout}
     *
     * @param timeout for each single answer, more than zero
     */
    public ReachSpec withTimeout(Duration timeout) {
        return new ReachSpec(pings, data, longBytes, throughput, echoPort, discardPort, iperfPort, timeout);
    }
}
