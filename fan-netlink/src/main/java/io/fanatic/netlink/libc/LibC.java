package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libc that the JDK has no counterpart for, as in their man pages (section 2 where not said
 * otherwise). Results are C's: negative on error with errno saved; wrap calls in {@link Native#check}.
 *
 * <p>Buffers are direct and in native byte order; a buffer's position counts, its limit does not: pass the length. jnr-ffi
 * needs the interface to be public.
 */
public interface LibC {
    int socket(int domain, int type, int protocol);

    int bind(int fd, @In ByteBuffer address, int length);

    int connect(int fd, @In ByteBuffer address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, @Nullable ByteBuffer address, @Nullable ByteBuffer length, int flags);

    int getsockname(int fd, @Out ByteBuffer address, ByteBuffer length);

    int setsockopt(int fd, int level, int name, @In ByteBuffer value, int length);

    int getsockopt(int fd, int level, int name, @Out ByteBuffer value, ByteBuffer length);

    @ssize_t
    long send(int fd, @In ByteBuffer buffer, @size_t long length, int flags);

    @ssize_t
    long recv(int fd, @Out ByteBuffer buffer, @size_t long length, int flags);

    /** The same symbol for hot loops: a {@link Pointer} made once costs a third of a buffer per call. */
    @ssize_t
    long send(int fd, Pointer buffer, @size_t long length, int flags);

    @ssize_t
    long recv(int fd, Pointer buffer, @size_t long length, int flags);

    int open(String path, int flags);

    int close(int fd);

    int setns(int fd, int type);

    int unshare(int flags);

    int mount(@Nullable String source, String target, @Nullable String type, long flags, @Nullable String data);

    int umount2(String target, int flags);

    int sched_setaffinity(int pid, @size_t long length, @In ByteBuffer mask);

    /** On Linux of one thread; {@code which} 0 and {@code who} 0 mean the calling one. */
    int setpriority(int which, int who, int nice);

    int sethostname(String name, @size_t long length);

    int kill(int pid, int signal);

    int geteuid();

    int gettid();

    /** syscall(2) with three arguments, for bpf(2), which libc does not wrap. */
    long syscall(long number, long first, @Nullable ByteBuffer second, long third);
}
