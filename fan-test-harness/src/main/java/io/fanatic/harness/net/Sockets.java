package io.fanatic.harness.net;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.libc.SocketAddress;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Socket numbers of the kernel's headers and the step between our addresses and the JDK's. */
public final class Sockets {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
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
    public static final int IPPROTO_IPV6 = 41;
    public static final int IPPROTO_ICMPV6 = 58;

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

    /** An IPv4 address also where it is written as one of IPv6 ({@code ::ffff:250.0.1.2}), as sockets of both families do. */
    public static IpAddress address(InetAddress address) {
        try {
            return IpAddress.ofOctets(
                    InetAddress.getByAddress(address.getAddress()).getAddress());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException("4 or 16 octets are an address", e);
        }
    }

    /** AF_INET or AF_INET6. */
    public static int number(IpFamily family) {
        return family == IpFamily.IPV4 ? AF_INET : AF_INET6;
    }

    /**
     * A raw socket (raw(7)) from one address to another: the kernel puts an IPv4 header of this protocol in front of what is sent, and
     * hands over what comes back, ICMP errors about it as errno.
     *
     * @return the descriptor, for the caller to close
     * @throws io.fanatic.netlink.libc.ErrnoException EPERM without CAP_NET_RAW, EADDRNOTAVAIL when {@code from} is not of this host
     */
    public static int raw(int protocol, Ipv4Address from, Ipv4Address to) {
        int opened = check("open a raw socket", LIBC.socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, protocol));
        return setUp(opened, fd -> {
            Tcp.bind(fd, from, 0);
            ByteBuffer there = SocketAddress.of(to, 0);
            check("connect to " + to, LIBC.connect(fd, there, there.capacity()));
        });
    }

    /** {@return a new descriptor when all is done to it; when that fails, it is closed} */
    public static int setUp(int fd, IntConsumer work) {
        try {
            work.accept(fd);
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
