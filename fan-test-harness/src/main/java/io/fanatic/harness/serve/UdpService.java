package io.fanatic.harness.serve;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.address;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.SocketAddress;
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

    /** A struct cmsghdr with an int: 8 bytes of length, level, type, value. */
    private static final int CONTROL_BYTES = 24;

    /** What a family calls the number of hops that a packet may live: options of ip(7) and ipv6(7), and the control message. */
    private record Hops(int level, int ask, int message, int set) {
        private static final Hops IPV4 = new Hops(Sockets.IPPROTO_IP, 12, 2, 2);
        private static final Hops IPV6 = new Hops(Sockets.IPPROTO_IPV6, 51, 52, 16);
    }

    private final TcpService.Kind kind;
    private final Hops hops;
    private final ConnectionLimiter limiter;
    private final ByteBuffer datagram = buffer(MAX_DATAGRAM);
    private final ByteBuffer sender = buffer(SocketAddress.MAX_BYTES);
    private final ByteBuffer control = buffer(CONTROL_BYTES);
    private final ByteBuffer vector = buffer(16);
    private final ByteBuffer header = buffer(56);
    private final ByteBuffer option = buffer(4);

    private UdpService(TcpService.Kind kind, Hops hops, int fd, ConnectionLimiter limiter) {
        super(fd);
        this.kind = kind;
        this.hops = hops;
        this.limiter = limiter;
        vector.putLong(0, address(datagram)).putLong(8, MAX_DATAGRAM);
        header.putLong(0, address(sender)).putLong(16, address(vector)).putLong(24, 1);
        header.putLong(32, address(control));
    }

    static UdpService open(
            TcpService.Kind kind, Optional<Namespace> where, IpAddress address, int port, ConnectionLimiter limiter) {
        Hops hops = address.family() == IpFamily.IPV4 ? Hops.IPV4 : Hops.IPV6;
        int fd = Listening.inside(
                where,
                () -> Sockets.setUp(Tcp.open(address.family(), Tcp.SOCK_DGRAM), socket -> {
                    Tcp.bind(socket, address, port);
                    Sockets.option("asking for the hops left", socket, hops.level(), hops.ask(), 1);
                }));
        return new UdpService(kind, hops, fd, limiter);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < AT_ONCE; i++) {
            header.putInt(8, SocketAddress.MAX_BYTES).putLong(40, CONTROL_BYTES);
            long length = sockets().recvmsg(number(), header, Tcp.MSG_DONTWAIT);
            if (length < 0) {
                return;
            }
            boolean answered = limiter.welcome(SocketAddress.address(sender))
                    && kind == TcpService.Kind.ECHO
                    && SocketAddress.port(sender) >= FIRST_CLIENT_PORT
                    && liveOneHopLess();
            if (answered) {
                sockets().sendto(number(), datagram, length, Tcp.MSG_DONTWAIT, sender, SocketAddress.length(sender));
            }
        }
    }

    /** Whether anything is left of the life of what was received; the answer gets that. */
    private boolean liveOneHopLess() {
        boolean told =
                header.getLong(40) > 0 && control.getInt(8) == hops.level() && control.getInt(12) == hops.message();
        int left = told ? control.getInt(16) - 1 : 0;
        return left > 0 && LIBC.setsockopt(number(), hops.level(), hops.set(), option.putInt(0, left), 4) == 0;
    }

    @Override
    protected void broken(String reason) {
        // The loop is ending.
    }
}
