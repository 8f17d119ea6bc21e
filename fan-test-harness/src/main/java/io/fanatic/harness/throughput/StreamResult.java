package io.fanatic.harness.throughput;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one stream came to. Omitted time is not in it.
 *
 * @param id the stream's number in the protocol
 * @param sending whether the client sent it
 * @param sentBytes what its sender handed to the kernel
 * @param receivedBytes what its receiver got
 * @param seconds that its receiver counted
 * @param retransmits TCP segments sent again, where the sender knows
 * @param datagrams of UDP
 */
public record StreamResult(
        int id,
        boolean sending,
        long sentBytes,
        long receivedBytes,
        double seconds,
        OptionalLong retransmits,
        Optional<UdpCounts> datagrams) {

    /** {@return the payload that arrived, in bits per second} */
    public double bitsPerSecond() {
        return seconds <= 0 ? 0 : receivedBytes * 8 / seconds;
    }
}
