package io.fanatic.harness.probe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** One end of a {@link BulkTransfer}: sends while the socket takes it, receives whatever comes, sums up both. */
final class TransferEnd extends SimpleChannelInboundHandler<ByteBuf> {

    private final TransferRun run;
    private final SplittableRandom random = new SplittableRandom();
    private final byte[] chunk = new byte[BulkTransfer.CHUNK];
    private final CRC32C sentSum = new CRC32C();
    private final CRC32C receivedSum = new CRC32C();
    private long left;
    private long sent;
    private long received;
    private boolean sendingDone;
    private boolean receivingDone;
    // The other end's event loop reads these; `run` is locked on both sides.
    private volatile boolean done;
    private volatile long activeAt;

    TransferEnd(TransferRun run, long bytes) {
        this.run = run;
        this.left = bytes;
    }

    boolean done() {
        return done;
    }

    /** {@link System#nanoTime} of the connection's start. */
    long activeAt() {
        return activeAt;
    }

    /** What is wrong with this end's data as the other end holds it; empty when nothing is. Both must be done. */
    String damageAt(TransferEnd other) {
        if (sent != other.received) {
            return sent + " bytes sent but " + other.received + " received";
        }
        return sentSum.getValue() == other.receivedSum.getValue() ? "" : "checksums differ after " + sent + " bytes";
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        activeAt = System.nanoTime();
        send(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        send(context);
    }

    private void send(ChannelHandlerContext context) {
        while (left > 0 && context.channel().isWritable()) {
            int length = (int) Math.min(left, chunk.length);
            random.nextBytes(chunk);
            sentSum.update(chunk, 0, length);
            left -= length;
            sent += length;
            ByteBuf bytes = context.alloc().directBuffer(length).writeBytes(chunk, 0, length);
            if (left > 0) {
                context.writeAndFlush(bytes, context.voidPromise());
            } else {
                context.writeAndFlush(bytes).addListener(written -> {
                    if (written.isSuccess()) {
                        ((DuplexChannel) context.channel()).shutdownOutput();
                        sendingDone = true;
                        end();
                    }
                });
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        received += bytes.readableBytes();
        for (ByteBuffer part : bytes.nioBuffers()) {
            receivedSum.update(part);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            receivingDone = true;
            end();
        }
    }

    private void end() {
        if (sendingDone && receivingDone) {
            done = true;
            run.ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        // Both halves shut make the channel inactive as well; after the orderly end this changes nothing.
        if (!done) {
            run.fail("the connection ended early, " + received + " bytes received");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        run.fail("the connection broke: " + cause.getMessage());
    }
}
