package io.fanatic.harness.net;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** TCP and UDP sockets as descriptors, and what the kernel says about them: socket(7), tcp(7), udp(7), linux/tcp.h. */
public final class Tcp {

    /** Per-call flag: do not wait. */
    public static final int MSG_DONTWAIT = 0x40;
    /** Per-call flag: a closed peer is an error, not a signal. */
    public static final int MSG_NOSIGNAL = 0x4000;
    /** Per-call flag of recv(2) on TCP: the kernel throws the bytes away instead of copying them (tcp(7)). */
    public static final int MSG_TRUNC = 0x20;

    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;

    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int IP_MTU = 14;
    private static final int IPV6_MTU = 24;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_MAXSEG = 2;
    private static final int TCP_INFO = 11;
    private static final int TCP_CONGESTION = 13;
    private static final int NAME_BYTES = 16;

    private Tcp() {}

    /** A non-blocking socket in the calling thread's namespace. */
    public static int open(IpFamily family, int type) {
        int flags = type | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
        return check("open a socket", LIBC.socket(Sockets.number(family), flags, 0));
    }

    /** Begins to connect; 0 when it is done already, else the errno, mostly EINPROGRESS. */
    public static int connect(int fd, IpAddress address, int port) {
        ByteBuffer there = SocketAddress.of(address, port);
        return LIBC.connect(fd, there, there.capacity()) == 0 ? 0 : Native.errno();
    }

    public static void bind(int fd, IpAddress address, int port) {
        ByteBuffer here = SocketAddress.of(address, port);
        check("bind " + address + " port " + port, LIBC.bind(fd, here, here.capacity()));
    }

    /** The error that waits at a socket, and takes it away; 0 for none. */
    public static int error(int fd) {
        ByteBuffer value = buffer(4);
        check(
                "read the socket's error",
                LIBC.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, buffer(4).putInt(0, 4)));
        return value.getInt(0);
    }

    /** @throws io.fanatic.netlink.libc.ErrnoException ENOENT when there is no such algorithm, EPERM when it is not allowed */
    public static void setCongestion(int fd, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer value = buffer(Math.max(NAME_BYTES, bytes.length)).put(0, bytes);
        check(
                "use congestion control " + name,
                LIBC.setsockopt(fd, Sockets.IPPROTO_TCP, TCP_CONGESTION, value, bytes.length));
    }

    public static String congestion(int fd) {
        ByteBuffer value = buffer(NAME_BYTES);
        ByteBuffer length = buffer(4).putInt(0, NAME_BYTES);
        check("read congestion control", LIBC.getsockopt(fd, Sockets.IPPROTO_TCP, TCP_CONGESTION, value, length));
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < length.getInt(0) && value.get(i) != 0; i++) {
            name.append((char) value.get(i));
        }
        return name.toString();
    }

    /** Both buffers of a socket; the kernel gives twice that for its own records, up to its limits. */
    public static void setBuffers(int fd, int bytes) {
        Sockets.option("the send buffer", fd, SOL_SOCKET, SO_SNDBUF, bytes);
        Sockets.option("the receive buffer", fd, SOL_SOCKET, SO_RCVBUF, bytes);
    }

    /** Before connecting: the largest segment that either end sends. */
    public static void setSegment(int fd, int bytes) {
        Sockets.option("the segment size", fd, Sockets.IPPROTO_TCP, TCP_MAXSEG, bytes);
    }

    public static void setNoDelay(int fd) {
        Sockets.option("no delay", fd, Sockets.IPPROTO_TCP, TCP_NODELAY, 1);
    }

    /** Bytes of the largest packet to the peer of a connected socket, as the kernel knows it now (IP_MTU in ip(7), IPV6_MTU in ipv6(7)). */
    public static int pathMtu(int fd, IpFamily family) {
        ByteBuffer value = buffer(4);
        ByteBuffer length = buffer(4).putInt(0, 4);
        check(
                "read the path's MTU",
                family == IpFamily.IPV4
                        ? LIBC.getsockopt(fd, Sockets.IPPROTO_IP, IP_MTU, value, length)
                        : LIBC.getsockopt(fd, Sockets.IPPROTO_IPV6, IPV6_MTU, value, length));
        return value.getInt(0);
    }

    /**
     * From struct tcp_info.
     *
     * @param segment bytes of the largest segment that is sent (tcpi_snd_mss)
     * @param retransmits segments sent again since the connection began (tcpi_total_retrans)
     */
    public record Info(int segment, long retransmits) {}

    public static Info info(int fd) {
        ByteBuffer info = buffer(256);
        ByteBuffer length = buffer(4).putInt(0, info.capacity());
        check("TCP_INFO", LIBC.getsockopt(fd, Sockets.IPPROTO_TCP, TCP_INFO, info, length));
        return new Info(info.getInt(16), info.getInt(100) & 0xffffffffL);
    }

    /** Whether a call reports that there is nothing to do at present. */
    public static boolean wouldBlock(int errno) {
        return errno == Errno.EAGAIN || errno == Errno.EINTR || errno == Errno.ENOBUFS;
    }
}
