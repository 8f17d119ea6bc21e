package io.fanatic.harness.serve;

import io.fanatic.harness.iperf.IperfServer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Answers peers in the overlay: echo and discard, TCP and UDP, and iperf3. Bad, slow and hostile peers are closed and told of once;
 * the others notice nothing. Runs until it is closed, on event loops of the {@link Probes} that it was given.
 */
public final class Responder implements AutoCloseable {
    private final ConnectionLimiter limiter;
    private final TcpService echo;
    private final TcpService discard;
    private final IperfServer iperf;
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Responder(Probes probes, Optional<Namespace> where, ResponderSpec spec, Consumer<String> log) {
        limiter = new ConnectionLimiter(spec, log);
        IoEventLoop loop = probes.group().next();
        ServeLimits limits = spec.limits();
        try {
            echo = new TcpService(TcpService.Kind.ECHO, loop, where, spec.address(), spec.echoPort(), limiter, limits);
            closers.push(echo::close);
            udp(TcpService.Kind.ECHO, loop, where, spec, echo.port());
            discard = new TcpService(
                    TcpService.Kind.DISCARD, loop, where, spec.address(), spec.discardPort(), limiter, limits);
            closers.push(discard::close);
            udp(TcpService.Kind.DISCARD, loop, where, spec, discard.port());
            iperf = IperfServer.start(probes, where, spec.address(), spec.iperfPort(), limits.iperf(), limiter);
            closers.push(iperf::close);
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
    }

    private void udp(TcpService.Kind kind, IoEventLoop loop, Optional<Namespace> where, ResponderSpec spec, int port) {
        UdpService service = UdpService.open(kind, where, spec.address(), port, limiter);
        service.watch(loop, true, false);
        closers.push(() -> loop.submit(service::close).syncUninterruptibly());
    }

    /**
     * Opens all ports in the calling thread's network namespace.
     *
     * @param probes gives the event loops, and must stay open as long
     * @param spec where and whom to serve
     * @param log gets a line for each misdeed, once; called on event loops
     * @return the responder, which serves until it is closed
     * @throws java.io.UncheckedIOException when a port cannot be had, naming it; then none is open
     * @throws io.fanatic.core.FanaticException when a UDP port cannot be had
     */
    public static Responder start(Probes probes, ResponderSpec spec, Consumer<String> log) {
        return new Responder(probes, Optional.empty(), spec, log);
    }

    /**
     * As {@link #start(Probes, ResponderSpec, Consumer)}, in another network namespace.
     *
     * @param probes gives the event loops, and must stay open as long
     * @param where the namespace
     * @param spec where and whom to serve
     * @param log gets a line for each misdeed, once; called on event loops
     * @return the responder, which serves until it is closed
     */
    public static Responder start(Probes probes, Namespace where, ResponderSpec spec, Consumer<String> log) {
        return new Responder(probes, Optional.of(where), spec, log);
    }

    /** {@return the port of echo, TCP and UDP} */
    public int echoPort() {
        return echo.port();
    }

    /** {@return the port of discard, TCP and UDP} */
    public int discardPort() {
        return discard.port();
    }

    /** {@return the port of iperf3, TCP and UDP} */
    public int iperfPort() {
        return iperf.port();
    }

    /** {@return how many TCP connections there are} */
    public int connections() {
        return limiter.count();
    }

    /**
     * Waits until nobody has been here for so long, or the responder was closed, or the thread is interrupted. Somebody is here while
     * a connection is open, also a silent one, and when a datagram comes.
     *
     * @param idle how long nobody must have been here
     */
    public void awaitIdle(Duration idle) {
        awaitIdle(List.of(this), idle);
    }

    /**
     * Waits until nobody has been at any of several responders for so long at the same time, or the one where somebody was last is closed, or
     * the thread is interrupted.
     *
     * @param responders at least one
     * @param idle how long nobody must have been there
     */
    public static void awaitIdle(Collection<Responder> responders, Duration idle) {
        try {
            while (true) {
                long left = 0;
                Responder last = responders.iterator().next();
                for (Responder each : responders) {
                    long ofThis = idle.toNanos() - each.limiter.idleNanos();
                    if (ofThis > left) {
                        left = ofThis;
                        last = each;
                    }
                }
                if (left == 0 || last.closed.await(left, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends every connection and closes the ports; waits for that. Again is harmless. */
    @Override
    public synchronized void close() {
        closeAll();
        closed.countDown();
    }

    private void closeAll() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}
