package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes bpf(2) fail on the calling thread and those that it starts, for good, as on an older kernel: a seccomp(2) filter. */
public final class WithoutEbpf {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int SECCOMP = ARM ? 277 : 317;
    private static final int BPF = ARM ? 280 : 321;

    private static final int SET_MODE_FILTER = 1;
    private static final int RETURN_ERRNO = 0x00050000;
    private static final int RETURN_ALLOW = 0x7fff0000;
    /** In struct seccomp_data, the lower half of it. */
    private static final int FIRST_ARGUMENT = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? 20 : 16;

    private static final int PROG_QUERY = 16;

    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    private WithoutEbpf() {}

    /** Fails with ENOSYS, as on a kernel that has none. */
    public static void onThisThread() {
        ByteBuffer filter = Native.buffer(4 * 8);
        instruction(filter, LOAD_WORD, 0, 0, 0);
        instruction(filter, JUMP_IF_EQUAL, 0, 1, BPF);
        instruction(filter, RETURN, 0, 0, RETURN_ERRNO | Errno.ENOSYS);
        instruction(filter, RETURN, 0, 0, RETURN_ALLOW);
        install(filter);
    }

    /** What is on a device's hooks cannot be asked, as on a kernel without tcx: programs are filters of clsact there. */
    public static void ofTcxOnThisThread() {
        ByteBuffer filter = Native.buffer(6 * 8);
        instruction(filter, LOAD_WORD, 0, 0, 0);
        instruction(filter, JUMP_IF_EQUAL, 0, 3, BPF);
        instruction(filter, LOAD_WORD, 0, 0, FIRST_ARGUMENT);
        instruction(filter, JUMP_IF_EQUAL, 0, 1, PROG_QUERY);
        instruction(filter, RETURN, 0, 0, RETURN_ERRNO | Errno.EINVAL);
        instruction(filter, RETURN, 0, 0, RETURN_ALLOW);
        install(filter);
    }

    private static void install(ByteBuffer filter) {
        ByteBuffer program = Native.buffer(16);
        program.putShort(0, (short) (filter.position() / 8)).putLong(8, Native.address(filter));
        // The second argument is flags; a null pointer is zero.
        check("seccomp", LIBC.syscall(SECCOMP, SET_MODE_FILTER, null, Native.address(program)));
        Reference.reachabilityFence(filter);
        Reference.reachabilityFence(program);
    }

    /** struct sock_filter of linux/filter.h. */
    private static void instruction(ByteBuffer filter, int code, int ifTrue, int ifFalse, int value) {
        filter.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
    }
}
