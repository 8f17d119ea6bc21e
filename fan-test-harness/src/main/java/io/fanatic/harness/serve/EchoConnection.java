package io.fanatic.harness.serve;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.Native;
import io.netty.channel.epoll.EpollSocketChannel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends back what comes (RFC 862). All connections share one buffer; a connection has one of its own only while its peer does
 * not read what it gets back, and is not read from until then.
 */
final class EchoConnection extends Served {
    static final int MAX_HELD = 16 << 10;
    private static final int CALLS = 4;

    /** What is to be sent before anything is read; from its position to its limit. */
    private @Nullable ByteBuffer held;

    EchoConnection(TcpService service, IpAddress peer, EpollSocketChannel channel) {
        super(service, peer, channel);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        if (held != null && !sendHeld(held)) {
            return;
        }
        ByteBuffer shared = service().buffer();
        for (int i = 0; i < CALLS; i++) {
            long received = LIBC.recv(number(), shared, MAX_HELD, Tcp.MSG_DONTWAIT);
            if (received < 0 && Tcp.wouldBlock(errno())) {
                return;
            }
            if (received <= 0) {
                end();
                return;
            }
            passed();
            long sent = LIBC.send(number(), shared, received, Tcp.MSG_DONTWAIT | Tcp.MSG_NOSIGNAL);
            if (sent < 0 && !Tcp.wouldBlock(errno())) {
                end();
                return;
            }
            if (sent < received) {
                int rest = (int) Math.max(0, sent);
                held = Native.buffer((int) received - rest)
                        .put(shared.slice(rest, (int) received - rest))
                        .flip();
                want(false, true);
                return;
            }
        }
    }

    /** Whether all of it went. */
    private boolean sendHeld(ByteBuffer rest) {
        long sent = LIBC.send(number(), rest, rest.remaining(), Tcp.MSG_DONTWAIT | Tcp.MSG_NOSIGNAL);
        if (sent < 0) {
            if (!Tcp.wouldBlock(errno())) {
                end();
            }
            return false;
        }
        passed();
        rest.position(rest.position() + (int) sent);
        if (rest.hasRemaining()) {
            return false;
        }
        held = null;
        want(true, false);
        return true;
    }
}
