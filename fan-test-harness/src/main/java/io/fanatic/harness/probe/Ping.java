package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * ICMP echo of either family (RFC 792, RFC 4443). Each request waits for the reply to the one before; the first is a warm-up that is thrown away,
 * since it pays for address resolution and class loading. Requests carry "don't fragment": those that {@linkplain #withPacket fill
 * the MTU} show that the path carries full packets.
 *
 * @param target who shall answer
 * @param count requests that count, at least 1
 * @param payloadBytes bytes after the ICMP header, {@value #MIN_PAYLOAD} to {@value #MAX_PAYLOAD}
 * @param timeout how long each request may wait for its reply
 */
public record Ping(IpAddress target, int count, int payloadBytes, Duration timeout) {

    /** Room for the number that tells one run's packets from another's. */
    public static final int MIN_PAYLOAD = 16;
    /** The largest IPv4 packet less both headers. */
    public static final int MAX_PAYLOAD = 65535 - 28;

    private static final int ICMP_HEADER = 8;
    private static final int ICMP_FILTER = 1;
    private static final int SOL_RAW = 255;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_DONTFRAG = 62;
    private static final int PMTUDISC_DO = 2;
    private static final int ICMPV6_FILTER_BYTES = 32;
    private static final int ICMPV6_ECHO_REPLY = 129;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when a number is out of its range
     */
    public Ping {
        if (count < 1 || payloadBytes < MIN_PAYLOAD || payloadBytes > MAX_PAYLOAD) {
            throw new IllegalArgumentException("cannot ping with " + count + " requests of " + payloadBytes + " bytes");
        }
    }

    /**
     * {@return three requests of 56 bytes, as ping(8) sends them, with a second for each}
     *
     * @param target who shall answer
     */
    public static Ping to(IpAddress target) {
        return new Ping(target, 3, 56, Duration.ofSeconds(1));
    }

    /**
     * {@return the same with so many requests}
     *
     * @param count those that count, at least 1
     */
    public Ping withCount(int count) {
        return new Ping(target, count, payloadBytes, timeout);
    }

    /**
     * {@return the same with packets of another size}
     *
     * @param payloadBytes after the ICMP header, {@value #MIN_PAYLOAD} to {@value #MAX_PAYLOAD}; the packet has 28
     *     more, 48 of IPv6
     */
    public Ping withPayload(int payloadBytes) {
        return new Ping(target, count, payloadBytes, timeout);
    }

    /**
     * {@return the same with packets of this size, headers included}
     *
     * @param bytes of the whole packet, such as the MTU of the path
     */
    public Ping withPacket(int bytes) {
        return withPayload(bytes - headers());
    }

    /** {@return bytes of the whole packet, headers included} */
    public int packetBytes() {
        return payloadBytes + headers();
    }

    private int headers() {
        return ICMP_HEADER + (target.family() == IpFamily.IPV4 ? 20 : 40);
    }

    /**
     * {@return the same with another timeout}
     *
     * @param timeout for each reply
     */
    public Ping withTimeout(Duration timeout) {
        return new Ping(target, count, payloadBytes, timeout);
    }

    /**
     * Starts from inside a namespace and returns at once; the result is there after at most (count + 1) time-outs.
     *
     * @param probes gives the event loops
     * @param from the network namespace to send from
     * @return what came of it
     * @throws io.fanatic.core.FanaticException when the namespace is gone or raw sockets are not allowed
     */
    public CompletableFuture<PingResult> start(Probes probes, Namespace from) {
        int fd = from.call(this::openSocket);
        return start(probes, fd);
    }

    /**
     * As {@link #start(Probes, Namespace)}, from the calling thread's network namespace.
     *
     * @param probes gives the event loops
     * @return what came of it
     */
    public CompletableFuture<PingResult> start(Probes probes) {
        return start(probes, openSocket());
    }

    private CompletableFuture<PingResult> start(Probes probes, int fd) {
        CompletableFuture<PingResult> result = new CompletableFuture<>();
        new PingRun(this, fd, result).watch(probes.group().next(), true, false);
        return result;
    }

    private int openSocket() {
        boolean ipv4 = target.family() == IpFamily.IPV4;
        int type = Sockets.SOCK_RAW | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
        int protocol = ipv4 ? Sockets.IPPROTO_ICMP : Sockets.IPPROTO_ICMPV6;
        int opened = check("open a raw ICMP socket", LIBC.socket(Sockets.number(target.family()), type, protocol));
        return Sockets.setUp(opened, fd -> {
            if (ipv4) {
                configureIpv4(fd);
            } else {
                configureIpv6(fd);
            }
            Sockets.option("time stamps", fd, StampedMessage.SOL_SOCKET, StampedMessage.SO_TIMESTAMPNS, 1);
        });
    }

    /** A set bit keeps that type away; all but echo reply (linux/icmp.h). */
    private static void configureIpv4(int fd) {
        ByteBuffer types = buffer(4).putInt(0, ~1);
        check("filter ICMP", LIBC.setsockopt(fd, SOL_RAW, ICMP_FILTER, types, types.capacity()));
        Sockets.option("don't fragment", fd, Sockets.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_DO);
    }

    /** The same of RFC 3542. Linux 5.19 asks a raw socket's "don't fragment" too, older kernels only the other one. */
    private static void configureIpv6(int fd) {
        ByteBuffer types = buffer(ICMPV6_FILTER_BYTES);
        for (int i = 0; i < ICMPV6_FILTER_BYTES; i += 4) {
            types.putInt(i, i == ICMPV6_ECHO_REPLY / 32 * 4 ? ~(1 << ICMPV6_ECHO_REPLY % 32) : ~0);
        }
        check("filter ICMPv6", LIBC.setsockopt(fd, Sockets.IPPROTO_ICMPV6, ICMP_FILTER, types, types.capacity()));
        Sockets.option("path MTU discovery", fd, Sockets.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DO);
        Sockets.option("don't fragment", fd, Sockets.IPPROTO_IPV6, IPV6_DONTFRAG, 1);
    }
}
