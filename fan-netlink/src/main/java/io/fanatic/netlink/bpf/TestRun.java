package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The outcome of BPF_PROG_TEST_RUN.
 *
 * @param result what the program returned, such as {@value FanEmitter#DROP} for TC_ACT_SHOT
 * @param nanoseconds mean duration of one run, rounded down
 * @param context {@code struct __sk_buff} as the program left it, in native byte order
 */
public record TestRun(int result, int nanoseconds, byte[] context) {

    /** Ends after {@code gso_size}, which every kernel since 5.7 has; the rest is not of interest here. */
    static final int CONTEXT_BYTES = 192;

    private static final int MARK = 8;
    private static final int CB = 48;

    /** {@code skb->mark}. */
    public int mark() {
        return word(MARK);
    }

    /** {@code skb->cb[index]}, index 0 to 4. */
    public int cb(int index) {
        return word(CB + 4 * index);
    }

    private int word(int offset) {
        return ByteBuffer.wrap(context).order(ByteOrder.nativeOrder()).getInt(offset);
    }
}
