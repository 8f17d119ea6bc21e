package io.fanatic.harness.bench;

/**
 * What one run of a {@link Pump} found.
 *
 * @param rate what arrived: Gbit/s (10^9) of TCP payload, or thousands of UDP datagrams, or of round trips, per second
 * @param seconds length of the measured interval
 * @param retransmits TCP segments sent again, over the whole run; 0 for UDP
 * @param segment TCP's maximum segment size in bytes as the sender saw it; 0 for UDP
 * @param lost UDP: share of the sent datagrams that did not arrive, 0 to 1; 0 for TCP
 * @param waited share of the time, 0 to 1, in which the receiver or the only sender could run but another thread had its CPU,
 *     whichever was worse: how much other work on the machine spoiled the sample
 * @param cpu seconds in which the sender's CPU worked for each 10^9 bytes of payload that arrived; that CPU also takes packets through
 *     the whole path, to the receiver's socket
 */
public record Sample(
        double rate, double seconds, long retransmits, int segment, double lost, double waited, double cpu) {}
