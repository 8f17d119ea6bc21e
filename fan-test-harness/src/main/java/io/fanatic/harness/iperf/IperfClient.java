package io.fanatic.harness.iperf;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Measures throughput against an iperf3 server.
 *
 * @param address of the server
 * @param port of the server, TCP and UDP, 1 to 65535
 * @param timeout how long the server may take for each answer, and a transfer of bytes or blocks may stand still
 */
public record IperfClient(IpAddress address, int port, Duration timeout) {

    /** The port that iperf3 uses when not told otherwise. */
    public static final int DEFAULT_PORT = 5201;

    /**
     * {@return a client of a server at the usual port, waiting up to 5 seconds for each answer}
     *
     * @param address the server's
     */
    public static IperfClient to(IpAddress address) {
        return new IperfClient(address, DEFAULT_PORT, Duration.ofSeconds(5));
    }

    /**
     * {@return the same for another port}
     *
     * @param port 1 to 65535
     */
    public IperfClient withPort(int port) {
        return new IperfClient(address, port, timeout);
    }

    /**
     * {@return the same with another timeout}
     *
     * @param timeout for each answer
     */
    public IperfClient withTimeout(Duration timeout) {
        return new IperfClient(address, port, timeout);
    }

    /**
     * Starts in the calling thread's network namespace; see {@link #start(Probes, Namespace, IperfSpec)}.
     *
     * @param probes gives the event loops
     * @param spec what to measure
     * @return what came of it
     */
    public CompletableFuture<Throughput> start(Probes probes, IperfSpec spec) {
        return new ClientRun(this, spec, probes.group().next(), Optional.empty()).start();
    }

    /**
     * Starts and returns at once. The result is there when the test is over, however it went.
     *
     * @param probes gives the event loops
     * @param from the network namespace to connect from
     * @param spec what to measure
     * @return what came of it
     * @throws io.fanatic.core.FanaticException when the namespace is gone
     */
    public CompletableFuture<Throughput> start(Probes probes, Namespace from, IperfSpec spec) {
        return new ClientRun(this, spec, probes.group().next(), Optional.of(from)).start();
    }
}
