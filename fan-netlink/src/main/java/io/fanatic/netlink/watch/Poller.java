package io.fanatic.netlink.watch;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** poll(2) over a few descriptors. */
final class Poller {
    private static final int POLLFD_LENGTH = 8;
    private static final short POLLIN = 1;
    private static final int FOR_EVER = -1;

    private Poller() {}

    /**
     * Waits until one of the descriptors can be read, the time is up, or a signal came.
     *
     * @param timeout empty for as long as it takes; rounded up to milliseconds
     * @return false when the time was up
     */
    static boolean await(List<Integer> descriptors, Optional<Duration> timeout) {
        ByteBuffer polled = Native.buffer(descriptors.size() * POLLFD_LENGTH);
        for (int fd : descriptors) {
            polled.putInt(fd).putShort(POLLIN).putShort((short) 0);
        }
        polled.clear();
        int millis = timeout.map(left -> (int) Math.min(Integer.MAX_VALUE, (left.toNanos() + 999_999) / 1_000_000))
                .orElse(FOR_EVER);
        int ready = Native.events().poll(polled, descriptors.size(), millis);
        if (ready < 0 && Native.errno() != Errno.EINTR) {
            throw new ErrnoException("wait for events", Native.errno());
        }
        return ready != 0;
    }

    /** Whether a descriptor can be read now. */
    static boolean isReadable(int fd) {
        return await(List.of(fd), Optional.of(Duration.ZERO));
    }
}
