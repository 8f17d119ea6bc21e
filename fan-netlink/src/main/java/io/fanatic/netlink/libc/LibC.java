package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libc that the JDK has no counterpart for, as in their man pages (section 2 where not said
 * otherwise). Results are C's: negative on error with errno saved; wrap calls in {@link Native#check}.
 *
 * <p>Buffers are direct and in native byte order; a buffer's position counts, its limit does not: pass the length. jnr-ffi
 * needs the interface to be public.
 *
 * <p>There are none of jnr-ffi's annotations: {@code @In} and {@code @Out} say nothing about a direct buffer, a {@code size_t}
 * is a {@code long} on every 64-bit Linux, and each kind of annotation costs a command 2 ms at its start. A {@link String} has
 * five kinds inside jnr-ffi, so what every command calls has none.
 */
public interface LibC {
    int socket(int domain, int type, int protocol);

    int bind(int fd, ByteBuffer address, int length);

    int connect(int fd, ByteBuffer address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, @Nullable ByteBuffer address, @Nullable ByteBuffer length, int flags);

    int getsockname(int fd, ByteBuffer address, ByteBuffer length);

    int setsockopt(int fd, int level, int name, ByteBuffer value, int length);

    int getsockopt(int fd, int level, int name, ByteBuffer value, ByteBuffer length);

    long send(int fd, ByteBuffer buffer, long length, int flags);

    long recv(int fd, ByteBuffer buffer, long length, int flags);

    /** The same symbol for hot loops: a {@link Pointer} made once costs a third of a buffer per call. */
    long send(int fd, Pointer buffer, long length, int flags);

    long recv(int fd, Pointer buffer, long length, int flags);

    /** @param path ending with a zero byte; use {@link Native#open} */
    int open(ByteBuffer path, int flags);

    int close(int fd);

    int setns(int fd, int type);

    int unshare(int flags);

    int mount(@Nullable String source, String target, @Nullable String type, long flags, @Nullable String data);

    int umount2(String target, int flags);

    int sched_setaffinity(int pid, long length, ByteBuffer mask);

    /** On Linux of one thread; {@code which} 0 and {@code who} 0 mean the calling one. */
    int setpriority(int which, int who, int nice);

    int kill(int pid, int signal);

    /** Declared with the one argument that ours take; C's is variadic, which is called the same on every 64-bit Linux. */
    int ioctl(int fd, long request, ByteBuffer argument);

    /** Variadic like ioctl. */
    int fcntl(int fd, int command, @Nullable ByteBuffer argument);

    /** {@code limit} is a struct rlimit: soft and hard limit, 8 bytes each. */
    int getrlimit(int resource, ByteBuffer limit);

    int setrlimit(int resource, ByteBuffer limit);

    int geteuid();

    int gettid();

    /** syscall(2) with three arguments, for bpf(2), which libc does not wrap. */
    long syscall(long number, long first, @Nullable ByteBuffer second, long third);
}
