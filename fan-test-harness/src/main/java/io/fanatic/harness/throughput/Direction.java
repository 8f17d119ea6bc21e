package io.fanatic.harness.throughput;

/** Which way the data goes, as the client sees it. */
public enum Direction {
    /** From the client to the server. */
    SEND,
    /** From the server to the client: {@code iperf3 -R}. */
    RECEIVE,
    /** Both at once, over streams of their own: {@code iperf3 --bidir}. */
    BOTH;

    /** {@return whether the client sends} */
    public boolean sends() {
        return this != RECEIVE;
    }

    /** {@return whether the client receives} */
    public boolean receives() {
        return this != SEND;
    }
}
