package io.fanatic.netlink.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** For tests: replies without a kernel. */
public final class Replies {
    private Replies() {}

    /** A datagram of these bytes, before its first message. */
    static Reply datagram(byte... bytes) {
        return new Reply(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
    }

    /** One message, made of what a request holds, before it. */
    static Reply of(Request request, int flags, int sequence, int port) {
        return new Reply(request.finish(flags, sequence, port));
    }

    /** One message with this payload behind its header, given to a reader. */
    public static <T> List<T> read(ReplyReader<T> reader, int type, byte... payload) {
        ByteBuffer message = ByteBuffer.allocate(16 + payload.length).order(ByteOrder.nativeOrder());
        message.putInt(message.capacity())
                .putShort((short) type)
                .putShort((short) 0)
                .putLong(0);
        message.put(payload).flip();
        Reply reply = new Reply(message);
        reply.next();
        List<T> found = new ArrayList<>();
        reader.read(reply, found);
        return found;
    }
}
