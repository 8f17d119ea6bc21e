package io.fanatic.harness.reach;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.libc.Errno;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * {@link PortProbe} for IPIP, which has no port: a host whose kernel has no IPIP answers "protocol unreachable" (RFC 1122, 3.2.2.1), one that
 * has it and no tunnel that takes the packet, "port unreachable" (Linux, net/ipv4/tunnel4.c).
 */
final class IpipPortProbe {
    private static final int TRIES = 2;
    private static final int ANY_PACKET = 128;

    private IpipPortProbe() {}

    /** Sends echo requests between the two hosts' addresses in the fan, as the tunnel would; in the calling thread's namespace. */
    static PortProbe.Answer at(Peer peer, Duration timeout) {
        Ipv4Address from = peer.fan().slices().get(0).underlayAddress();
        int fd = Sockets.raw(Sockets.IPPROTO_IPIP, from, peer.underlay());
        try {
            Sockets.receiveTimeout(fd, timeout.dividedBy(TRIES));
            for (int i = 0; i < TRIES; i++) {
                ByteBuffer request = UnderlayProbe.echoRequest(peer);
                // An error that came meanwhile is told by whichever call is next.
                PortProbe.Answer sent = answer(LIBC.send(fd, request, request.remaining(), 0));
                PortProbe.Answer answer =
                        sent == PortProbe.Answer.SILENT ? receive(fd, timeout.dividedBy(TRIES)) : sent;
                if (answer != PortProbe.Answer.SILENT) {
                    return answer;
                }
            }
            return PortProbe.Answer.SILENT;
        } finally {
            LIBC.close(fd);
        }
    }

    /** Packets of the tunnel's own come here too, and say nothing. */
    private static PortProbe.Answer receive(int fd, Duration timeout) {
        ByteBuffer packet = buffer(ANY_PACKET);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() - deadline < 0) {
            PortProbe.Answer answer = answer(LIBC.recv(fd, packet, ANY_PACKET, 0));
            if (answer != PortProbe.Answer.SILENT) {
                return answer;
            }
        }
        return PortProbe.Answer.SILENT;
    }

    private static PortProbe.Answer answer(long result) {
        if (result >= 0) {
            return PortProbe.Answer.SILENT;
        }
        return switch (errno()) {
            case Errno.ENOPROTOOPT, Errno.ECONNREFUSED -> PortProbe.Answer.REFUSED;
            case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> PortProbe.Answer.PROHIBITED;
            default -> PortProbe.Answer.SILENT;
        };
    }
}
