package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.errno;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.harness.net.EpollHandle;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.SocketAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Ping}: a request, its reply or its time-out, the next. Lives on one event loop. */
final class PingRun extends EpollHandle {
    /** The longest IPv4 header and ICMP's, and a byte that tells a reply that is too long. */
    private static final int HEADERS = 60 + 8 + 1;

    private final Ping ping;
    private final CompletableFuture<PingResult> result;
    private final ByteBuffer target;
    private final IcmpEcho echo;
    private final StampedMessage message;
    private final long[] nanos;

    private int sequence = -1;
    private long sentAt;
    private long sentAtOnTheClock;
    private @Nullable ScheduledFuture<?> timeout;

    private int sent;
    private int received;
    private int errno;

    PingRun(Ping ping, int fd, CompletableFuture<PingResult> result) {
        super(fd);
        this.ping = ping;
        this.result = result;
        this.target = SocketAddress.of(ping.target(), 0);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        this.echo =
                new IcmpEcho(ping.target().family(), random.nextInt(1 << 16), random.nextLong(), ping.payloadBytes());
        this.message = new StampedMessage(ping.payloadBytes() + HEADERS);
        this.nanos = new long[ping.count()];
    }

    @Override
    protected void watching() {
        next();
    }

    private void next() {
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (sent == ping.count()) {
            finish();
            return;
        }
        sequence++;
        if (sequence > 0) {
            sent++;
        }
        timeout = loop().schedule(this::next, ping.timeout().toNanos(), TimeUnit.NANOSECONDS);
        ByteBuf request = echo.request(UnpooledByteBufAllocator.DEFAULT, sequence);
        int length = request.readableBytes();
        ByteBuffer bytes = request.internalNioBuffer(request.readerIndex(), length);
        Instant now = Instant.now();
        sentAt = System.nanoTime();
        sentAtOnTheClock = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        long gone = sockets().sendto(number(), bytes, length, Tcp.MSG_DONTWAIT, target, target.capacity());
        int problem = gone < 0 ? errno() : 0;
        request.release();
        if (problem != 0) {
            errno = problem;
            // Not at once, as a thousand refusals would fill the stack.
            loop().execute(this::next);
        }
    }

    @Override
    protected void ready(boolean readable, boolean writable) {
        int length = message.receive(number());
        while (length >= 0) {
            received(length, System.nanoTime());
            if (isClosed()) {
                return;
            }
            length = message.receive(number());
        }
        if (!Tcp.wouldBlock(errno())) {
            // A raw socket also reports ICMP errors about our own requests, such as "no route to host"; the run goes
            // on.
            errno = errno();
        }
    }

    private void received(int length, long at) {
        ByteBuf packet = Unpooled.wrappedBuffer(message.data().slice(0, length));
        if (!message.sender().equals(ping.target()) || !echo.isReply(packet, sequence)) {
            return;
        }
        if (sequence > 0) {
            nanos[received++] = roundTrip(at);
        }
        next();
    }

    /**
     * From our call to the kernel's receipt, as ping(8) counts; from our call to our own receipt when the clock was set in between.
     *
     * @param at our own receipt
     */
    private long roundTrip(long at) {
        long ours = at - sentAt;
        long kernels = message.stamp() - sentAtOnTheClock;
        return kernels > 0 && kernels <= ours ? kernels : ours;
    }

    private void finish() {
        close();
        result.complete(result(Arrays.copyOf(nanos, received)));
    }

    private PingResult result(long[] roundTrips) {
        if (received == 0) {
            return new PingResult(ping.target(), sent, 0, 0, 0, 0, 0, 0, errno, description());
        }
        Arrays.sort(roundTrips);
        return new PingResult(
                ping.target(),
                sent,
                received,
                roundTrips[0],
                Arrays.stream(roundTrips).sum() / received,
                roundTrips[received / 2],
                roundTrips[(int) Math.ceil(received * 0.99) - 1],
                roundTrips[received - 1],
                received == sent ? 0 : errno,
                received == sent ? "" : description());
    }

    private String description() {
        return errno == 0 ? "" : Errno.describe(errno);
    }

    @Override
    protected void broken(String reason) {
        result.completeExceptionally(new IllegalStateException("cannot ping: " + reason));
    }
}
