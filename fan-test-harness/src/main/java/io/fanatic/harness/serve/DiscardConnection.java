package io.fanatic.harness.serve;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Tcp;
import io.netty.channel.epoll.EpollSocketChannel;

/** Reads and forgets (RFC 863); the kernel does not even copy. */
final class DiscardConnection extends Served {
    private static final int AT_ONCE = 256 << 10;
    private static final int CALLS = 4;

    DiscardConnection(TcpService service, IpAddress peer, EpollSocketChannel channel) {
        super(service, peer, channel);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < CALLS; i++) {
            long received = LIBC.recv(number(), service().buffer(), AT_ONCE, Tcp.MSG_DONTWAIT | Tcp.MSG_TRUNC);
            if (received < 0 && Tcp.wouldBlock(errno())) {
                return;
            }
            if (received <= 0) {
                end();
                return;
            }
            passed();
        }
    }
}
