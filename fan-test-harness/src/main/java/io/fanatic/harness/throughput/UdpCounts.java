package io.fanatic.harness.throughput;

/**
 * What became of the datagrams of one stream, by their numbers.
 *
 * @param packets sent, as the highest number tells
 * @param lost numbers that never came
 * @param outOfOrder datagrams that came after one with a higher number
 * @param jitterSeconds how unevenly they came (RFC 1889, A.8)
 */
public record UdpCounts(long packets, long lost, long outOfOrder, double jitterSeconds) {

    /** {@return the share of datagrams that were lost, 0 to 1} */
    public double lostShare() {
        return packets == 0 ? 0 : lost / (double) packets;
    }
}
