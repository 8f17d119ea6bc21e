package io.fanatic.netlink.watch;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Native;

/** Wakes who waits in poll(2), from another thread: an eventfd(2). */
final class Wakeup implements AutoCloseable {
    private static final int EFD_NONBLOCK_CLOEXEC = 04000 | 02000000;

    private final int fd = check("make an eventfd", Native.events().eventfd(0, EFD_NONBLOCK_CLOEXEC));
    private boolean open = true;

    int fd() {
        return fd;
    }

    synchronized void ring() {
        if (open) {
            Native.events().write(fd, Native.buffer(8).putLong(0, 1), 8);
        }
    }

    /** Makes it quiet again. */
    void hush() {
        Native.events().read(fd, Native.buffer(8), 8);
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            LIBC.close(fd);
        }
    }
}
