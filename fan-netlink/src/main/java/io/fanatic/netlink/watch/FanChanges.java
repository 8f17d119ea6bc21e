package io.fanatic.netlink.watch;

import io.fanatic.netlink.wire.Notifications;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Tells when the fans of this host may have changed, for a program that serves each fan: waits for the kernel's events about devices
 * and addresses. In the network namespace of the thread that opened it.
 */
public final class FanChanges implements AutoCloseable {
    /** linux/rtnetlink.h: RTNLGRP_LINK, _IPV4_IFADDR. */
    private static final int[] GROUPS = {1, 5};

    private final Wakeup wakeup = new Wakeup();
    private final Notifications route;
    private volatile boolean stopped;

    private FanChanges(Notifications route) {
        this.route = route;
    }

    /**
     * Listens from now on.
     *
     * @return what tells of changes
     * @throws io.fanatic.core.FanaticException when the kernel tells nothing
     */
    public static FanChanges open() {
        return new FanChanges(Notifications.of(Notifications.ROUTE, GROUPS));
    }

    /**
     * Waits until something may have changed since this was opened, or since the last call, or {@link #stop} was called.
     *
     * @return false when it was stopped
     */
    public boolean await() {
        return await(Optional.empty(), () -> false);
    }

    /**
     * Waits as {@link #await()} does, and no longer than until something holds that no event of the kernel tells of.
     *
     * @param every so often that is looked at
     * @param also what is waited for as well
     * @return false when it was stopped
     */
    public boolean await(Duration every, BooleanSupplier also) {
        return await(Optional.of(every), also);
    }

    private boolean await(Optional<Duration> every, BooleanSupplier also) {
        boolean heard = false;
        while (!stopped && !heard && !also.getAsBoolean()) {
            heard = Poller.await(List.of(wakeup.fd(), route.fd()), every);
        }
        if (!stopped) {
            route.read(message -> {});
        }
        return !stopped;
    }

    /** Ends {@link #await}, now and for all times; from any thread. */
    public void stop() {
        stopped = true;
        wakeup.ring();
    }

    @Override
    public void close() {
        route.close();
        wakeup.close();
    }
}
