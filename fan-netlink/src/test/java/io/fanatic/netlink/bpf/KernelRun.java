package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the two programs in the kernel by BPF_PROG_TEST_RUN. A test frame has no tunnel metadata, and what a program sets is not shown
 * afterwards. So each program runs, to the byte as it is attached, as a function of a wrapper: the wrapper of the guard sets
 * a key first, the wrapper of encap reads it back and leaves it in the context. Reading tells source as remote and
 * destination as local, since it is meant for received packets; setting is the other way round.
 */
final class KernelRun implements AutoCloseable {
    private static final int MARK = 8;
    private static final int CB = 48;
    private static final int ETH_P_8021Q = 0x8100;
    private static final int CONTEXT_BYTES = 192;
    private static final int MIN_FRAME = 64;

    // Helpers that only a wrapper needs.
    private static final Instruction SKB_VLAN_PUSH = Instruction.of(0x85, R0, R0, 0, 18);
    private static final Instruction SKB_CHANGE_TAIL = Instruction.of(0x85, R0, R0, 0, 38);
    private static final int KEY = -48;

    private final FanProgramSpec spec;
    private final BpfMap counters = BpfMap.createPerCpuArray(FanPrograms.COUNTERS_NAME, FanPrograms.ENTRIES);
    private final BpfProgram encap;
    private final BpfProgram guard;
    private long[] before = new long[FanPrograms.COUNTERS];

    KernelRun(FanProgramSpec spec) {
        Needs.localAddress(); // which is the outer source that a program is given
        ByteOrder order = ByteOrder.nativeOrder();
        this.spec = spec;
        this.encap = BpfProgram.load(
                "fan_test_encap",
                join(
                        encapWrapper(),
                        EncapProgram.emit(spec, counters.fd(), order).bytes()));
        this.guard = BpfProgram.load(
                "fan_test_guard",
                join(
                        guardWrapper(),
                        GuardProgram.emit(spec, counters.fd(), order).bytes()));
    }

    /** What happened to a frame: the verdict, the key that was set, the one counter that moved. */
    record Result(int verdict, Optional<FanModel.Key> key, int ttl, Counter counter) {}

    Result encap(FanModel.Frame frame) {
        TestRun run = encap.run(padded(frame), 1, context(frame, Optional.empty()));
        boolean passed = run.result() == FanEmitter.NEXT;
        Optional<FanModel.Key> key = passed
                ? Optional.of(new FanModel.Key(run.cb(1), Ipv4Address.of(run.cb(0)), Ipv4Address.of(run.mark())))
                : Optional.empty();
        int ttl = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(0, run.cb(2))
                .get(1);
        return new Result(run.result(), key, passed ? ttl : 0, moved());
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

    /**
     * mark: a key is to be set; cb[0]: outer source; cb[1]: VNI; cb[2]: a VLAN tag is to be put in the metadata; cb[3]: the length
     * that the frame is to be cut to.
     */
    private static byte[] context(FanModel.Frame frame, Optional<FanModel.Key> outer) {
        ByteBuffer context = ByteBuffer.allocate(CONTEXT_BYTES).order(ByteOrder.nativeOrder());
        outer.ifPresent(
                key -> context.putInt(MARK, 1).putInt(CB, key.remote().bits()).putInt(CB + 4, key.vni()));
        return context.putInt(CB + 8, frame.vlanInMetadata() ? 1 : 0)
                .putInt(CB + 12, frame.bytes().length < MIN_FRAME ? frame.bytes().length : 0)
                .array();
    }

    private static Assembler encapWrapper() {
        Assembler asm = new Assembler(ByteOrder.nativeOrder()).add(Alu.MOV.reg(R6, R1));
        prepare(asm);
        asm.add(Alu.MOV.reg(R1, R6), Instruction.call("program"), Alu.MOV.reg(R7, R0))
                .add(Jump.NE.imm32(R0, FanEmitter.NEXT, "leave"));
        keyArguments(asm);
        return asm.add(Helper.SKB_GET_TUNNEL_KEY.call())
                .add(Jump.NE.imm(R0, 0, "no-key"))
                .add(Width.WORD.load(R1, R10, KEY + TunnelKey.REMOTE), Width.WORD.store(R6, MARK, R1))
                .add(Width.WORD.load(R1, R10, KEY + TunnelKey.LOCAL), Width.WORD.store(R6, CB, R1))
                .add(Width.WORD.load(R1, R10, KEY + TunnelKey.ID), Width.WORD.store(R6, CB + 4, R1))
                .add(Width.WORD.load(R1, R10, KEY + TunnelKey.TOS_TTL_EXT), Width.WORD.store(R6, CB + 8, R1))
                .label("leave")
                .add(Alu.MOV.reg(R0, R7), Instruction.exit())
                .label("no-key")
                .add(Alu.MOV.imm(R0, 99), Instruction.exit())
                .label("program");
    }

    private static Assembler guardWrapper() {
        Assembler asm = new Assembler(ByteOrder.nativeOrder()).add(Alu.MOV.reg(R6, R1));
        prepare(asm);
        asm.add(Width.WORD.load(R1, R6, MARK), Jump.EQ.imm32(R1, 0, "run"));
        for (int offset = KEY; offset < 0; offset += 8) {
            asm.add(Width.DWORD.storeImm(R10, offset, 0));
        }
        asm.add(Width.WORD.load(R1, R6, CB), Width.WORD.store(R10, KEY + TunnelKey.LOCAL, R1))
                .add(Width.WORD.load(R1, R6, CB + 4), Width.WORD.store(R10, KEY + TunnelKey.ID, R1));
        keyArguments(asm);
        return asm.add(Helper.SKB_SET_TUNNEL_KEY.call())
                .label("run")
                .add(Alu.MOV.reg(R1, R6), Instruction.call("program"), Instruction.exit())
                .label("program");
    }

    private static void keyArguments(Assembler asm) {
        asm.add(Alu.MOV.reg(R1, R6), Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, KEY))
                .add(Alu.MOV.imm(R3, TunnelKey.SIZE), Alu.MOV.imm(R4, 0));
    }

    /** Gives the frame its length, then its tag; a failure shows as a strange verdict. */
    private static void prepare(Assembler asm) {
        asm.add(Width.WORD.load(R2, R6, CB + 12), Jump.EQ.imm32(R2, 0, "long-enough"))
                .add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R3, 0), SKB_CHANGE_TAIL)
                .add(Jump.NE.imm(R0, 0, "unprepared"))
                .label("long-enough")
                .add(Width.WORD.load(R1, R6, CB + 8), Jump.EQ.imm32(R1, 0, "untagged"))
                .add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, asm.network16(ETH_P_8021Q)), Alu.MOV.imm(R3, 5))
                .add(SKB_VLAN_PUSH, Jump.EQ.imm(R0, 0, "untagged"))
                .label("unprepared")
                .add(Instruction.exit())
                .label("untagged");
    }

    /** Jumps are relative, so a program may stand anywhere. */
    private static byte[] join(Assembler wrapper, byte[] program) {
        byte[] first = wrapper.bytes();
        return ByteBuffer.allocate(first.length + program.length)
                .put(first)
                .put(program)
                .array();
    }

    @Override
    public void close() {
        encap.close();
        guard.close();
        counters.close();
    }
}
