package io.fanatic.harness.probe;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;

/**
 * The event loops that probes share, whatever namespace their sockets live in. Open one for as long as there is something
 * to prove and close it before the program ends: a loop still waiting in the kernel delays the JVM's exit.
 */
public final class Probes implements AutoCloseable {

    private static final int THREADS = 2;

    private final IoEventLoopGroup group;

    private Probes(IoEventLoopGroup group) {
        this.group = group;
    }

    /** {@return probes on two event loop threads, so that the two ends of a transfer do not wait for each other} */
    public static Probes open() {
        // Netty would look through the network interfaces for a hardware address, and warn where there is none.
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", "02:00:00:00:00:00:00:01");
        }
        return new Probes(new MultiThreadIoEventLoopGroup(THREADS, EpollIoHandler.newFactory()));
    }

    /** {@return the event loops, for the other packages that speak to the network} */
    public IoEventLoopGroup group() {
        return group;
    }

    /** Closes every socket still open and ends the threads; waits for both. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
