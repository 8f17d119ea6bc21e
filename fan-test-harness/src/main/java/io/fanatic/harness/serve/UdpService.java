package io.fanatic.harness.serve;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.net.Watched;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.SockaddrIn;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A UDP port: sends datagrams back, or forgets them. */
final class UdpService extends Watched {
    /** Below are services that answer by themselves: two echoes would play ping-pong for ever (CERT CA-1996-01). */
    private static final int FIRST_CLIENT_PORT = 1024;

    private static final int MOST_DATAGRAM = 65507;
    private static final int AT_ONCE = 32;

    private final TcpService.Kind kind;
    private final Door door;
    private final ByteBuffer datagram = buffer(MOST_DATAGRAM);
    private final ByteBuffer sender = buffer(SockaddrIn.BYTES);
    private final ByteBuffer senderLength = buffer(4);

    private UdpService(TcpService.Kind kind, int fd, Door door) {
        super(fd);
        this.kind = kind;
        this.door = door;
    }

    static UdpService open(TcpService.Kind kind, Optional<Namespace> where, Ipv4Address address, int port, Door door) {
        int fd = Listening.inside(where, () -> {
            int socket = Tcp.open(Tcp.SOCK_DGRAM);
            try {
                Tcp.bind(socket, address, port);
                return socket;
            } catch (RuntimeException e) {
                LIBC.close(socket);
                throw e;
            }
        });
        return new UdpService(kind, fd, door);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        for (int i = 0; i < AT_ONCE; i++) {
            senderLength.putInt(0, SockaddrIn.BYTES);
            long length =
                    sockets().recvfrom(number(), datagram, datagram.capacity(), Tcp.MSG_DONTWAIT, sender, senderLength);
            if (length < 0) {
                return;
            }
            boolean answered = door.welcome(SockaddrIn.address(sender))
                    && kind == TcpService.Kind.ECHO
                    && SockaddrIn.port(sender) >= FIRST_CLIENT_PORT;
            if (answered) {
                sockets().sendto(number(), datagram, length, Tcp.MSG_DONTWAIT, sender, SockaddrIn.BYTES);
            }
        }
    }

    @Override
    protected void broken(String reason) {
        // The loop is ending.
    }
}
