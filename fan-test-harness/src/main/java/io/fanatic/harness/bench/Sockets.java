package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * IPv4 sockets as plain descriptors. A socket belongs to the namespace of the thread that opens it; socket(7), ip(7),
 * tcp(7). Numbers from asm-generic/socket.h and linux/tcp.h.
 */
final class Sockets {

    /** Per-call flag of send(2) and recv(2): do not wait. */
    static final int MSG_DONTWAIT = 0x40;

    /** Per-call flag of send(2): a closed peer is an error, not a signal. */
    static final int MSG_NOSIGNAL = 0x4000;

    /** The congestion control of every TCP flow here: the one that most machines use, and without bbr's pacing. */
    static final String CONGESTION = "cubic";

    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int TCP_CONGESTION = 13;
    private static final int TCP_CA_NAME_MAX = 16;
    private static final int SOCKADDR_IN_BYTES = 16;

    private Sockets() {}

    static int listen(Ipv4Address address, int backlog) {
        int fd = open(SOCK_STREAM);
        try {
            timeout(fd, SO_RCVTIMEO, 10); // accept(2) heeds it
            check("bind " + address, LIBC.bind(fd, sockaddr(address, 0), SOCKADDR_IN_BYTES));
            check("listen on " + address, LIBC.listen(fd, backlog));
            return fd;
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    static int accept(int listener) {
        return check("accept", LIBC.accept4(listener, null, null, SOCK_CLOEXEC));
    }

    /** A connection with {@link #CONGESTION}, read back: the kernel may not have it. */
    static int connect(Ipv4Address address, int port) {
        int fd = open(SOCK_STREAM);
        try {
            byte[] name = CONGESTION.getBytes(StandardCharsets.US_ASCII);
            ByteBuffer value = Native.buffer(TCP_CA_NAME_MAX).put(0, name);
            check(
                    "set congestion control " + CONGESTION,
                    LIBC.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, name.length));
            String chosen = congestion(fd);
            if (!chosen.equals(CONGESTION)) {
                throw new IllegalStateException("congestion control is " + chosen + ", not " + CONGESTION);
            }
            timeout(fd, SO_SNDTIMEO, 10); // connect(2) heeds it
            check("connect to " + address, LIBC.connect(fd, sockaddr(address, port), SOCKADDR_IN_BYTES));
            timeout(fd, SO_SNDTIMEO, 0);
            return fd;
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    private static String congestion(int fd) {
        ByteBuffer value = Native.buffer(TCP_CA_NAME_MAX);
        ByteBuffer length = Native.buffer(4).putInt(0, TCP_CA_NAME_MAX);
        check("read congestion control", LIBC.getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, length));
        byte[] text = new byte[length.getInt(0)];
        value.get(0, text);
        String name = new String(text, StandardCharsets.US_ASCII);
        int end = name.indexOf(0);
        return end < 0 ? name : name.substring(0, end);
    }

    static int udpReceiver(Ipv4Address address) {
        int fd = open(SOCK_DGRAM);
        try {
            check("bind " + address, LIBC.bind(fd, sockaddr(address, 0), SOCKADDR_IN_BYTES));
            return fd;
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    static int udpSender(Ipv4Address address, int port) {
        int fd = open(SOCK_DGRAM);
        try {
            check("connect to " + address, LIBC.connect(fd, sockaddr(address, port), SOCKADDR_IN_BYTES));
            return fd;
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    static int port(int fd) {
        ByteBuffer address = Native.buffer(SOCKADDR_IN_BYTES);
        ByteBuffer length = Native.buffer(4).putInt(0, SOCKADDR_IN_BYTES);
        check("getsockname", LIBC.getsockname(fd, address, length));
        return (address.get(2) & 0xff) << 8 | address.get(3) & 0xff; // network byte order
    }

    /** What struct tcp_info says about a connection. */
    record TcpInfo(int segment, long retransmits) {}

    static TcpInfo info(int fd) {
        ByteBuffer info = Native.buffer(256);
        ByteBuffer length = Native.buffer(4).putInt(0, info.capacity());
        check("TCP_INFO", LIBC.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length));
        return new TcpInfo(info.getInt(16), info.getInt(100) & 0xffffffffL); // tcpi_snd_mss, tcpi_total_retrans
    }

    /** True for what a send or recv reports when there was nothing to do. */
    static boolean wouldBlock(int errno) {
        return errno == Errno.EAGAIN || errno == Errno.EINTR;
    }

    private static int open(int type) {
        return check("open a socket", LIBC.socket(AF_INET, type | SOCK_CLOEXEC, 0));
    }

    private static void timeout(int fd, int option, int seconds) {
        ByteBuffer timeval = Native.buffer(16).putLong(0, seconds);
        check("set a timeout", LIBC.setsockopt(fd, SOL_SOCKET, option, timeval, 16));
    }

    private static ByteBuffer sockaddr(Ipv4Address address, int port) {
        ByteBuffer sockaddr = Native.buffer(SOCKADDR_IN_BYTES).putShort(0, (short) AF_INET);
        sockaddr.put(2, (byte) (port >> 8)).put(3, (byte) port);
        for (int i = 0; i < 4; i++) {
            sockaddr.put(4 + i, (byte) address.octet(i));
        }
        return sockaddr;
    }
}
