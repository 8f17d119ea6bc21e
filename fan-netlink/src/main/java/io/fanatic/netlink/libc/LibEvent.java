package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Functions of libc for who waits for something to happen. Apart from {@link LibC}, since jnr-ffi prepares every function of an
 * interface when it is loaded, and only one command waits. Public because jnr-ffi needs it so; the conventions are those of
 * {@link LibC}.
 */
public interface LibEvent {
    /**
     * @param descriptors so many struct pollfd
     * @param timeout milliseconds; -1 for as long as it takes
     */
    int poll(ByteBuffer descriptors, long count, int timeout);

    int eventfd(int value, int flags);

    long read(int fd, ByteBuffer buffer, long length);

    long write(int fd, ByteBuffer buffer, long length);

    /** The address as a number, -1 on error. */
    long mmap(@Nullable Pointer address, long length, int protection, int flags, int fd, long offset);

    int munmap(Pointer address, long length);

    /** For perf_event_open(2) and pidfd_open(2), which libc does not wrap everywhere. */
    long syscall(long number, @Nullable ByteBuffer first, long second, long third, long fourth, long fifth);

    /** The same, where the first argument is a number. */
    long syscall(long number, long first, long second);
}
