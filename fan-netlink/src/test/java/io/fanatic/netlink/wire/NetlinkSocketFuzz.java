package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Whatever the kernel answers to a change, a look-up and a list, with every attribute read in every form. Documented:
 * {@link NetlinkException}.
 */
public final class NetlinkSocketFuzz {
    private NetlinkSocketFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        run(data, socket -> socket.execute("change", socket.request(16, 0)));
        run(data, socket -> socket.fetch("look up", socket.request(18, 0), new EverythingReader()));
        run(data, socket -> socket.dump("list", socket.request(18, 0), new EverythingReader()));
    }

    private interface Use {
        void of(NetlinkSocket socket);
    }

    private static void run(byte[] data, Use use) {
        try (NetlinkSocket socket = new NetlinkSocket(new OneDatagram(data))) {
            use.of(socket);
        } catch (NetlinkException documented) {
            // The only one.
        }
    }

    /** The first request has the number 1 and the port 0: what a seed of the corpus answers to. */
    private static final class OneDatagram implements Channel {
        private final byte[] data;
        private boolean sent;

        OneDatagram(byte[] data) {
            this.data = data;
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public void send(ByteBuffer request) {
            // Taken.
        }

        @Override
        public ByteBuffer receive(boolean wait) {
            if (sent) {
                throw new ErrnoException("receive", Errno.EAGAIN);
            }
            sent = true;
            return ByteBuffer.wrap(data).order(ByteOrder.nativeOrder());
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static final class EverythingReader implements ReplyReader<Integer> {
        private static final int DEEPEST = 4;

        @Override
        public void read(Reply reply, List<? super Integer> found) {
            found.add(reply.type());
            found.add(reply.u32(0));
            for (int fixed : new int[] {8, 12, 16, 20}) {
                try {
                    walk(reply.attributes(fixed), DEEPEST, found);
                } catch (MalformedReplyException otherLayout) {
                    // Only one of the layouts can be right.
                }
            }
        }

        private static void walk(Attributes attributes, int depth, List<? super Integer> found) {
            while (attributes.next()) {
                found.add(attributes.string().length() + attributes.bytes().length);
                for (int form = 0; form < 6; form++) {
                    try {
                        found.add(
                                switch (form) {
                                    case 0 -> attributes.u8();
                                    case 1 -> attributes.u16();
                                    case 2 -> attributes.u32();
                                    case 3 -> attributes.be16();
                                    case 4 -> attributes.be32();
                                    default -> attributes.u32(attributes.length() - 2);
                                });
                    } catch (MalformedReplyException tooShort) {
                        // Another form.
                    }
                }
                if (depth > 0) {
                    for (int structure : new int[] {0, 4, 8}) {
                        try {
                            walk(attributes.nested(structure), depth - 1, found);
                        } catch (MalformedReplyException noNest) {
                            // A value.
                        }
                    }
                }
            }
        }
    }
}
