package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * ICMP echo (RFC 792). Each request waits for the reply to the one before; the first is a warm-up that is thrown away,
 * since it pays for address resolution and class loading. Requests carry "don't fragment": with a payload of the MTU less
 * 28 bytes a ping shows that the path carries full packets.
 *
 * @param target who shall answer
 * @param count requests that count, at least 1
 * @param payloadBytes bytes after the ICMP header, {@value #MIN_PAYLOAD} to {@value #MAX_PAYLOAD}
 * @param timeout how long each request may wait for its reply
 */
public record Ping(Ipv4Address target, int count, int payloadBytes, Duration timeout) {

    /** Room for the number that tells one run's packets from another's. */
    public static final int MIN_PAYLOAD = 16;
    /** The largest IPv4 packet less both headers. */
    public static final int MAX_PAYLOAD = 65535 - 28;

    private static final int ICMP_FILTER = 1;
    private static final int SOL_RAW = 255;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_PMTUDISC_DO = 2;

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
    public static Ping to(Ipv4Address target) {
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
     *     more
     */
    public Ping withPayload(int payloadBytes) {
        return new Ping(target, count, payloadBytes, timeout);
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
        int fd = from.call(Ping::openSocket);
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

    private static int openSocket() {
        int type = Sockets.SOCK_RAW | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
        int fd = check("open a raw ICMP socket", LIBC.socket(Sockets.AF_INET, type, Sockets.IPPROTO_ICMP));
        try {
            // linux/icmp.h: a set bit keeps that type away; all but echo reply.
            check(
                    "filter ICMP",
                    LIBC.setsockopt(fd, SOL_RAW, ICMP_FILTER, buffer(4).putInt(0, ~1), 4));
            Sockets.option("time stamps", fd, StampedMessage.SOL_SOCKET, StampedMessage.SO_TIMESTAMPNS, 1);
            Sockets.option("don't fragment", fd, Sockets.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
        return fd;
    }
}
