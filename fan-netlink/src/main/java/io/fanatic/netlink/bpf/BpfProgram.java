package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A loaded program, mostly of traffic control (BPF_PROG_TYPE_SCHED_CLS), held by a descriptor. An attached program outlives its descriptor.
 * Not safe for use by several threads while one closes it.
 */
public final class BpfProgram extends BpfObject {

    /** The longest name that the kernel keeps, in characters. */
    public static final int LONGEST_NAME = Bpf.NAME_BYTES - 1;

    private static final int SCHED_CLS = 3;
    private static final int CGROUP_SOCK_ADDR = 18;
    private static final int LOG_BYTES = 1 << 18;
    private static final int INFO_BYTES = 128;
    private static final int MAX_MAPS = 8;

    BpfProgram(int fd) {
        super("program", fd);
    }

    /**
     * Loads a program under the licence "GPL".
     *
     * @param name at most {@value #LONGEST_NAME} of A-Z, a-z, 0-9, underscore and dot
     * @param code from {@link Assembler#bytes}, in native byte order
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason, such as EPERM
     */
    public static BpfProgram load(String name, byte[] code) {
        return load(name, code, 0);
    }

    /** @param flags of BPF_PROG_LOAD, such as BPF_F_STRICT_ALIGNMENT */
    static BpfProgram load(String name, byte[] code, int flags) {
        return load(name, code, Bpf.attributes().putInt(0, SCHED_CLS).putInt(44, flags));
    }

    /** A program that is asked about addresses which sockets of a cgroup are given (BPF_PROG_TYPE_CGROUP_SOCK_ADDR). */
    static BpfProgram loadForCgroup(String name, byte[] code, int attachType) {
        return load(name, code, Bpf.attributes().putInt(0, CGROUP_SOCK_ADDR).putInt(68, attachType));
    }

    private static BpfProgram load(String name, byte[] code, ByteBuffer attributes) {
        ByteBuffer instructions = Native.buffer(code.length).put(0, code);
        ByteBuffer licence = Native.buffer(4).put(0, new byte[] {'G', 'P', 'L', 0});
        attributes
                .putInt(4, code.length / Instruction.BYTES)
                .putLong(8, Native.address(instructions))
                .putLong(16, Native.address(licence));
        Bpf.putName(attributes, 48, name);
        int result = Bpf.tryCall(Bpf.PROG_LOAD, attributes, instructions, licence);
        if (result < 0) {
            throw refused("load the eBPF program " + name, -result, attributes, instructions, licence);
        }
        return new BpfProgram(result);
    }

    /** Loads once more, this time with the verifier's log; without, the usual case is quicker. */
    private static ErrnoException refused(String operation, int errno, ByteBuffer attributes, Object... alive) {
        ByteBuffer log = Native.buffer(LOG_BYTES);
        attributes.putInt(24, 1).putInt(28, LOG_BYTES).putLong(32, Native.address(log));
        int again = Bpf.tryCall(Bpf.PROG_LOAD, attributes, log, alive);
        if (again >= 0) {
            Native.LIBC.close(again);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LOG_BYTES && log.get(i) != 0; i++) {
            text.append((char) log.get(i));
        }
        String words = text.toString().strip();
        return words.isEmpty() ? Bpf.failure(operation, errno) : new VerifierException(operation, errno, words);
    }

    /**
     * Opens a program that is already in the kernel.
     *
     * @throws ErrnoException ENOENT when there is none with this number; EPERM without CAP_SYS_ADMIN
     */
    public static BpfProgram byId(int id) {
        return new BpfProgram(Bpf.open("open the eBPF program with id " + id, Bpf.PROG_GET_FD_BY_ID, id));
    }

    /** What the kernel says about the program. */
    public Info info() {
        ByteBuffer maps = Native.buffer(4 * MAX_MAPS);
        ByteBuffer info = Native.buffer(INFO_BYTES);
        info.putInt(52, MAX_MAPS).putLong(56, Native.address(maps));
        Bpf.info("ask about an eBPF program", fd(), info);
        byte[] tag = new byte[8];
        info.get(8, tag);
        List<Integer> mapIds = new ArrayList<>(1);
        for (int i = 0; i < Math.min(info.getInt(52), MAX_MAPS); i++) {
            mapIds.add(maps.getInt(4 * i));
        }
        return new Info(info.getInt(4), Bpf.name(info, 64), HexFormat.of().formatHex(tag), List.copyOf(mapIds));
    }

    /**
     * Runs the program over a frame (BPF_PROG_TEST_RUN) without sending anything.
     *
     * @param frame from the Ethernet header on, at least 14 bytes
     */
    public TestRun run(byte[] frame) {
        return run(frame, 1, new byte[0]);
    }

    /**
     * As {@link #run(byte[])}, several times in a row.
     *
     * @param repeat how often, at least 1
     * @param context {@code struct __sk_buff} in native byte order, or empty
     */
    public TestRun run(byte[] frame, int repeat, byte[] context) {
        ByteBuffer in = Native.buffer(frame.length).put(0, frame);
        ByteBuffer contextIn = Native.buffer(Math.max(1, context.length)).put(0, context);
        ByteBuffer contextOut = Native.buffer(TestRun.CONTEXT_BYTES);
        ByteBuffer attributes = Bpf.attributes();
        attributes
                .putInt(0, fd())
                .putInt(8, frame.length)
                .putLong(16, Native.address(in))
                .putInt(32, repeat)
                .putInt(40, context.length)
                .putInt(44, TestRun.CONTEXT_BYTES)
                .putLong(48, context.length == 0 ? 0 : Native.address(contextIn))
                .putLong(56, Native.address(contextOut));
        int result = Bpf.tryCall(Bpf.PROG_TEST_RUN, attributes, in, contextIn, contextOut);
        // A kernel that knows less of the context than we allow for gives as much as it knows.
        if (result < 0 && result != -Errno.ENOSPC) {
            throw Bpf.failure("run an eBPF program over a test frame", -result);
        }
        byte[] contextBytes = new byte[TestRun.CONTEXT_BYTES];
        contextOut.get(0, contextBytes);
        return new TestRun(attributes.getInt(4), attributes.getInt(36), contextBytes);
    }

    /**
     * What the kernel says about a program.
     *
     * @param id its number, unique while it lives
     * @param name as given when loaded
     * @param tag hash of its instructions, 16 hexadecimal digits
     * @param mapIds the numbers of the maps it uses
     */
    public record Info(int id, String name, String tag, List<Integer> mapIds) {}
}
