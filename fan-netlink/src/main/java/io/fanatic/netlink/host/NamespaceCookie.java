package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;

/**
 * The number of a network namespace (SO_NETNS_COOKIE, Linux 5.14), which unlike its inode number is never given to another one
 * while the machine runs.
 */
public final class NamespaceCookie {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;
    private static final int SOL_SOCKET = 1;
    /** asm-generic/socket.h. */
    private static final int SO_NETNS_COOKIE = 71;

    private NamespaceCookie() {}

    /** That of the calling thread's network namespace, in decimal. */
    public static String here() {
        int fd = check("open a socket", LIBC.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0));
        try {
            ByteBuffer cookie = Native.buffer(Long.BYTES);
            ByteBuffer length = Native.buffer(Integer.BYTES).putInt(0, Long.BYTES);
            check(
                    "ask for the cookie of the network namespace",
                    LIBC.getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length));
            return Long.toUnsignedString(cookie.getLong(0));
        } finally {
            LIBC.close(fd);
        }
    }
}
