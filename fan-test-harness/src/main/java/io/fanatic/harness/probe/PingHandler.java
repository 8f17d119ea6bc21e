package io.fanatic.harness.probe;

import io.fanatic.harness.net.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Ping}: a request, its reply or its time-out, the next. Lives on the channel's event loop alone. */
final class PingHandler extends SimpleChannelInboundHandler<DatagramPacket> {

    private final Ping ping;
    private final CompletableFuture<PingResult> result;
    private final InetSocketAddress target;
    private final IcmpEcho echo;

    private int sequence = -1;
    private long sentAt;
    private @Nullable ScheduledFuture<?> timeout;

    private int sent;
    private int received;
    private long min = Long.MAX_VALUE;
    private long sum;
    private long max;
    private String error = "";

    PingHandler(Ping ping, CompletableFuture<PingResult> result) {
        this.ping = ping;
        this.result = result;
        this.target = Sockets.socketAddress(ping.target(), 0);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        this.echo = new IcmpEcho(random.nextInt(1 << 16), random.nextLong(), ping.payloadBytes());
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        next(context);
    }

    private void next(ChannelHandlerContext context) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (sent == ping.count()) {
            context.close();
            return;
        }
        sequence++;
        if (sequence > 0) {
            sent++;
        }
        timeout =
                context.executor().schedule(() -> next(context), ping.timeout().toNanos(), TimeUnit.NANOSECONDS);
        ByteBuf request = echo.request(context.alloc(), sequence);
        sentAt = System.nanoTime();
        int number = sequence;
        context.writeAndFlush(new DatagramPacket(request, target)).addListener(written -> {
            if (!written.isSuccess() && number == sequence && context.channel().isOpen()) {
                error = String.valueOf(written.cause().getMessage());
                next(context);
            }
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        long rtt = System.nanoTime() - sentAt;
        boolean fromTarget = packet.sender().getAddress().equals(target.getAddress());
        if (!fromTarget || !echo.isReplyInIpv4(packet.content(), sequence)) {
            return;
        }
        if (sequence > 0) {
            received++;
            min = Math.min(min, rtt);
            max = Math.max(max, rtt);
            sum += rtt;
        }
        next(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (timeout != null) {
            timeout.cancel(false);
        }
        long average = received == 0 ? 0 : sum / received;
        result.complete(new PingResult(
                ping.target(), sent, received, received == 0 ? 0 : min, average, max, received == sent ? "" : error));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A raw socket also reports ICMP errors about our own requests, such as "no route to host"; the run goes on.
        error = String.valueOf(cause.getMessage());
    }
}
