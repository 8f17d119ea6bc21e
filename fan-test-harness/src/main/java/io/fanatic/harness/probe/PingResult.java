package io.fanatic.harness.probe;

import io.fanatic.core.IpAddress;

/**
 * What became of a {@link Ping}. The warm-up packet is counted nowhere.
 *
 * @param target who was asked
 * @param sent echo requests, each of which had its time to be answered
 * @param received replies that came from the target, in time, with the identifier, number and payload that were sent
 * @param minNanos shortest round trip in nanoseconds; 0 when nothing was received
 * @param averageNanos mean round trip in nanoseconds
 * @param medianNanos the middle round trip in nanoseconds
 * @param p99Nanos what 99 of 100 round trips did not exceed, in nanoseconds
 * @param maxNanos longest round trip in nanoseconds
 * @param errno the kernel's number when a request could not even be sent, else 0
 * @param error the kernel's words when a request could not even be sent, else empty
 */
public record PingResult(
        IpAddress target,
        int sent,
        int received,
        long minNanos,
        long averageNanos,
        long medianNanos,
        long p99Nanos,
        long maxNanos,
        int errno,
        String error) {

    /** {@return whether every request was answered} */
    public boolean ok() {
        return sent > 0 && received == sent;
    }

    /** {@return the share of the requests that were not answered, 0 to 1} */
    public double lostShare() {
        return sent == 0 ? 0 : (sent - received) / (double) sent;
    }

    /** {@code 250.0.2.2: 3 of 3 answered, 0.071 ms}, or what went wrong. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(64).append(target).append(": ");
        text.append(received).append(" of ").append(sent).append(" answered");
        if (received > 0) {
            long micros = averageNanos / 1000;
            text.append(", ").append(micros / 1000).append('.');
            text.append(Long.toString(1000 + micros % 1000), 1, 4).append(" ms");
        }
        return error.isEmpty()
                ? text.toString()
                : text.append(", ").append(error).toString();
    }
}
