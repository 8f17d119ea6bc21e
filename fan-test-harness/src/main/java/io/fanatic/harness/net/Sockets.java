package io.fanatic.harness.net;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.libc.SockaddrIn;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Socket numbers of the kernel's headers and the step between our addresses and the JDK's. */
public final class Sockets {
    public static final int AF_INET = 2;
    public static final int AF_PACKET = 17;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 04000;
    public static final int SOCK_CLOEXEC = 02000000;

    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_ICMP = 1;
    /** RFC 2003. */
    public static final int IPPROTO_IPIP = 4;

    public static final int IPPROTO_TCP = 6;
    public static final int IPPROTO_UDP = 17;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;

    private Sockets() {}

    public static InetSocketAddress socketAddress(IpAddress address, int port) {
        return new InetSocketAddress(inetAddress(address), port);
    }

    public static InetAddress inetAddress(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.octets());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException("4 or 16 octets are an address", e);
        }
    }

    public static Ipv4Address address(InetAddress address) {
        byte[] octets = address.getAddress();
        return Ipv4Address.of(ByteBuffer.wrap(octets, octets.length - 4, 4).getInt());
    }

    /**
     * A raw socket (raw(7)) from one address to another: the kernel puts an IPv4 header of this protocol in front of what is sent, and
     * hands over what comes back, ICMP errors about it as errno.
     *
     * @return the descriptor, for the caller to close
     * @throws io.fanatic.netlink.libc.ErrnoException EPERM without CAP_NET_RAW, EADDRNOTAVAIL when {@code from} is not of this host
     */
    public static int raw(int protocol, Ipv4Address from, Ipv4Address to) {
        int fd = check("open a raw socket", LIBC.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol));
        try {
            check("bind to " + from, LIBC.bind(fd, SockaddrIn.of(from, 0), SockaddrIn.BYTES));
            check("connect to " + to, LIBC.connect(fd, SockaddrIn.of(to, 0), SockaddrIn.BYTES));
            return fd;
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    public static void option(String what, int fd, int level, int name, int value) {
        ByteBuffer bytes = buffer(4).putInt(0, value);
        check("set " + what, LIBC.setsockopt(fd, level, name, bytes, 4));
    }

    /** Lets reading wait no longer than this, at least a millisecond; then it fails with EAGAIN. */
    public static void receiveTimeout(int fd, Duration timeout) {
        long micros = Math.max(1000, timeout.toNanos() / 1000);
        ByteBuffer wait = buffer(16).putLong(0, micros / 1_000_000).putLong(8, micros % 1_000_000);
        check("set a time-out", LIBC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, wait, 16));
    }
}
