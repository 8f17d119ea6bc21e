package io.fanatic.harness.iperf.protocol;

/** How iperf3 numbers its streams, in the order in which the server accepts them: 1, 3, 4, 5 and so on. */
public final class StreamIds {
    private StreamIds() {}

    public static int id(int index) {
        return index == 0 ? 1 : index + 2;
    }
}
