package io.fanatic.harness.serve;

import io.fanatic.harness.iperf.IperfServer;
import java.time.Duration;

/**
 * What a {@link Responder} does at most. A connection of echo costs up to {@value EchoConnection#MAX_HELD} bytes while its peer
 * does not read, any other some hundred: with the defaults 16 MiB if all peers are as bad as can be.
 *
 * @param connections of all peers and services together
 * @param perPeer connections of one address, or of one slice where the fan is known; iperf3 with 128 streams each way has 257
 * @param longest how long one connection of echo or discard may last
 * @param stalled how long such a connection may do nothing
 * @param iperf the limits of the iperf3 server
 */
public record ServeLimits(int connections, int perPeer, Duration longest, Duration stalled, IperfServer.Limits iperf) {

    /** 1024 connections, 300 of one peer, five minutes each, half a minute without a byte; {@link IperfServer.Limits#DEFAULT}. */
    public static final ServeLimits DEFAULT =
            new ServeLimits(1024, 300, Duration.ofMinutes(5), Duration.ofSeconds(30), IperfServer.Limits.DEFAULT);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when one is less than one
     */
    public ServeLimits {
        if (connections < 1 || perPeer < 1 || longest.isNegative() || stalled.isNegative()) {
            throw new IllegalArgumentException("a responder without connections answers nobody");
        }
    }
}
