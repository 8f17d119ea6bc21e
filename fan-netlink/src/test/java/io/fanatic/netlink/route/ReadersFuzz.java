package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.MalformedReplyException;
import io.fanatic.netlink.wire.Replies;
import io.fanatic.netlink.wire.ReplyReader;
import java.util.List;

/** Links, addresses, routes and so on out of any payload; the first byte says which. Documented: {@link MalformedReplyException}. */
public final class ReadersFuzz {
    /** The order is part of the corpus. */
    static final List<ReplyReader<?>> READERS = List.of(
            new LinkReader(),
            new Addresses.Reader(),
            new RouteReader(),
            new Rules.Reader(),
            new Neighbours.Reader(),
            new ForwardingDatabase.Reader(),
            new QdiscReader(),
            new FilterReader(TrafficControl.Direction.INGRESS),
            new VniFilter.Reader());

    private ReadersFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] payload = new byte[data.length - 1];
        System.arraycopy(data, 1, payload, 0, payload.length);
        ReplyReader<?> reader = READERS.get((data[0] & 0xff) % READERS.size());
        try {
            List<?> found = Replies.read(reader, 16, payload);
            if (!found.equals(Replies.read(reader, 16, payload))
                    || found.toString().isEmpty()) {
                throw new AssertionError("read otherwise the second time: " + found);
            }
        } catch (MalformedReplyException documented) {
            // The only one.
        }
    }
}
