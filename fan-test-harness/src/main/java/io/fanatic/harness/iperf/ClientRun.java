package io.fanatic.harness.iperf;

import static io.fanatic.netlink.libc.Native.LIBC;

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
import io.fanatic.harness.net.Listening;
import io.fanatic.harness.net.Sockets;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.throughput.Conditions;
import io.fanatic.harness.throughput.Direction;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.Protocol;
import io.fanatic.harness.throughput.StreamResult;
import io.fanatic.harness.throughput.Throughput;
import io.fanatic.harness.throughput.Throughput.Reason;
import io.fanatic.harness.throughput.Tuning;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of an {@link IperfClient}, on one event loop. */
final class ClientRun {
    private final IperfClient client;
    private final IperfSpec spec;
    private final IoEventLoop loop;
    private final Optional<Namespace> from;
    private final CompletableFuture<Throughput> result = new CompletableFuture<>();
    private final Cookie cookie = Cookie.random();
    private final Budget sending;
    private final Budget receiving;
    private final List<Integer> unused = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private final List<ConnectedUdp> udp = new ArrayList<>();
    private final ControlConnection wire = new ControlConnection(reason -> fail(Reason.BROKEN, "the server " + reason));

    private @Nullable EpollSocketChannel control;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ScheduledFuture<?> timer;
    private long startedAt;
    private double seconds;
    private int mtu;
    private int segment;
    private boolean told;
    private boolean running;
    private boolean ended;
    private boolean finished;

    ClientRun(IperfClient client, IperfSpec spec, IoEventLoop loop, Optional<Namespace> from) {
        this.client = client;
        this.spec = spec;
        this.loop = loop;
        this.from = from;
        this.sending = new Budget(spec.bytes());
        this.receiving = new Budget(spec.bytes());
    }

    CompletableFuture<Throughput> start() {
        EpollSocketChannel channel;
        try {
            // Sockets belong to the namespace of the thread that makes them; from now on the loop does all.
            channel = Listening.inside(from, () -> {
                openStreams();
                return new EpollSocketChannel();
            });
        } catch (ErrnoException e) {
            unused.forEach(LIBC::close);
            if (!spec.tuning().congestion().isEmpty() && e.operation().contains("congestion control")) {
                return CompletableFuture.completedFuture(
                        new Throughput.Failed(spec, Reason.DECLINED, "cannot " + e.getMessage()));
            }
            throw e;
        }
        control = channel;
        channel.config().setAutoRead(false).setConnectTimeoutMillis((int)
                client.timeout().toMillis());
        channel.config().setTcpNoDelay(true);
        channel.pipeline().addLast(wire);
        loop.execute(() -> connect(channel));
        return result;
    }

    private void openStreams() {
        Tuning tuning = spec.tuning();
        for (int i = 0; i < spec.connections(); i++) {
            int fd = Tcp.open(
                    client.address().family(), spec.protocol() == Protocol.TCP ? Tcp.SOCK_STREAM : Tcp.SOCK_DGRAM);
            unused.add(fd);
            if (tuning.window() > 0) {
                Tcp.setBuffers(fd, tuning.window());
            }
            if (spec.protocol() == Protocol.TCP) {
                if (!tuning.congestion().isEmpty()) {
                    Tcp.setCongestion(fd, tuning.congestion());
                }
                if (tuning.segment() > 0) {
                    Tcp.setSegment(fd, tuning.segment());
                }
                if (tuning.noDelay()) {
                    Tcp.setNoDelay(fd);
                }
            }
        }
    }

    private void connect(EpollSocketChannel channel) {
        loop.register(channel);
        channel.connect(Sockets.socketAddress(client.address(), client.port())).addListener(connected -> {
            if (!connected.isSuccess()) {
                failConnecting(connected.cause());
                return;
            }
            wire.write(Unpooled.wrappedBuffer(cookie.bytes()));
            next();
        });
    }

    private void failConnecting(Throwable cause) {
        String to = client.address() + " port " + client.port();
        if (cause instanceof ConnectTimeoutException) {
            fail(
                    Reason.SILENT,
                    to + " did not answer within " + client.timeout().toMillis() + " ms");
        } else if (cause instanceof NoRouteToHostException) {
            fail(Reason.UNREACHABLE, "there is no route to " + client.address());
        } else if (cause instanceof ConnectException
                && String.valueOf(cause.getMessage()).contains("refused")) {
            fail(Reason.REFUSED, to + " refuses connections: no iperf3 server listens there");
        } else {
            fail(Reason.UNREACHABLE, "cannot connect to " + to + ": " + cause.getMessage());
        }
    }

    /** Waits for the server's next word. */
    private void next() {
        limit(
                client.timeout(),
                "the server said nothing for " + client.timeout().toMillis() + " ms");
        wire.readState(this::state);
    }

    private void state(int state) {
        switch (state) {
            case State.PARAM_EXCHANGE -> {
                wire.send(ParametersJson.write(spec));
                next();
            }
            case State.CREATE_STREAMS -> {
                createStream(0);
                next();
            }
            case State.TEST_START -> next();
            case State.TEST_RUNNING -> {
                next();
                told = true;
                runWhenReady();
            }
            case State.EXCHANGE_RESULTS -> exchangeResults();
            case State.ACCESS_DENIED ->
                fail(Reason.BUSY, "the server is busy with another test, or does not serve this address");
            case State.SERVER_ERROR ->
                wire.read(8, bytes -> {
                    int code = bytes.readInt();
                    int errno = bytes.readInt();
                    fail(Reason.DECLINED, "the server declines: " + ServerError.sentence(code, errno));
                });
            case State.SERVER_TERMINATE -> fail(Reason.DECLINED, "the server ended the test");
            default -> throw new ProtocolException("said " + State.name(state) + " out of turn");
        }
    }

    /** One after the other, since the server numbers them in the order in which it accepts them. */
    private void createStream(int index) {
        if (finished || index == spec.connections()) {
            runWhenReady();
            return;
        }
        int id = Stream.idOf(index);
        boolean sends = spec.direction() == Direction.BOTH
                ? index < spec.streams()
                : spec.direction().sends();
        int fd = unused.remove(0);
        if (spec.protocol() == Protocol.TCP) {
            connectTcp(index, id, sends, fd);
        } else {
            connectUdp(index, id, sends, fd);
        }
    }

    private void connectTcp(int index, int id, boolean sends, int fd) {
        Connecting connecting = new Connecting(fd, cookie, reason -> {
            if (finished || !reason.isEmpty()) {
                LIBC.close(fd);
                fail(Reason.BROKEN, reason);
                return;
            }
            observe(fd);
            TcpStream stream = new TcpStream(
                    id, sends, fd, () -> LIBC.close(fd), spec, sends ? sending : receiving, this::streamEnded);
            streams.add(stream);
            stream.watch(loop, false, false);
            createStream(index + 1);
        });
        int errno = connecting.connect(client.address(), client.port());
        if (errno != 0) {
            connecting.close();
            fail(Reason.UNREACHABLE, "cannot connect a stream: " + Errno.describe(errno));
            return;
        }
        connecting.watch(loop, false, true);
    }

    private void connectUdp(int index, int id, boolean sends, int fd) {
        ConnectedUdp[] self = new ConnectedUdp[1];
        ConnectedUdp socket = new ConnectedUdp(fd, reason -> {
            if (!reason.isEmpty()) {
                fail(Reason.BROKEN, reason);
                return;
            }
            observe(fd);
            if (sends) {
                streams.add(new UdpSender(id, loop, spec, self[0]::send, sending, this::streamEnded));
            } else {
                UdpReceiver receiver = new UdpReceiver(id, spec, receiving, this::streamEnded);
                self[0].deliverTo(receiver);
                streams.add(receiver);
            }
            createStream(index + 1);
        });
        self[0] = socket;
        udp.add(socket);
        int errno = socket.greet(client.address(), client.port());
        if (errno != 0) {
            fail(Reason.UNREACHABLE, "cannot reach the server by UDP: " + Errno.describe(errno));
            return;
        }
        socket.watch(loop, true, false);
    }

    private void observe(int fd) {
        mtu = Tcp.pathMtu(fd, client.address().family());
        segment = spec.protocol() == Protocol.TCP ? Tcp.info(fd).segment() : spec.length();
    }

    /** The word to run may come before the last UDP stream's reply, as these are two sockets. */
    private void runWhenReady() {
        if (!told || running || finished || streams.size() < spec.connections()) {
            return;
        }
        running = true;
        startedAt = System.nanoTime();
        streams.forEach(Stream::start);
        Duration omit = spec.testLength().omit();
        if (!omit.isZero()) {
            timer = loop.schedule(this::countAnew, omit.toNanos(), TimeUnit.NANOSECONDS);
        } else {
            countAnew();
        }
    }

    private void countAnew() {
        startedAt = System.nanoTime();
        streams.forEach(Stream::countAnew);
        Duration time = spec.testLength().time();
        if (time.isZero()) {
            watchProgress(-1);
        } else {
            limit(time.plus(client.timeout()), "the test did not end in time");
            timer = loop.schedule(this::endTest, time.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A test of so many bytes may take long, but must not stand still. */
    private void watchProgress(long before) {
        long now = streams.stream().mapToLong(Stream::bytes).sum();
        if (now == before) {
            fail(
                    Reason.STALLED,
                    "nothing was transferred for " + client.timeout().toMillis() + " ms");
        } else if (!ended) {
            limit(client.timeout().multipliedBy(2), "the test did not end in time");
            timer = loop.schedule(() -> watchProgress(now), client.timeout().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A stream has done its share, or broke. */
    private void streamEnded(String reason) {
        if (ended || finished) {
            return;
        }
        if (!running) {
            fail(Reason.BROKEN, reason);
        } else if (!reason.isEmpty()) {
            fail(Reason.BROKEN, reason);
        } else if (done()) {
            endTest();
        }
    }

    /** Whether all that was to be sent or received in each direction has been. */
    private boolean done() {
        return (!spec.direction().sends() || sending.spent())
                && (!spec.direction().receives() || receiving.spent());
    }

    private void endTest() {
        if (ended || finished) {
            return;
        }
        ended = true;
        cancel(timer);
        seconds = (System.nanoTime() - startedAt) / 1e9;
        streams.forEach(Stream::stop);
        wire.send(State.TEST_END);
        limit(client.timeout(), "the server did not end the test");
    }

    private void exchangeResults() {
        if (!ended) {
            throw new ProtocolException("wants results before the end");
        }
        wire.send(ResultsJson.write(streams, seconds, ""));
        wire.readText(ResultsJson.MAX_SERVER_BYTES, text -> {
            ResultsJson theirs = ResultsJson.read(text);
            wire.readState(state -> {
                if (state != State.DISPLAY_RESULTS) {
                    throw new ProtocolException("said " + State.name(state) + " out of turn");
                }
                wire.send(State.IPERF_DONE);
                finish(measured(theirs));
            });
        });
    }

    private Throughput measured(ResultsJson theirs) {
        List<StreamResult> results = new ArrayList<>();
        for (Stream ours : streams) {
            ResultsJson.Row row = theirs.streams().get(ours.id());
            if (row == null) {
                throw new ProtocolException("left out the results of a stream");
            }
            boolean sends = ours.sends();
            results.add(new StreamResult(
                    ours.id(),
                    sends,
                    sends ? ours.bytes() : row.bytes(),
                    sends ? row.bytes() : ours.bytes(),
                    sends && row.seconds() > 0 ? row.seconds() : seconds,
                    sends ? ours.retransmits() : row.retransmits(),
                    spec.protocol() == Protocol.TCP
                            ? Optional.empty()
                            : sends ? Optional.of(row.datagrams()) : ours.datagrams()));
        }
        boolean tcp = spec.protocol() == Protocol.TCP;
        Conditions conditions = new Conditions(
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                streams.get(0).congestion(),
                tcp ? theirs.congestion() : "none",
                mtu,
                segment,
                spec.streams());
        return new Throughput.Measured(spec, conditions, results, theirs.serverOutput());
    }

    private void limit(Duration time, String sentence) {
        cancel(deadline);
        deadline = loop.schedule(() -> fail(Reason.SILENT, sentence), time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void cancel(@Nullable ScheduledFuture<?> future) {
        if (future != null) {
            future.cancel(false);
        }
    }

    private void fail(Reason reason, String sentence) {
        finish(new Throughput.Failed(spec, reason, sentence));
    }

    private void finish(Throughput outcome) {
        if (finished) {
            return;
        }
        finished = true;
        cancel(deadline);
        cancel(timer);
        unused.forEach(LIBC::close);
        streams.forEach(Stream::close);
        udp.forEach(ConnectedUdp::close);
        wire.end();
        // The caller may delete the namespace once it has the result, so no socket of ours may be left in it.
        if (control == null || !control.isOpen() || !control.isRegistered()) {
            result.complete(outcome);
        } else {
            control.closeFuture().addListener(closed -> result.complete(outcome));
            if (!control.isActive()) {
                control.close();
            }
        }
    }
}
