package io.fanatic.harness.iperf.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control connection: reads exactly what is waited for, one thing after the other, and sends states and texts. Reads the
 * socket only while something is waited for, so that a peer that talks too much fills its own buffers, not ours.
 */
public final class ControlConnection extends ChannelInboundHandlerAdapter {
    /** The socket may be read once more than needed, and Netty reads all at a hang-up. */
    private static final int MAX_HELD = 1 << 20;

    private final Consumer<String> broken;
    private final ByteBuf held = Unpooled.buffer(256);
    private int wanted;
    private @Nullable Consumer<ByteBuf> then;
    private @Nullable ChannelHandlerContext context;
    private boolean over;

    /** @param broken hears, once, why the connection ended before {@link #end} */
    public ControlConnection(Consumer<String> broken) {
        this.broken = broken;
    }

    /** Waits for so many bytes; they are only valid during the call. */
    public void read(int bytes, Consumer<ByteBuf> consumer) {
        wanted = bytes;
        then = consumer;
        proceed();
    }

    public void readState(Consumer<Integer> consumer) {
        read(1, bytes -> consumer.accept((int) bytes.readByte()));
    }

    /** Waits for a length and so many bytes of text. */
    public void readText(int most, Consumer<String> consumer) {
        read(4, bytes -> {
            long length = bytes.readUnsignedInt();
            if (length == 0 || length > most) {
                fail("announced " + length + " bytes of JSON, where 1 to " + most + " are allowed");
                return;
            }
            read((int) length, text -> consumer.accept(text.toString(StandardCharsets.UTF_8)));
        });
    }

    public void send(int state) {
        write(Unpooled.buffer(1).writeByte(state));
    }

    public void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(Unpooled.buffer(4 + bytes.length).writeInt(bytes.length).writeBytes(bytes));
    }

    public void write(ByteBuf bytes) {
        if (context != null) {
            context.writeAndFlush(bytes);
        }
    }

    /** Closes without calling that broken, once what was sent is out. */
    public void end() {
        over = true;
        if (context != null) {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (context != null) {
                    context.close();
                }
            });
        }
    }

    private void fail(String reason) {
        if (!over) {
            over = true;
            broken.accept(reason);
        }
        if (context != null) {
            context.close();
        }
    }

    private void proceed() {
        while (!over && then != null && held.readableBytes() >= wanted) {
            Consumer<ByteBuf> consumer = then;
            then = null;
            ByteBuf part = held.readSlice(wanted);
            try {
                consumer.accept(part);
            } catch (ProtocolException e) {
                fail(String.valueOf(e.getMessage()));
            }
        }
        if (!held.isReadable()) {
            held.clear();
        }
        if (!over && then != null && context != null) {
            context.read();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        proceed();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (held.readableBytes() + bytes.readableBytes() > wanted + MAX_HELD) {
                fail("sent more than anybody waits for");
                return;
            }
            held.discardReadBytes().writeBytes(bytes);
        } finally {
            bytes.release();
        }
        proceed();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail("hung up");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail("broke: " + cause.getMessage());
    }
}
