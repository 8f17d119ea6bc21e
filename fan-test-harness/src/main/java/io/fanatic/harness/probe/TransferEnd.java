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
    private final long bytes;
    private long left;
    private long sent;
    private long received;
    private boolean allWritten;
    private boolean outputShut;
    // The other end's event loop reads these; `run` is locked on both sides.
    private volatile boolean done;
    private volatile long activeAt;

    TransferEnd(TransferRun run, long bytes) {
        this.run = run;
        this.bytes = bytes;
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
            ByteBuf part = context.alloc().directBuffer(length).writeBytes(chunk, 0, length);
            if (left > 0) {
                context.writeAndFlush(part, context.voidPromise());
            } else {
                context.writeAndFlush(part).addListener(written -> {
                    allWritten = written.isSuccess();
                    shutWhenBothWaysAreDone(context);
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
        shutWhenBothWaysAreDone(context);
    }

    /**
     * Not as soon as everything is written: Netty (4.2.18) takes a socket whose input has ended out of its epoll set, and then
     * cannot wait for it to become writable. So the other end hears the end of the stream only when it has nothing to write.
     */
    private void shutWhenBothWaysAreDone(ChannelHandlerContext context) {
        if (allWritten && received >= bytes && !outputShut) {
            outputShut = true;
            ((DuplexChannel) context.channel()).shutdownOutput();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && outputShut) {
            done = true;
            run.ended();
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            run.fail("the connection ended early, " + received + " bytes received");
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
