package io.fanatic.harness.iperf;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.iperf.protocol.ControlConnection;
import io.fanatic.harness.iperf.protocol.Cookie;
import io.fanatic.harness.iperf.protocol.ParametersJson;
import io.fanatic.harness.iperf.protocol.ProtocolException;
import io.fanatic.harness.iperf.protocol.ResultsJson;
import io.fanatic.harness.iperf.protocol.ServerError;
import io.fanatic.harness.iperf.protocol.State;
import io.fanatic.harness.iperf.stream.Budget;
import io.fanatic.harness.iperf.stream.Stream;
import io.fanatic.harness.iperf.stream.TcpStream;
import io.fanatic.harness.iperf.stream.UdpReceiver;
import io.fanatic.harness.iperf.stream.UdpSender;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.TestLength;
import io.fanatic.harness.throughput.Tuning;
import io.fanatic.netlink.libc.ErrnoException;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One test at the server, on its event loop. */
final class ServerTest {
    /** What is under way when a client of so many bytes says that it is done. */
    private static final Duration ARRIVAL = Duration.ofMillis(500);

    private static final long ARRIVAL_TICK_MILLIS = 2;

    /** A test takes its time and some; the client ends it, not we. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final IperfServer server;
    private final Cookie cookie;
    private final IpAddress peer;
    private final List<Stream> streams = new ArrayList<>();
    private final List<PendingConnection> connections = new ArrayList<>();
    private final ControlConnection wire;

    private @Nullable IperfSpec spec;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ScheduledFuture<?> timer;
    /** A server sends until it is told to end, also in a test of so many bytes: clients count for themselves. */
    private final Budget sending = new Budget(Long.MAX_VALUE);

    private Phase phase = Phase.PARAMETERS;
    private boolean counted;
    private long startedAt;
    private double seconds;

    private enum Phase {
        PARAMETERS,
        STREAMS,
        RUNNING,
        RESULTS,
        OVER
    }

    ServerTest(IperfServer server, Cookie cookie, IpAddress peer) {
        this.server = server;
        this.cookie = cookie;
        this.peer = peer;
        this.wire = new ControlConnection(this::broken);
    }

    IpAddress peer() {
        return peer;
    }

    /** Begins with the connection that brought a new cookie. */
    void control(EpollSocketChannel channel) {
        channel.config().setAutoRead(false).setTcpNoDelay(true);
        channel.pipeline().addLast(wire);
        channel.closeFuture().addListener(closed -> {
            over();
            server.admission().leave(peer);
        });
        server.loop().register(channel);
        limit(IperfServer.PATIENCE);
        wire.send(State.PARAM_EXCHANGE);
        wire.readText(ParametersJson.MAX_BYTES, this::parameters);
    }

    private void parameters(String text) {
        IperfSpec wanted;
        try {
            wanted = ParametersJson.read(text);
        } catch (ProtocolException e) {
            decline(ServerError.PARAMETERS, 0, String.valueOf(e.getMessage()));
            return;
        }
        TestLength testLength = wanted.testLength();
        if (testLength.time().plus(testLength.omit()).compareTo(server.limits().longest()) > 0) {
            decline(ServerError.DURATION, 0, "");
            return;
        }
        if (!server.enter(peer)) {
            wire.send(State.ACCESS_DENIED);
            terminate("");
            return;
        }
        counted = true;
        spec = wanted;
        phase = Phase.STREAMS;
        limit(IperfServer.PATIENCE);
        wire.send(State.CREATE_STREAMS);
        wire.readState(this::state);
    }

    private void state(int state) {
        switch (state) {
            case State.TEST_END -> {
                if (phase != Phase.RUNNING) {
                    throw new ProtocolException("said TEST_END out of turn");
                }
                awaitArrival(System.nanoTime() + ARRIVAL.toNanos());
            }
            case State.CLIENT_TERMINATE, State.IPERF_DONE -> terminate("");
            default -> throw new ProtocolException("said " + State.name(state) + " out of turn");
        }
    }

    boolean waitsForUdp() {
        return phase == Phase.STREAMS && spec != null && spec.protocol() == Protocol.UDP;
    }

    /** A further TCP connection with our cookie. */
    void stream(PendingConnection pending) {
        IperfSpec wanted = spec;
        if (phase != Phase.STREAMS || wanted == null || wanted.protocol() != Protocol.TCP) {
            server.admission().offence(peer, "opened a stream out of turn");
            pending.drop();
            return;
        }
        connections.add(pending);
        int fd = pending.channel().fd().intValue();
        boolean sends = sendsNext(wanted);
        try {
            tune(fd, wanted.tuning());
        } catch (ErrnoException e) {
            decline(ServerError.CONGESTION, e.errno(), "");
            return;
        }
        // The connection is closed with the test: then it is also counted out.
        TcpStream stream = new TcpStream(
                Stream.idOf(streams.size()),
                sends,
                fd,
                () -> {},
                wanted,
                sends ? sending : new Budget(Long.MAX_VALUE),
                reason -> {});
        stream.watch(server.loop(), false, false);
        add(stream, wanted);
    }

    private static void tune(int fd, Tuning tuning) {
        if (tuning.window() > 0) {
            Tcp.setBuffers(fd, tuning.window());
        }
        if (tuning.noDelay()) {
            Tcp.setNoDelay(fd);
        }
        if (!tuning.congestion().isEmpty()) {
            Tcp.setCongestion(fd, tuning.congestion());
        }
    }

    /** A UDP hello from our peer; what then comes from there goes to the stream, if it receives. */
    Optional<UdpReceiver> datagrams(Predicate<ByteBuffer> socket) {
        IperfSpec wanted = spec;
        if (wanted == null) {
            return Optional.empty();
        }
        int id = Stream.idOf(streams.size());
        if (sendsNext(wanted)) {
            add(new UdpSender(id, server.loop(), wanted, socket, sending, reason -> {}), wanted);
            return Optional.empty();
        }
        UdpReceiver receiver = new UdpReceiver(id, wanted, new Budget(Long.MAX_VALUE), reason -> {});
        add(receiver, wanted);
        return Optional.of(receiver);
    }

    /** With both directions the client connects those first over which it sends. */
    private boolean sendsNext(IperfSpec wanted) {
        return switch (wanted.direction()) {
            case SEND -> false;
            case RECEIVE -> true;
            case BOTH -> streams.size() >= wanted.streams();
        };
    }

    private void add(Stream stream, IperfSpec wanted) {
        streams.add(stream);
        if (streams.size() == wanted.connections()) {
            // After the reply to the last UDP hello.
            server.loop().execute(() -> run(wanted));
        }
    }

    private void run(IperfSpec wanted) {
        if (phase != Phase.STREAMS) {
            return;
        }
        phase = Phase.RUNNING;
        TestLength testLength = wanted.testLength();
        limit(
                testLength.time().isZero()
                        ? server.limits().longest()
                        : testLength.time().plus(testLength.omit()).plus(GRACE));
        wire.send(State.TEST_START);
        wire.send(State.TEST_RUNNING);
        startedAt = System.nanoTime();
        streams.forEach(Stream::start);
        if (!testLength.omit().isZero()) {
            timer = server.loop()
                    .schedule(
                            () -> {
                                startedAt = System.nanoTime();
                                streams.forEach(Stream::countAnew);
                            },
                            testLength.omit().toNanos(),
                            TimeUnit.NANOSECONDS);
        }
    }

    /** The last bytes may be on their way still; the client counted what it sent. */
    private void awaitArrival(long until) {
        IperfSpec wanted = spec;
        if (phase != Phase.RUNNING || wanted == null) {
            return;
        }
        long received = streams.stream()
                .filter(each -> !each.sends())
                .mapToLong(Stream::bytes)
                .sum();
        boolean counts = wanted.direction().sends() && wanted.bytes() != Long.MAX_VALUE;
        if (counts && received < wanted.bytes() && System.nanoTime() - until < 0) {
            server.loop().schedule(() -> awaitArrival(until), ARRIVAL_TICK_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        phase = Phase.RESULTS;
        limit(IperfServer.PATIENCE);
        seconds = (System.nanoTime() - startedAt) / 1e9;
        streams.forEach(Stream::stop);
        streams.forEach(Stream::close);
        wire.send(State.EXCHANGE_RESULTS);
        wire.readText(ResultsJson.MAX_CLIENT_BYTES, text -> {
            ResultsJson.read(text);
            wire.send(ResultsJson.write(streams, seconds, wanted.serverOutput() ? report() : ""));
            wire.send(State.DISPLAY_RESULTS);
            wire.readState(this::state);
        });
    }

    private String report() {
        StringBuilder text = new StringBuilder("fanatic serve, for " + peer + "\n");
        for (Stream stream : streams) {
            text.append(String.format(
                    Locale.ROOT,
                    "[%3d] %s %.2f s, %d bytes, %.2f Mbit/s%n",
                    stream.id(),
                    stream.sends() ? "sent in" : "received in",
                    seconds,
                    stream.bytes(),
                    stream.bytes() * 8 / seconds / 1e6));
        }
        return text.toString();
    }

    private void decline(int code, int errno, String offence) {
        wire.send(State.SERVER_ERROR);
        wire.write(Unpooled.buffer(8).writeInt(code).writeInt(errno));
        terminate(offence);
    }

    private void broken(String reason) {
        boolean finished = phase == Phase.OVER;
        over();
        if (!finished) {
            server.admission().offence(peer, reason);
        }
    }

    private void limit(Duration time) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = server.loop()
                .schedule(
                        () -> {
                            if (phase == Phase.RUNNING) {
                                wire.send(State.SERVER_TERMINATE);
                            }
                            terminate("was too slow in the phase " + phase);
                        },
                        time.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** @param offence empty when there was none */
    void terminate(String offence) {
        wire.end();
        over();
        if (!offence.isEmpty()) {
            server.admission().offence(peer, offence);
        }
    }

    private void over() {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (timer != null) {
            timer.cancel(false);
        }
        streams.forEach(Stream::stop);
        streams.forEach(Stream::close);
        connections.forEach(PendingConnection::drop);
        server.udp().forget(this);
        server.forget(cookie);
        if (counted) {
            server.leave(peer);
        }
    }
}
