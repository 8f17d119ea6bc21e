package io.fanatic.harness.throughput;

/**
 * What a rate depends on besides the path: without these it means nothing.
 *
 * @param kernel release of this end's
 * @param processors that this end may use, at least 1
 * @param congestion the congestion control of this end's sockets, as the kernel says; {@code none} for UDP
 * @param peerCongestion that of the other end, as it says; {@code unknown} when it does not, {@code none} for UDP
 * @param mtu bytes of the largest packet on the path, as this end's kernel knows it
 * @param segment bytes of a TCP segment; the datagram's length for UDP
 * @param streams at once in each direction, at least 1
 */
public record Conditions(
        String kernel, int processors, String congestion, String peerCongestion, int mtu, int segment, int streams) {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException when one is not known
     */
    public Conditions {
        if (kernel.isBlank() || congestion.isBlank() || peerCongestion.isBlank()) {
            throw new IllegalArgumentException("kernel and congestion control must be known");
        }
        if (processors < 1 || mtu < 68 || segment < 1 || streams < 1) {
            throw new IllegalArgumentException("processors, MTU, segment size and streams must be known");
        }
    }
}
