package io.fanatic.harness.probe;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Both ends of one {@link BulkTransfer}. The ends run on different event loops, so this is guarded by its own lock. */
final class TransferRun {

    private static final int TCP_CONGESTION = 13;
    /** linux/tcp.h: TCP_CA_NAME_MAX. */
    private static final int NAME_BYTES = 16;

    private final BulkTransfer transfer;
    private final CompletableFuture<TransferResult> result = new CompletableFuture<>();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<TransferEnd> ends = new ArrayList<>();
    private Optional<IpAddress> source = Optional.empty();
    private String congestion = "";
    private @Nullable ScheduledFuture<?> deadline;
    private boolean finished;

    TransferRun(BulkTransfer transfer) {
        this.transfer = transfer;
    }

    CompletableFuture<TransferResult> result() {
        return result;
    }

    synchronized void listening(Channel channel) {
        channels.add(channel);
        deadline = channel.eventLoop()
                .schedule(
                        () -> fail("not done within " + transfer.timeout().toMillis() + " ms"),
                        transfer.timeout().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    synchronized void accepted(EpollSocketChannel channel) {
        InetSocketAddress peer = channel.remoteAddress();
        source = Optional.of(Sockets.address(peer.getAddress()));
        add(channel);
    }

    synchronized void connecting(EpollSocketChannel channel) {
        add(channel);
    }

    private void add(EpollSocketChannel channel) {
        channels.add(channel);
        if (finished) {
            channel.close();
            return;
        }
        try {
            congestion = useCongestionControl(channel);
        } catch (RuntimeException e) {
            fail("cannot use congestion control " + transfer.congestion() + ": " + e.getMessage());
            return;
        }
        TransferEnd end = new TransferEnd(this, transfer.bytes());
        ends.add(end);
        channel.pipeline().addLast(end);
    }

    /** Sets it and gives back what the socket then says. */
    private String useCongestionControl(EpollSocketChannel channel) {
        byte[] name = transfer.congestion().getBytes(StandardCharsets.US_ASCII);
        channel.config().setOption(congestionOption(name.length), ByteBuffer.wrap(name));
        ByteBuffer used = channel.config().getOption(congestionOption(NAME_BYTES));
        StringBuilder text = new StringBuilder();
        while (used.hasRemaining() && used.get(used.position()) != 0) {
            text.append((char) used.get());
        }
        return text.toString();
    }

    private static RawUnixChannelOption congestionOption(int bytes) {
        return new RawUnixChannelOption("TCP_CONGESTION", Sockets.IPPROTO_TCP, TCP_CONGESTION, bytes);
    }

    /** Called by an end that has sent everything and read the other's end of stream. */
    synchronized void ended() {
        if (ends.size() != 2 || !ends.get(0).done() || !ends.get(1).done()) {
            return;
        }
        String damage = ends.get(0).damageAt(ends.get(1));
        finish(damage.isEmpty() ? ends.get(1).damageAt(ends.get(0)) : damage);
    }

    /** Ends the run with a reason; only the first counts. */
    synchronized void fail(String error) {
        finish(error);
    }

    private void finish(String error) {
        if (finished) {
            return;
        }
        finished = true;
        long now = System.nanoTime();
        long nanos = error.isEmpty()
                ? now - Math.min(ends.get(0).activeAt(), ends.get(1).activeAt())
                : 0;
        if (deadline != null) {
            deadline.cancel(false);
        }
        // The caller may delete the namespaces once it has the result, so no socket of ours may be left in them.
        TransferResult outcome = new TransferResult(transfer.bytes(), nanos, congestion, source, error);
        channels.close().addListener(closed -> result.complete(outcome));
    }
}
