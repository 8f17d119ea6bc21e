package io.fanatic.harness.iperf.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A control connection of iperf3 with a peer that says anything: the cookie, then states and texts in turn, in pieces as the
 * network cuts them. It reads on, or complains once and closes. Documented: that complaint.
 */
public final class ControlConnectionFuzz {
    private static final int MAX_TEXT = 1024;

    private ControlConnectionFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        List<String> complaints = new ArrayList<>();
        ControlConnection wire = new ControlConnection(complaints::add);
        EmbeddedChannel channel = new EmbeddedChannel(wire);
        wire.read(Cookie.BYTES, bytes -> cookie(wire, bytes));
        int piece = (data[0] & 0x3f) + 1;
        for (int at = 1; at < data.length && channel.isActive(); at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(data, at, Math.min(piece, data.length - at)));
        }
        boolean closed = !channel.isActive();
        channel.finishAndReleaseAll();
        channel.checkException();
        if (complaints.size() != 1) {
            throw new AssertionError("complained " + complaints);
        }
        if (!closed && !complaints.get(0).equals("hung up")) {
            throw new AssertionError("complained and stayed: " + complaints);
        }
        Handshake.replyTo(ByteBuffer.wrap(data), data.length);
    }

    private static void cookie(ControlConnection wire, ByteBuf bytes) {
        byte[] copy = new byte[Cookie.BYTES];
        bytes.readBytes(copy);
        if (!java.util.Arrays.equals(Cookie.of(copy).bytes(), copy)) {
            throw new AssertionError("another cookie");
        }
        state(wire);
    }

    private static void state(ControlConnection wire) {
        wire.readState(state -> {
            if (State.name(state).isEmpty()) {
                throw new AssertionError("a state without a name");
            }
            wire.readText(MAX_TEXT, text -> {
                ParametersJson.read(text);
                state(wire);
            });
        });
    }
}
