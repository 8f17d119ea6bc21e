package io.fanatic.harness.probe;

import io.fanatic.core.IpAddress;
import java.util.Optional;

/**
 * What became of a {@link BulkTransfer}.
 *
 * @param bytes how many were to go each way
 * @param nanos from the connection's start to the last byte's arrival at the slower end; 0 when it failed
 * @param congestion the congestion control that the connecting socket reports, empty when there never was one
 * @param source the connector's address as the listener saw it; tells whether somebody rewrote it on the way
 * @param error what went wrong (refused, too slow, short, damaged), empty when both ends hold exactly what the other sent
 */
public record TransferResult(long bytes, long nanos, String congestion, Optional<IpAddress> source, String error) {

    /** {@return whether all bytes arrived both ways with the checksum (CRC-32C) they were sent with} */
    public boolean ok() {
        return error.isEmpty();
    }

    /** {@return the rate in bytes per second, both directions together; 0 when it failed} */
    public double bytesPerSecond() {
        return nanos == 0 ? 0 : 2.0 * bytes * 1e9 / nanos;
    }
}
