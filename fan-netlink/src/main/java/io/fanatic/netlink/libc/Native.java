package io.fanatic.netlink.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** The loaded C library and the conventions around it. */
public final class Native {

    /** libc itself. */
    public static final LibC LIBC = load(LibC.class);

    private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

    private Native() {}

    /**
     * Binds an interface to functions of libc. By its full name: for {@code c} jnr-ffi would list the directories of all libraries, which
     * costs a command 5 ms at its start, each time.
     */
    public static <T> T load(Class<T> functions) {
        return LibraryLoader.create(functions).load("libc.so.6");
    }

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

    /** open(2) of a file that is there. {@return the descriptor; negative on error, with errno saved} */
    public static int open(String path, int flags) {
        return LIBC.open(text(path), flags);
    }

    /** C's form of a text: UTF-8 and a zero byte, in a direct buffer. */
    public static ByteBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return buffer(bytes.length + 1).put(0, bytes);
    }

    /** The text in C's form that begins at the pointer. */
    public static String text(Pointer start) {
        return start.getString(0, Integer.MAX_VALUE, StandardCharsets.UTF_8);
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
        private static final LibEvent LOADED = load(LibEvent.class);
    }

    private static final class SocketsHolder {
        private static final LibSocket LOADED = load(LibSocket.class);
    }
}
