package io.fanatic.cli.daemon;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A daemon that can be ended, politely or not, and started again with what it has on disk. */
abstract class RestartableDaemon implements AutoCloseable {
    private @Nullable DaemonProcess process;

    /** Starts it and waits until it answers. */
    abstract DaemonProcess launch();

    /** The one that was started last. */
    final DaemonProcess process() {
        return Objects.requireNonNull(process, "it was started");
    }

    /** Ends the daemon; what it has on disk stays. */
    public void stop() {
        process().close();
    }

    /** As {@link #stop}, by kill -9: what it has in the kernel stays as well. */
    public void kill() {
        process().kill();
    }

    /** Starts it again after {@link #stop} or {@link #kill}. */
    public final void startAgain() {
        process = launch();
    }

    @Override
    public abstract void close();
}
