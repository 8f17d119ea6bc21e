package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The loaded C library and the conventions around it. */
public final class Native {

    /** libc itself. */
    public static final LibC LIBC = LibraryLoader.create(LibC.class).load("c");

    private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    private Native() {}

    /**
     * Gives a C result back when it is not negative.
     *
     * @param operation what was tried, for the message: {@code "setns to /run/netns/blue"}
     * @throws ErrnoException with errno of the call just made on this thread
     */
    public static int check(String operation, int result) {
        return (int) check(operation, (long) result);
    }

    /** As {@link #check(String, int)}, for results as wide as a pointer. */
    public static long check(String operation, long result) {
        if (result < 0) {
            throw new ErrnoException(operation, errno());
        }
        return result;
    }

    /** errno as the last call on this thread left it. */
    public static int errno() {
        return LastError.getLastError(RUNTIME);
    }

    /** A zeroed direct buffer in native byte order, the form in which libc and the kernel exchange structures. */
    public static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** The buffer as a pointer, for calls in hot loops. The buffer must stay reachable as long as the pointer. */
    public static Pointer pointer(ByteBuffer direct) {
        return Pointer.wrap(RUNTIME, direct);
    }

    /** Memory that the kernel mapped for us. */
    public static Pointer memory(long address, long bytes) {
        return Pointer.wrap(RUNTIME, address, bytes);
    }

    /** The address of a direct buffer's first byte (its position does not count), for structures that hold pointers. */
    public static long address(ByteBuffer direct) {
        // jnr-ffi adds the position.
        return pointer(direct.duplicate().rewind()).address();
    }

    /** libc's functions about datagrams, loaded when first asked for. */
    public static LibSocket sockets() {
        return SocketsHolder.LOADED;
    }

    /** libc's functions about waiting, loaded when first asked for. */
    public static LibEvent events() {
        return EventsHolder.LOADED;
    }

    private static final class EventsHolder {
        private static final LibEvent LOADED =
                LibraryLoader.create(LibEvent.class).load("c");
    }

    private static final class SocketsHolder {
        private static final LibSocket LOADED =
                LibraryLoader.create(LibSocket.class).load("c");
    }
}
