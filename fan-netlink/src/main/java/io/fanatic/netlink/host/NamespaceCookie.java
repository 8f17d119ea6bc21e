package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The number of a network namespace (SO_NETNS_COOKIE, Linux 5.14), which unlike its inode number is never given to another one
 * while the machine runs. On an older kernel it is the inode number all the same.
 */
public final class NamespaceCookie {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;
    private static final int SOL_SOCKET = 1;
    /** asm-generic/socket.h. */
    private static final int SO_NETNS_COOKIE = 71;

    /** Protocol not available, asm-generic/errno.h: the kernel does not know the option. */
    private static final int ENOPROTOOPT = 92;

    private NamespaceCookie() {}

    /**
     * {@return the cookie (SO_NETNS_COOKIE) of the calling thread's network namespace, in decimal; on kernels without
     * cookies its inode, with {@code inode} before it}
     */
    public static String here() {
        try {
            return Long.toUnsignedString(number());
        } catch (ErrnoException e) {
            if (e.errno() != ENOPROTOOPT) {
                throw e;
            }
            return inode();
        }
    }

    /** What stands in for a cookie on kernels before 5.14. */
    static String inode() {
        try {
            String link =
                    Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
            return "inode" + link.substring(link.indexOf('[') + 1, link.indexOf(']'));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell which network namespace this is", e);
        }
    }

    /** {@return the cookie of the calling thread's network namespace; kernels before 5.14 have none, which ends it} */
    public static long number() {
        int fd = check("open a socket", LIBC.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0));
        try {
            ByteBuffer cookie = Native.buffer(Long.BYTES);
            ByteBuffer length = Native.buffer(Integer.BYTES).putInt(0, Long.BYTES);
            check(
                    "ask for the cookie of the network namespace",
                    LIBC.getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length));
            return cookie.getLong(0);
        } finally {
            LIBC.close(fd);
        }
    }
}
