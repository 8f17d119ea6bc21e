package io.fanatic.harness.iperf;

/** Which way the data goes, as the client sees it. */
public enum Direction {
    /** From the client to the server. */
    SEND,
    /** From the server to the client: {@code iperf3 -R}. */
    RECEIVE,
    /** Both at once, over streams of their own: {@code iperf3 --bidir}. */
    BOTH;

    boolean sends() {
        return this != RECEIVE;
    }

    boolean receives() {
        return this != SEND;
    }
}
