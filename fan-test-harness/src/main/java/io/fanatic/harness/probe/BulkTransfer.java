package io.fanatic.harness.probe;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A TCP connection over which both ends send random bytes at the same time and sum up (CRC-32C) what they send and what
 * they receive. Ends when each end has read the other's end of stream, so that too many bytes fail as too few do.
 *
 * @param address where the other end listens, on a port that the kernel chooses
 * @param bytes how many each end sends, at least 1
 * @param congestion the congestion control of both ends, as in {@code net.ipv4.tcp_available_congestion_control}; set
 *     explicitly because distributions differ in their default and results would not compare
 * @param timeout for everything, connecting included
 */
public record BulkTransfer(IpAddress address, long bytes, String congestion, Duration timeout) {

    static final int CHUNK = 128 * 1024;

    /**
     * Checks the size.
     *
     * @throws IllegalArgumentException when bytes is not positive
     */
    public BulkTransfer {
        if (bytes < 1) {
            throw new IllegalArgumentException("cannot transfer " + bytes + " bytes");
        }
    }

    /**
     * {@return a transfer of 4 MiB each way with cubic, within 10 seconds}
     *
     * @param address where the other end listens
     */
    public static BulkTransfer to(IpAddress address) {
        return new BulkTransfer(address, 4 << 20, "cubic", Duration.ofSeconds(10));
    }

    /**
     * {@return the same of another size}
     *
     * @param bytes how many each end sends, at least 1
     */
    public BulkTransfer withBytes(long bytes) {
        return new BulkTransfer(address, bytes, congestion, timeout);
    }

    /**
     * {@return the same with another congestion control}
     *
     * @param congestion as in {@code net.ipv4.tcp_available_congestion_control}
     */
    public BulkTransfer withCongestion(String congestion) {
        return new BulkTransfer(address, bytes, congestion, timeout);
    }

    /**
     * {@return the same within another time}
     *
     * @param timeout for everything, connecting included
     */
    public BulkTransfer withTimeout(Duration timeout) {
        return new BulkTransfer(address, bytes, congestion, timeout);
    }

    /**
     * Starts and returns at once; the result is there after at most the time-out.
     *
     * @param probes gives the event loops
     * @param from where the connection is opened
     * @param to where it is accepted; must hold {@link #address}
     * @return what came of it
     * @throws io.fanatic.core.FanaticException when a namespace is gone
     */
    public CompletableFuture<TransferResult> start(Probes probes, Namespace from, Namespace to) {
        TransferRun run = new TransferRun(this);
        ServerBootstrap listen = new ServerBootstrap()
                .group(probes.group())
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(initializer(run::accepted));
        Bootstrap connect = new Bootstrap()
                .group(probes.group())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .handler(initializer(run::connecting));

        // A channel's socket is made by the thread that calls bind or connect; the event loops may live anywhere.
        ChannelFuture bound =
                to.call(() -> listen.bind(Sockets.socketAddress(address, 0)).awaitUninterruptibly());
        if (!bound.isSuccess()) {
            run.fail("cannot listen on " + address + ": " + bound.cause().getMessage());
            return run.result();
        }
        run.listening(bound.channel());
        int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        from.call(() -> connect.connect(Sockets.socketAddress(address, port))).addListener(connected -> {
            if (!connected.isSuccess()) {
                run.fail("cannot connect to " + address + ": " + reason(connected.cause()));
            }
        });
        return run.result();
    }

    private static ChannelInitializer<EpollSocketChannel> initializer(Consumer<EpollSocketChannel> run) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(EpollSocketChannel channel) {
                run.accept(channel);
            }
        };
    }

    /** Netty gives this one no words. */
    private static String reason(Throwable cause) {
        return cause instanceof NoRouteToHostException ? "no route to host" : String.valueOf(cause.getMessage());
    }
}
