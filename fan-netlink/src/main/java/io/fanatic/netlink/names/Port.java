package io.fanatic.netlink.names;

import io.fanatic.core.Ipv4Address;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One address where queries are taken, by UDP and TCP. */
final class Port {
    private static final int BACKLOG = 64;

    /** Without a whole query, from the beginning of the connection or from the last one. */
    private static final long IDLE_SECONDS = 10;

    private final EventLoop loop;
    private final Desk desk;
    private final Limits connections;
    private final Counts counts;
    private final Channel datagrams;
    private final Channel listening;

    /**
     * Opens it. Not to be called on the loop. The address need not be there yet.
     *
     * @throws UncheckedIOException when the port is taken, or below 1024 and this program is not root's
     */
    Port(EventLoop loop, Ipv4Address address, int port, Desk desk, Limits connections, Counts counts) {
        this.loop = loop;
        this.desk = desk;
        this.connections = connections;
        this.counts = counts;
        EpollDatagramChannel udp = new EpollDatagramChannel();
        udp.config().setOption(EpollChannelOption.IP_FREEBIND, true);
        udp.pipeline().addLast(new Datagrams());
        datagrams = bound(udp, address, port);
        try {
            EpollServerSocketChannel tcp = new EpollServerSocketChannel();
            tcp.config().setFreeBind(true).setReuseAddress(true).setBacklog(BACKLOG);
            tcp.pipeline().addLast(new Acceptor());
            listening = bound(tcp, address, ((InetSocketAddress) datagrams.localAddress()).getPort());
        } catch (UncheckedIOException e) {
            datagrams.close().syncUninterruptibly();
            throw e;
        }
    }

    private Channel bound(Channel channel, Ipv4Address address, int port) {
        loop.register(channel).syncUninterruptibly();
        var bound = channel.bind(Owners.socketAddress(address, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.close();
            throw new UncheckedIOException(
                    "cannot take queries on " + address + " port " + port + ": "
                            + bound.cause().getMessage(),
                    new IOException(bound.cause()));
        }
        return channel;
    }

    int number() {
        return ((InetSocketAddress) datagrams.localAddress()).getPort();
    }

    /** Not to be called on the loop. */
    void close() {
        listening.close().syncUninterruptibly();
        datagrams.close().syncUninterruptibly();
    }

    private static Ipv4Address address(InetSocketAddress address) {
        byte[] octets = address.getAddress().getAddress();
        return Ipv4Address.of(ByteBuffer.wrap(octets, octets.length - 4, 4).getInt());
    }

    private static byte[] bytes(ByteBuf content) {
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes).release();
        return bytes;
    }

    private final class Datagrams extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            InetSocketAddress sender = packet.sender();
            desk.query(
                    bytes(packet.content()),
                    address(sender),
                    false,
                    answer -> context.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(answer), sender)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // An asker that has gone away, told by ICMP.
        }
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            EpollSocketChannel channel = (EpollSocketChannel) message;
            Ipv4Address from = address(channel.remoteAddress());
            Optional<Desk.Asker> known = desk.asker(from);
            if (known.isEmpty() || !connections.enter(known.get())) {
                counts.add(known.isEmpty() ? NamesCounter.NOT_SERVED : NamesCounter.OVER_LIMIT);
                channel.unsafe().closeForcibly();
                return;
            }
            // Who asks and then closes its side still waits for the answer.
            channel.config().setAllowHalfClosure(true);
            // Then it is the others' turn, however much has come.
            channel.config()
                    .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DnsMessage.MAX_QUERY).maxMessagesPerRead(1));
            channel.closeFuture().addListener(closed -> connections.leave(known.get()));
            channel.pipeline().addLast(Exchange.frames(DnsMessage.MAX_QUERY), new Connection(from));
            loop.register(channel);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // No descriptors left, or a connection that broke before it was accepted: the next one may do better.
        }
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        private final Ipv4Address from;
        private long last = System.nanoTime();
        private int outstanding;
        private boolean ended;

        Connection(Ipv4Address from) {
            this.from = from;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            inspect(context);
        }

        private void inspect(ChannelHandlerContext context) {
            long idle = System.nanoTime() - last;
            long left = TimeUnit.SECONDS.toNanos(IDLE_SECONDS) - idle;
            if (left <= 0) {
                context.close();
            } else if (context.channel().isOpen()) {
                loop.schedule(() -> inspect(context), left, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            last = System.nanoTime();
            outstanding++;
            desk.query(bytes((ByteBuf) message), from, true, answer -> context.writeAndFlush(Exchange.framed(answer)))
                    .whenComplete((done, failed) -> {
                        outstanding--;
                        closeWhenDone(context);
                    });
        }

        /** Who reads no answers gets no more of them. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        private void closeWhenDone(ChannelHandlerContext context) {
            if (ended && outstanding == 0) {
                context.close();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended = true;
                closeWhenDone(context);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof TooLongFrameException) {
                counts.add(NamesCounter.OVER_LIMIT);
            }
            context.close();
        }
    }
}
