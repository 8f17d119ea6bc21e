package io.fanatic.netlink.bpf;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * bpf(2): one attribute block, {@code union bpf_attr} of linux/bpf.h, per command. The block is larger than old kernels know;
 * they accept that while the rest is zero.
 */
final class Bpf {
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int MAP_GET_NEXT_KEY = 4;
    static final int PROG_LOAD = 5;
    static final int OBJ_PIN = 6;
    static final int OBJ_GET = 7;
    static final int PROG_ATTACH = 8;
    static final int PROG_DETACH = 9;
    static final int PROG_TEST_RUN = 10;
    static final int PROG_GET_FD_BY_ID = 13;
    static final int MAP_GET_FD_BY_ID = 14;
    static final int OBJ_GET_INFO_BY_FD = 15;
    static final int PROG_QUERY = 16;
    static final int LINK_CREATE = 28;

    /** BPF_OBJ_NAME_LEN, with the closing NUL. */
    static final int NAME_BYTES = 16;

    private static final int ATTRIBUTE_BYTES = 128;
    /** asm-generic/resource.h. */
    private static final int RLIMIT_MEMLOCK = 8;

    private static final long RLIM_INFINITY = -1;
    private static final long NUMBER = number(System.getProperty("os.arch", ""));

    private Bpf() {}

    /** A zeroed attribute block in native byte order. */
    static ByteBuffer attributes() {
        return Native.buffer(ATTRIBUTE_BYTES);
    }

    /**
     * Makes the call.
     *
     * @param operation what is tried, for the message
     * @param alive the buffers whose addresses the attributes hold
     * @return the command's result, not negative
     * @throws ErrnoException when the kernel refuses
     */
    static int call(String operation, int command, ByteBuffer attributes, Object... alive) {
        int result = tryCall(command, attributes, alive);
        if (result < 0) {
            throw failure(operation, -result);
        }
        return result;
    }

    /** As {@link #call}, but gives the negative errno back. */
    static int tryCall(int command, ByteBuffer attributes, Object... alive) {
        try {
            int result = once(command, attributes);
            boolean locksMemory = command == MAP_CREATE || command == PROG_LOAD;
            return result == -Errno.EPERM && locksMemory && unlimitLockedMemory() ? once(command, attributes) : result;
        } finally {
            Reference.reachabilityFence(alive);
        }
    }

    private static int once(int command, ByteBuffer attributes) {
        long result = Native.LIBC.syscall(NUMBER, command, attributes, ATTRIBUTE_BYTES);
        return result < 0 ? -Native.errno() : (int) result;
    }

    /**
     * Before kernel 5.11 programs and maps count as locked memory of the user, of which 64 KiB are usual: enough for one fan. Raised for
     * this process only; takes CAP_SYS_RESOURCE.
     *
     * @return whether there was a limit, and there is none any more
     */
    private static boolean unlimitLockedMemory() {
        ByteBuffer limit = Native.buffer(16);
        boolean limited = Native.LIBC.getrlimit(RLIMIT_MEMLOCK, limit) == 0 && limit.getLong(0) != RLIM_INFINITY;
        limit.putLong(0, RLIM_INFINITY).putLong(8, RLIM_INFINITY);
        return limited && Native.LIBC.setrlimit(RLIMIT_MEMLOCK, limit) == 0;
    }

    static ErrnoException failure(String operation, int errno) {
        return new ErrnoException(operation, errno, hint(errno));
    }

    private static String hint(int errno) {
        switch (errno) {
            case Errno.EPERM:
                return "it takes root, or CAP_BPF and CAP_NET_ADMIN, and for what others made CAP_SYS_ADMIN; in a"
                        + " container the bpf system call may be filtered; before kernel 5.11 the limit on locked memory"
                        + " counts too";
            case Errno.ENOSYS:
                return "this kernel was built without eBPF";
            default:
                return "";
        }
    }

    /** Puts an object's name, cut to 15 bytes, at the offset. */
    static void putName(ByteBuffer attributes, int offset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < Math.min(bytes.length, NAME_BYTES - 1); i++) {
            attributes.put(offset + i, bytes[i]);
        }
    }

    /** Reads an object's name. */
    static String name(ByteBuffer from, int offset) {
        StringBuilder name = new StringBuilder(NAME_BYTES);
        for (int i = 0; i < NAME_BYTES && from.get(offset + i) != 0; i++) {
            name.append((char) (from.get(offset + i) & 0x7f));
        }
        return name.toString();
    }

    /** Fills {@code info} with what the kernel knows about an object. */
    static void info(String operation, int fd, ByteBuffer info) {
        ByteBuffer attributes = attributes();
        attributes.putInt(0, fd).putInt(4, info.capacity()).putLong(8, Native.address(info));
        call(operation, OBJ_GET_INFO_BY_FD, attributes, info);
    }

    /** A new descriptor for an object known by its number; the kernel sets O_CLOEXEC on all of them. */
    static int open(String operation, int command, int id) {
        return call(operation, command, attributes().putInt(0, id));
    }

    /** BPF_OBJ_PIN and BPF_OBJ_GET, which are about a file. */
    static int atPath(String operation, int command, Path path, int fd) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = Native.buffer(name.length + 1).put(0, name);
        return call(
                operation,
                command,
                attributes().putLong(0, Native.address(text)).putInt(8, fd),
                text);
    }

    /** The number of the system call; it differs between CPUs, unlike the rest. */
    private static long number(String arch) {
        switch (arch) {
            case "amd64":
            case "x86_64":
                return 321;
            case "s390x":
                return 351;
            case "ppc64":
            case "ppc64le":
                return 361;
            default: // asm-generic/unistd.h: aarch64, riscv64, loongarch64
                return 280;
        }
    }
}
