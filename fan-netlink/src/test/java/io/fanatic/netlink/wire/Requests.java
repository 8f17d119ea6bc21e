package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** For tests: what is sent to the kernel, without a kernel. */
public final class Requests {
    private static final int NLMSG_ERROR = 2;
    private static final int F_CAPPED = 0x100;

    private Requests() {}

    /** The first request that is sent, read as if the kernel told it of an object; every change is acknowledged. */
    public static <T> T readBack(Consumer<NetlinkSocket> use, ReplyReader<T> reader) {
        Acknowledging kernel = new Acknowledging();
        try (NetlinkSocket socket = new NetlinkSocket(kernel)) {
            use.accept(socket);
        }
        Reply reply = new Reply(kernel.requests.get(0));
        if (!reply.next()) {
            throw new AssertionError("an empty request");
        }
        List<T> found = new ArrayList<>();
        reader.read(reply, found);
        if (found.size() != 1 || reply.next()) {
            throw new AssertionError("not one object: " + found);
        }
        return found.get(0);
    }

    private static final class Acknowledging implements Channel {
        private final List<ByteBuffer> requests = new ArrayList<>();

        @Override
        public int port() {
            return 0;
        }

        @Override
        public void send(ByteBuffer request) {
            byte[] copy = new byte[request.remaining()];
            request.duplicate().get(copy);
            requests.add(ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()));
        }

        @Override
        public ByteBuffer receive(boolean wait) {
            if (!wait) {
                throw new ErrnoException("receive", Errno.EAGAIN);
            }
            int sequence = requests.get(requests.size() - 1).getInt(8);
            return new Request().start(NLMSG_ERROR, F_CAPPED).put32(0).finish(0, sequence, 0);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
