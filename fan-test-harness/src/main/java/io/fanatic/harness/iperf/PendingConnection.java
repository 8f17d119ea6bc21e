package io.fanatic.harness.iperf;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.Cookie;
import io.fanatic.harness.iperf.protocol.ProtocolException;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An accepted connection until its cookie has been read, and not a byte more: then it is a control connection or a stream. */
final class PendingConnection extends EpollHandle {
    private final IperfServer server;
    private final IpAddress peer;
    private final EpollSocketChannel channel;
    private final ByteBuffer cookie = buffer(Cookie.BYTES);
    private @Nullable ScheduledFuture<?> deadline;

    PendingConnection(IperfServer server, IpAddress peer, EpollSocketChannel channel) {
        super(channel.fd().intValue(), () -> channel.unsafe().closeForcibly());
        this.server = server;
        this.peer = peer;
        this.channel = channel;
    }

    IpAddress peer() {
        return peer;
    }

    EpollSocketChannel channel() {
        return channel;
    }

    /** Closes the connection, whichever handle watches it. */
    void drop() {
        channel.unsafe().closeForcibly();
        server.admission().leave(peer);
    }

    @Override
    protected void watching() {
        deadline = loop().schedule(
                        () -> refuse("said nothing for " + IperfServer.PATIENCE.toSeconds() + " s"),
                        IperfServer.PATIENCE.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        long received = LIBC.recv(number(), cookie, cookie.remaining(), Tcp.MSG_DONTWAIT);
        if (received < 0 && Tcp.wouldBlock(errno())) {
            return;
        }
        if (received <= 0) {
            // A port probe connects and closes; that is harmless.
            leave();
            return;
        }
        cookie.position(cookie.position() + (int) received);
        if (cookie.hasRemaining()) {
            return;
        }
        byte[] bytes = new byte[Cookie.BYTES];
        cookie.get(0, bytes);
        try {
            Cookie known = Cookie.of(bytes);
            cancel();
            release();
            server.introduced(this, known);
        } catch (ProtocolException e) {
            refuse(String.valueOf(e.getMessage()));
        }
    }

    private void refuse(String what) {
        if (!isClosed()) {
            server.admission().offence(peer, what);
            leave();
        }
    }

    private void leave() {
        cancel();
        release();
        drop();
    }

    private void cancel() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    protected void broken(String reason) {
        server.admission().leave(peer);
    }
}
