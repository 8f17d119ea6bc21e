package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Sockets on which a thread waits, for measuring; as descriptors. One belongs to the namespace of the thread that opens it. */
final class BlockingSockets {
    /** The congestion control of every TCP flow here: the one that most machines use, and without bbr's pacing. */
    static final String CONGESTION = "cubic";

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private BlockingSockets() {}

    static int listen(IpAddress address, int backlog) {
        return Sockets.setUp(open(address, Tcp.SOCK_STREAM), fd -> {
            Sockets.receiveTimeout(fd, PATIENCE); // accept(2) heeds it
            Tcp.bind(fd, address, 0);
            check("listen on " + address, LIBC.listen(fd, backlog));
        });
    }

    static int accept(int listener) {
        return check("accept", LIBC.accept4(listener, null, null, Sockets.SOCK_CLOEXEC));
    }

    /** A connection with {@link #CONGESTION}, read back: the kernel may not have it. */
    static int connect(IpAddress address, int port) {
        return Sockets.setUp(open(address, Tcp.SOCK_STREAM), fd -> {
            Tcp.setCongestion(fd, CONGESTION);
            String chosen = Tcp.congestion(fd);
            if (!chosen.equals(CONGESTION)) {
                throw new IllegalStateException("congestion control is " + chosen + ", not " + CONGESTION);
            }
            sendTimeout(fd, PATIENCE.toSeconds()); // connect(2) heeds it
            connect(fd, address, port);
            sendTimeout(fd, 0);
        });
    }

    static int udpReceiver(IpAddress address) {
        return Sockets.setUp(open(address, Tcp.SOCK_DGRAM), fd -> Tcp.bind(fd, address, 0));
    }

    static int udpSender(IpAddress address, int port) {
        return Sockets.setUp(open(address, Tcp.SOCK_DGRAM), fd -> connect(fd, address, port));
    }

    static int port(int fd) {
        ByteBuffer address = Native.buffer(SocketAddress.MAX_BYTES);
        ByteBuffer length = Native.buffer(4).putInt(0, SocketAddress.MAX_BYTES);
        check("getsockname", LIBC.getsockname(fd, address, length));
        return SocketAddress.port(address);
    }

    private static int open(IpAddress address, int type) {
        return check("open a socket", LIBC.socket(Sockets.number(address.family()), type | Sockets.SOCK_CLOEXEC, 0));
    }

    private static void connect(int fd, IpAddress address, int port) {
        int errno = Tcp.connect(fd, address, port);
        if (errno != 0) {
            throw new ErrnoException("connect to " + address, errno);
        }
    }

    private static void sendTimeout(int fd, long seconds) {
        ByteBuffer timeval = Native.buffer(16).putLong(0, seconds);
        check("set a timeout", LIBC.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, timeval, 16));
    }
}
