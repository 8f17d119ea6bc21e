package io.fanatic.harness.net;

import io.fanatic.core.IpAddress;
import io.fanatic.netlink.host.Namespace;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** A TCP port that hands over what it accepts, without giving it to Netty's event loop first. */
public final class Listening {

    private static final int BACKLOG = 128;

    private Listening() {}

    /**
     * Opens it and waits until it is open. Not to be called on the loop.
     *
     * @param where whose port it is; empty for the calling thread's namespace
     * @param accepted gets each connection, on the loop, unregistered
     * @throws UncheckedIOException when the port cannot be had
     */
    public static Channel on(
            IoEventLoop loop,
            Optional<Namespace> where,
            IpAddress address,
            int port,
            Consumer<EpollSocketChannel> accepted) {
        EpollServerSocketChannel channel = inside(where, EpollServerSocketChannel::new);
        channel.config().setReuseAddress(true).setBacklog(BACKLOG);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                accepted.accept((EpollSocketChannel) message);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                // No descriptors left, or a connection that broke before it was accepted: the next one may do better.
            }
        });
        loop.register(channel).syncUninterruptibly();
        var bound = channel.bind(Sockets.socketAddress(address, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.close();
            throw new UncheckedIOException(
                    "cannot listen on " + address + " port " + port + ": "
                            + bound.cause().getMessage(),
                    new IOException(bound.cause()));
        }
        return channel;
    }

    /** The port that it really has. */
    public static int port(Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Runs work in a namespace, or here. */
    public static <T> T inside(Optional<Namespace> where, Callable<T> work) {
        if (where.isPresent()) {
            return where.get().call(work);
        }
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
