package io.fanatic.netlink.libc;

import java.util.concurrent.TimeUnit;

/** What loops do between two looks at something that is to happen. */
public final class Pause {
    private Pause() {}

    /**
     * Waits, also in a thread that is interrupted, and stays so: what has begun is waited for to its end. LockSupport.parkNanos returns at
     * once there.
     *
     * @param nanos how long, less where the thread is interrupted meanwhile
     */
    public static void nanos(long nanos) {
        boolean interrupted = Thread.interrupted();
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
