package io.fanatic.harness.iperf;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Measures throughput against an iperf3 server.
 *
 * @param address of the server
 * @param port of the server, TCP and UDP, 1 to 65535
 * @param patience how long the server may take for each answer, and a transfer of bytes or blocks may stand still
 */
public record IperfClient(Ipv4Address address, int port, Duration patience) {

    /** The port that iperf3 uses when not told otherwise. */
    public static final int DEFAULT_PORT = 5201;

    /** At the usual port, waiting up to 5 seconds for each answer. */
    public static IperfClient to(Ipv4Address address) {
        return new IperfClient(address, DEFAULT_PORT, Duration.ofSeconds(5));
    }

    public IperfClient withPort(int port) {
        return new IperfClient(address, port, patience);
    }

    public IperfClient withPatience(Duration patience) {
        return new IperfClient(address, port, patience);
    }

    /** Starts in the calling thread's network namespace; see {@link #start(Probes, Namespace, IperfSpec)}. */
    public CompletableFuture<Throughput> start(Probes probes, IperfSpec spec) {
        return new ClientRun(this, spec, probes.group().next(), Optional.empty()).start();
    }

    /**
     * Starts and returns at once. The result is there when the test is over, however it went.
     *
     * @param from the network namespace to connect from
     * @throws io.fanatic.netlink.libc.ErrnoException when the namespace is gone
     */
    public CompletableFuture<Throughput> start(Probes probes, Namespace from, IperfSpec spec) {
        return new ClientRun(this, spec, probes.group().next(), Optional.of(from)).start();
    }
}
