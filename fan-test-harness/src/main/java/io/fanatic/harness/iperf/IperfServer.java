package io.fanatic.harness.iperf;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.Cookie;
import io.fanatic.harness.net.AccessPolicy;
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Serves iperf3 clients, several at once, until it is closed. All of it runs on one event loop; a connection that waits costs
 * some hundred bytes, and one that transfers no more than that.
 */
public final class IperfServer implements AutoCloseable {

    /** How long a peer may take for each step of the protocol. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final IoEventLoop loop;
    private final Limits limits;
    private final AccessPolicy policy;
    private final Map<Cookie, ServerTest> tests = new HashMap<>();
    /** How many tests run, by the owner of the peer's address. */
    private final Map<IpAddress, Integer> running = new HashMap<>();

    private final Channel listening;
    private final UdpPort udp;
    private int busy;

    private IperfServer(
            IoEventLoop loop,
            Optional<Namespace> where,
            IpAddress address,
            int port,
            Limits limits,
            AccessPolicy policy) {
        this.loop = loop;
        this.limits = limits;
        this.policy = policy;
        this.listening = Listening.on(loop, where, address, port, this::accepted);
        int realPort = Listening.port(listening);
        UdpPort socket;
        try {
            socket = new UdpPort(Listening.inside(where, () -> udpSocket(address, realPort)), this);
        } catch (RuntimeException e) {
            listening.close().syncUninterruptibly();
            throw e;
        }
        udp = socket;
        udp.watch(loop, true, false);
    }

    private static int udpSocket(IpAddress address, int port) {
        return Sockets.setUp(Tcp.open(address.family(), Tcp.SOCK_DGRAM), fd -> Tcp.bind(fd, address, port));
    }

    /**
     * What one server does at most.
     *
     * @param tests at the same time, all but one of them for one peer; more are told that the server is busy
     * @param longest a test; one that is announced to be longer is declined, one of so many bytes is cut off
     */
    public record Limits(int tests, Duration longest) {
        /** Four tests at once, five minutes each. */
        public static final Limits DEFAULT = new Limits(4, Duration.ofMinutes(5));

        /** All but one, which is left for another peer. */
        int testsOfOne() {
            return Math.max(1, tests - 1);
        }
    }

    /**
     * Opens the port, TCP and UDP.
     *
     * @param probes gives the event loop; where client and server run in one program, each should have its own {@link
     *     Probes}, or they may share a loop and wait for each other
     * @param where whose port it is; empty for the calling thread's network namespace
     * @param address to listen on
     * @param port 0 for one that the kernel chooses
     * @param limits what it does at most
     * @return the server, which serves until it is closed
     * @throws java.io.UncheckedIOException when the TCP port cannot be had
     * @throws io.fanatic.core.FanaticException when the UDP port cannot be had, or the namespace is gone
     */
    public static IperfServer start(
            Probes probes, Optional<Namespace> where, IpAddress address, int port, Limits limits) {
        return start(probes, where, address, port, limits, AccessPolicy.EVERYBODY);
    }

    /**
     * As the other, for those that an admission lets in.
     *
     * @param probes gives the event loop
     * @param where whose port it is; empty for the calling thread's network namespace
     * @param address to listen on
     * @param port 0 for one that the kernel chooses
     * @param limits what it does at most
     * @param policy asked for each connection
     * @return the server, which serves until it is closed
     */
    public static IperfServer start(
            Probes probes, Optional<Namespace> where, IpAddress address, int port, Limits limits, AccessPolicy policy) {
        return new IperfServer(probes.group().next(), where, address, port, limits, policy);
    }

    /** {@return the port, TCP and UDP} */
    public int port() {
        return Listening.port(listening);
    }

    private void accepted(EpollSocketChannel channel) {
        IpAddress peer = Sockets.address(channel.remoteAddress().getAddress());
        if (!policy.enter(peer)) {
            channel.unsafe().closeForcibly();
            return;
        }
        new PendingConnection(this, peer, channel).watch(loop, true, false);
    }

    /** A connection has said whose it is. */
    void introduced(PendingConnection pending, Cookie cookie) {
        ServerTest test = tests.get(cookie);
        if (test != null) {
            test.stream(pending);
            return;
        }
        test = new ServerTest(this, cookie, pending.peer());
        tests.put(cookie, test);
        test.control(pending.channel());
    }

    /** The test of that peer that waits for UDP streams. */
    Optional<ServerTest> waitingForUdp(IpAddress peer) {
        return tests.values().stream()
                .filter(test -> test.peer().equals(peer) && test.waitsForUdp())
                .findFirst();
    }

    /** Whether one more test of this peer may run; then {@link #leave} follows. */
    boolean enter(IpAddress peer) {
        IpAddress owner = policy.owner(peer);
        int own = running.getOrDefault(owner, 0);
        if (busy >= limits.tests() || own >= limits.testsOfOne()) {
            return false;
        }
        running.put(owner, own + 1);
        busy++;
        return true;
    }

    void leave(IpAddress peer) {
        running.computeIfPresent(policy.owner(peer), (owner, before) -> before == 1 ? null : before - 1);
        busy--;
    }

    void forget(Cookie cookie) {
        tests.remove(cookie);
    }

    IoEventLoop loop() {
        return loop;
    }

    Limits limits() {
        return limits;
    }

    AccessPolicy admission() {
        return policy;
    }

    UdpPort udp() {
        return udp;
    }

    /** Ends every test and closes the port; waits for that. */
    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loop.submit(() -> {
                    udp.close();
                    List.copyOf(tests.values()).forEach(test -> test.terminate("the server was closed"));
                })
                .syncUninterruptibly();
    }
}
