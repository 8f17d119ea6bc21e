package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs encap and guard in the kernel by BPF_PROG_TEST_RUN, see test.bpf.c. */
final class KernelRun implements AutoCloseable {
    private static final int MARK = 8;
    private static final int CB = 48;
    private static final int CONTEXT_BYTES = 192;
    private static final int MIN_FRAME = 64;

    private final FanProgramSpec spec;
    private final BpfMap counters = BpfMap.createPerCpuArray(FanPrograms.COUNTERS_NAME, FanPrograms.ENTRIES);
    private final BpfProgram encap;
    private final BpfProgram guard;
    private long[] before = new long[FanPrograms.COUNTERS];

    KernelRun(FanProgramSpec spec) {
        Needs.localAddress(); // which is the outer source that a program is given
        this.spec = spec;
        try (FanObject object = FanObject.load(
                FanObject.read("test"),
                spec.constants().bytes(),
                List.of("test_encap", "test_guard"),
                List.of(),
                Optional.of(counters),
                Optional.empty())) {
            this.encap = new BpfProgram(object.programFd("test_encap"));
            this.guard = new BpfProgram(object.programFd("test_guard"));
        }
    }

    /** What happened to a frame: the verdict, the key that was set, the one counter that moved. */
    record Result(int verdict, Optional<FanModel.Key> key, int ttl, Counter counter) {}

    Result encap(FanModel.Frame frame) {
        TestRun run = encap.run(padded(frame), 1, context(frame, Optional.empty()));
        boolean passed = run.result() == FanEmitter.NEXT;
        Optional<FanModel.Key> key = passed
                ? Optional.of(new FanModel.Key(run.cb(1), Ipv4Address.of(run.cb(0)), Ipv4Address.of(run.mark())))
                : Optional.empty();
        return new Result(run.result(), key, passed ? run.cb(2) : 0, moved());
    }

    Result guard(FanModel.Frame frame, Optional<FanModel.Key> outer) {
        TestRun run = guard.run(padded(frame), 1, context(frame, outer));
        return new Result(run.result(), Optional.empty(), 0, moved());
    }

    /** {@code skb->mark} behind guard; bit 0 tells the wrapper that there is a key. */
    int markAfterGuard(FanModel.Frame frame, FanModel.Key outer) {
        int mark =
                guard.run(padded(frame), 1, context(frame, Optional.of(outer))).mark();
        before = counters.sums(FanPrograms.COUNTERS);
        return mark;
    }

    FanProgramSpec spec() {
        return spec;
    }

    /** The counter that went up since the last run; exactly one, by one. */
    private Counter moved() {
        long[] now = counters.sums(FanPrograms.COUNTERS);
        Map<Counter, Long> moved = new HashMap<>();
        for (Counter counter : Counter.values()) {
            if (now[counter.index()] != before[counter.index()]) {
                moved.put(counter, now[counter.index()] - before[counter.index()]);
            }
        }
        before = now;
        if (moved.size() != 1 || !moved.containsValue(1L)) {
            throw new AssertionError("one counter should have moved by one: " + moved);
        }
        return moved.keySet().iterator().next();
    }

    /** Newer kernels take no IPv4 frame that is too short for its header: the wrapper cuts it to size. */
    private static byte[] padded(FanModel.Frame frame) {
        return Arrays.copyOf(frame.bytes(), Math.max(MIN_FRAME, frame.bytes().length));
    }

    private static byte[] context(FanModel.Frame frame, Optional<FanModel.Key> outer) {
        ByteBuffer context = ByteBuffer.allocate(CONTEXT_BYTES).order(ByteOrder.nativeOrder());
        outer.ifPresent(
                key -> context.putInt(MARK, 1).putInt(CB, key.remote().bits()).putInt(CB + 4, key.vni()));
        return context.putInt(CB + 8, frame.vlanInMetadata() ? 1 : 0)
                .putInt(CB + 12, frame.bytes().length < MIN_FRAME ? frame.bytes().length : 0)
                .array();
    }

    @Override
    public void close() {
        encap.close();
        guard.close();
        counters.close();
    }
}
