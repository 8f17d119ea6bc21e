package io.fanatic.harness.iperf.stream;

import io.fanatic.harness.throughput.Tuning;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import jnr.ffi.Pointer;

/** What TCP streams send: the same random bytes again and again, so that nothing on the way can compress them well. */
public final class Payload {
    private static final ByteBuffer BYTES = random();
    public static final Pointer POINTER = Native.pointer(BYTES);

    private Payload() {}

    private static ByteBuffer random() {
        byte[] bytes = new byte[Tuning.MAX_LENGTH];
        new SplittableRandom(bytes.length).nextBytes(bytes);
        return Native.buffer(bytes.length).put(bytes).clear();
    }
}
