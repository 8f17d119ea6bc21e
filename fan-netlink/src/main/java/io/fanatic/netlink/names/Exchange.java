package io.fanatic.netlink.names;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * One query to one server and what comes back, over a socket of its own: connected, so that the kernel takes packets of that server
 * only, and with a port that the kernel chose. A datagram that does not answer this query is left out, since somebody may have forged
 * it, and the waiting goes on; by TCP it ends there.
 */
final class Exchange extends ChannelInboundHandlerAdapter {
    private final Predicate<byte[]> fits;
    private final boolean stream;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();

    private Exchange(Predicate<byte[]> fits, boolean stream) {
        this.fits = fits;
        this.stream = stream;
    }

    /**
     * Asks by UDP.
     *
     * @param from the address to ask from, or any
     * @param fits whether these bytes answer this query
     * @return the first answer that fits; fails when the time is up, or the server refuses packets
     */
    static CompletableFuture<byte[]> udp(
            EventLoop loop,
            Optional<InetSocketAddress> from,
            InetSocketAddress server,
            byte[] query,
            Predicate<byte[]> fits,
            long millis) {
        Exchange exchange = new Exchange(fits, false);
        Bootstrap bootstrap =
                new Bootstrap().group(loop).channel(EpollDatagramChannel.class).handler(exchange);
        return exchange.run(loop, connect(bootstrap, from, server), Unpooled.wrappedBuffer(query), millis);
    }

    /** As {@link #udp}, by TCP. */
    static CompletableFuture<byte[]> tcp(
            EventLoop loop,
            Optional<InetSocketAddress> from,
            InetSocketAddress server,
            byte[] query,
            Predicate<byte[]> fits,
            long millis) {
        Exchange exchange = new Exchange(fits, true);
        ChannelHandler handlers = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(frames(DnsMessage.MAX_BYTES), exchange);
            }
        };
        Bootstrap bootstrap =
                new Bootstrap().group(loop).channel(EpollSocketChannel.class).handler(handlers);
        return exchange.run(loop, connect(bootstrap, from, server), framed(query), millis);
    }

    /** Splits what comes by TCP into messages of so many bytes at most: each has its length before it, two bytes. */
    static ChannelHandler frames(int most) {
        return new LengthFieldBasedFrameDecoder(2 + most, 0, 2, 0, 2);
    }

    static ByteBuf framed(byte[] message) {
        return Unpooled.buffer(2 + message.length).writeShort(message.length).writeBytes(message);
    }

    private static ChannelFuture connect(
            Bootstrap bootstrap, Optional<InetSocketAddress> from, InetSocketAddress server) {
        return from.isPresent() ? bootstrap.connect(server, from.get()) : bootstrap.connect(server);
    }

    private CompletableFuture<byte[]> run(EventLoop loop, ChannelFuture connected, ByteBuf query, long millis) {
        Channel channel = connected.channel();
        connected.addListener(done -> {
            if (done.isSuccess()) {
                channel.writeAndFlush(query).addListener(written -> {
                    if (!written.isSuccess()) {
                        result.completeExceptionally(written.cause());
                    }
                });
            } else {
                query.release();
                result.completeExceptionally(done.cause());
            }
        });
        var timeout = loop.schedule(
                () -> result.completeExceptionally(new TimeoutException()), millis, TimeUnit.MILLISECONDS);
        return result.whenComplete((answer, failed) -> {
            timeout.cancel(false);
            channel.close();
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf content = message instanceof DatagramPacket datagram ? datagram.content() : (ByteBuf) message;
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes).release();
        if (result.isDone()) {
            return;
        }
        if (fits.test(bytes)) {
            result.complete(bytes);
        } else if (stream) {
            // Nobody but the server can have sent it.
            result.completeExceptionally(new IOException("answers another query"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        result.completeExceptionally(new IOException("closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        result.completeExceptionally(cause instanceof PortUnreachableException ? cause : new IOException(cause));
    }
}
