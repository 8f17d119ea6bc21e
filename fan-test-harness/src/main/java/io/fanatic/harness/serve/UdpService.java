package io.fanatic.harness.serve;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.address;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.SockaddrIn;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A UDP port: sends datagrams back, or forgets them. An answer may live one hop less than what it answers could still have lived:
 * two of these, set upon each other by a forged datagram, are done after 255 answers at most.
 */
final class UdpService extends EpollHandle {
    /** Below are services that answer by themselves: two echoes would play ping-pong for ever (CERT CA-1996-01). */
    private static final int FIRST_CLIENT_PORT = 1024;

    private static final int MAX_DATAGRAM = 65507;
    private static final int AT_ONCE = 32;

    private static final int IPPROTO_IP = 0;
    private static final int IP_TTL = 2;
    private static final int IP_RECVTTL = 12;
    /** A struct cmsghdr with an int: 8 bytes of length, level, type, value. */
    private static final int CONTROL_BYTES = 24;

    private final TcpService.Kind kind;
    private final ConnectionLimiter limiter;
    private final ByteBuffer datagram = buffer(MAX_DATAGRAM);
    private final ByteBuffer sender = buffer(SockaddrIn.BYTES);
    private final ByteBuffer control = buffer(CONTROL_BYTES);
    private final ByteBuffer vector = buffer(16);
    private final ByteBuffer header = buffer(56);
    private final ByteBuffer option = buffer(4);

    private UdpService(TcpService.Kind kind, int fd, ConnectionLimiter limiter) {
        super(fd);
        this.kind = kind;
        this.limiter = limiter;
        vector.putLong(0, address(datagram)).putLong(8, MAX_DATAGRAM);
        header.putLong(0, address(sender)).putLong(16, address(vector)).putLong(24, 1);
        header.putLong(32, address(control));
    }

    static UdpService open(
            TcpService.Kind kind, Optional<Namespace> where, Ipv4Address address, int port, ConnectionLimiter limiter) {
        int fd = Listening.inside(where, () -> {
            int socket = Tcp.open(Tcp.SOCK_DGRAM);
            try {
                Tcp.bind(socket, address, port);
                check(
                        "ask for the TTL",
                        LIBC.setsockopt(
                                socket, IPPROTO_IP, IP_RECVTTL, buffer(4).putInt(0, 1), 4));
                return socket;
            } catch (RuntimeException e) {
                LIBC.close(socket);
                throw e;
            }
        });
        return new UdpService(kind, fd, limiter);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < AT_ONCE; i++) {
            header.putInt(8, SockaddrIn.BYTES).putLong(40, CONTROL_BYTES);
            long length = sockets().recvmsg(number(), header, Tcp.MSG_DONTWAIT);
            if (length < 0) {
                return;
            }
            boolean answered = limiter.welcome(SockaddrIn.address(sender))
                    && kind == TcpService.Kind.ECHO
                    && SockaddrIn.port(sender) >= FIRST_CLIENT_PORT
                    && liveOneHopLess();
            if (answered) {
                sockets().sendto(number(), datagram, length, Tcp.MSG_DONTWAIT, sender, SockaddrIn.BYTES);
            }
        }
    }

    /** Whether anything is left of the life of what was received; the answer gets that. */
    private boolean liveOneHopLess() {
        boolean told = header.getLong(40) > 0 && control.getInt(8) == IPPROTO_IP && control.getInt(12) == IP_TTL;
        int left = told ? control.getInt(16) - 1 : 0;
        return left > 0 && LIBC.setsockopt(number(), IPPROTO_IP, IP_TTL, option.putInt(0, left), 4) == 0;
    }

    @Override
    protected void broken(String reason) {
        // The loop is ending.
    }
}
