package io.fanatic.harness.serve;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Native;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A TCP port with its connections; on one event loop. */
final class TcpService {
    private static final int BUFFER = 256 << 10;

    private final IoEventLoop loop;
    private final ConnectionLimiter limiter;
    private final ServeLimits limits;
    private final Kind kind;
    private final Set<Served> connections = new HashSet<>();
    private final ByteBuffer buffer = Native.buffer(BUFFER);
    private final Channel listening;
    private final ScheduledFuture<?> inspection;

    enum Kind {
        ECHO,
        DISCARD
    }

    TcpService(
            Kind kind,
            IoEventLoop loop,
            Optional<Namespace> where,
            IpAddress address,
            int port,
            ConnectionLimiter limiter,
            ServeLimits limits) {
        this.kind = kind;
        this.loop = loop;
        this.limiter = limiter;
        this.limits = limits;
        this.listening = Listening.on(loop, where, address, port, this::accepted);
        this.inspection = loop.scheduleWithFixedDelay(this::inspect, 1, 1, TimeUnit.SECONDS);
    }

    int port() {
        return Listening.port(listening);
    }

    /** What all connections read into, one after the other. */
    ByteBuffer buffer() {
        return buffer;
    }

    private void accepted(EpollSocketChannel channel) {
        IpAddress peer = Sockets.address(channel.remoteAddress().getAddress());
        if (!limiter.enter(peer)) {
            channel.unsafe().closeForcibly();
            return;
        }
        Served connection = kind == Kind.ECHO
                ? new EchoConnection(this, peer, channel)
                : new DiscardConnection(this, peer, channel);
        connections.add(connection);
        connection.watch(loop, true, false);
    }

    void ended(Served connection) {
        if (connections.remove(connection)) {
            limiter.leave(connection.peer());
        }
    }

    private void inspect() {
        long now = System.nanoTime();
        for (Served connection : List.copyOf(connections)) {
            if (connection.nanosStalled(now) > limits.stalled().toNanos()) {
                // Before the peer can know, here and wherever a connection is closed for what its peer did.
                limiter.offence(
                        connection.peer(), "did nothing for " + limits.stalled().toSeconds() + " s");
                connection.end();
            } else if (connection.nanosLasted(now) > limits.longest().toNanos()) {
                limiter.offence(
                        connection.peer(),
                        "stayed longer than " + limits.longest().toSeconds() + " s");
                connection.end();
            }
        }
    }

    void close() {
        inspection.cancel(false);
        listening.close().syncUninterruptibly();
        loop.submit(() -> List.copyOf(connections).forEach(Served::end)).syncUninterruptibly();
    }
}
