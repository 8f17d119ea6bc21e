package io.fanatic.harness.iperf.stream;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.errno;

import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.fanatic.harness.throughput.IperfSpec;
import io.fanatic.harness.throughput.UdpCounts;
import io.fanatic.netlink.libc.Errno;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One end of a TCP stream. The sender writes the same block while the socket takes it; the receiver lets the kernel throw away
 * what came (MSG_TRUNC), since nobody looks at it: with 256 KiB at a time that is half again as fast as copying it out.
 */
public final class TcpStream extends EpollHandle implements Stream {
    /** Of one call of the event loop, so that the control connection gets its turn. */
    private static final int CALLS = 16;

    private static final int RECEIVED_AT_ONCE = 256 << 10;

    private final int id;
    private final boolean sends;
    private final int length;
    private final Pacer pacer;
    private final Budget budget;
    private final Consumer<String> ended;

    private boolean running;
    private long bytes;
    private OptionalLong retransmits = OptionalLong.empty();
    private String congestion = "unknown";

    /**
     * @param fd connected, the cookie sent or read
     * @param closer closes it
     * @param budget of all senders, or of all receivers
     * @param ended hears when the budget is spent, with an empty text, or why the stream broke
     */
    public TcpStream(
            int id, boolean sends, int fd, Runnable closer, IperfSpec spec, Budget budget, Consumer<String> ended) {
        super(fd, closer);
        this.id = id;
        this.sends = sends;
        this.length = spec.length();
        this.pacer = new Pacer(spec.rate());
        this.budget = budget;
        this.ended = ended;
    }

    @Override
    public void start() {
        running = true;
        pacer.start();
        want(!sends, sends);
    }

    @Override
    protected void watching() {
        want(!sends && running, sends && running);
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        if (!running) {
            // Before the start, or after the end: an error, or the other end's hang-up.
            over("the stream was cut");
        } else if (sends) {
            send();
        } else {
            receive();
        }
    }

    private void send() {
        for (int i = 0; i < CALLS; i++) {
            if (pacer.ahead()) {
                want(false, false);
                loop().schedule(this::resume, Pacer.TICK_NANOS, TimeUnit.NANOSECONDS);
                return;
            }
            int next = budget.grant(length);
            if (next == 0) {
                running = false;
                want(false, false);
                ended.accept("");
                return;
            }
            long sent = LIBC.send(number(), Payload.POINTER, next, Tcp.MSG_DONTWAIT | Tcp.MSG_NOSIGNAL);
            if (sent < 0) {
                failed(errno());
                return;
            }
            bytes += sent;
            pacer.sent(sent);
            budget.spend(sent);
            if (sent < next) {
                // Full for now; asking again would cost a system call to hear so.
                return;
            }
        }
    }

    private void resume() {
        if (running && !isClosed()) {
            want(false, true);
        }
    }

    private void receive() {
        for (int i = 0; i < CALLS; i++) {
            long received = LIBC.recv(number(), Payload.POINTER, RECEIVED_AT_ONCE, Tcp.MSG_DONTWAIT | Tcp.MSG_TRUNC);
            if (received < 0) {
                failed(errno());
                return;
            }
            if (received == 0) {
                over("the stream ended");
                return;
            }
            bytes += received;
            budget.spend(received);
            if (budget.spent()) {
                ended.accept("");
                return;
            }
            if (received < RECEIVED_AT_ONCE) {
                return;
            }
        }
    }

    private void failed(int errno) {
        if (!Tcp.wouldBlock(errno)) {
            over("the stream broke: " + Errno.describe(errno));
        }
    }

    /** Whatever ended it, nothing more can be had of the socket. */
    private void over(String reason) {
        ask();
        running = false;
        close();
        ended.accept(reason);
    }

    @Override
    protected void broken(String reason) {
        ended.accept(reason);
    }

    @Override
    public void countAnew() {
        bytes = 0;
    }

    @Override
    public void stop() {
        ask();
        running = false;
        want(false, false);
    }

    private void ask() {
        if (!isClosed()) {
            congestion = Tcp.congestion(number());
            if (sends) {
                retransmits = OptionalLong.of(Tcp.info(number()).retransmits());
            }
        }
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public boolean sends() {
        return sends;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Optional<UdpCounts> datagrams() {
        return Optional.empty();
    }

    @Override
    public OptionalLong retransmits() {
        return retransmits;
    }

    @Override
    public String congestion() {
        return congestion;
    }
}
