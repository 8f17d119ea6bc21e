package io.fanatic.netlink.wire;

import java.util.List;

/** Turns messages into values: how links, routes and so on are read out of a dump. */
public interface ReplyReader<T> {

    /**
     * Reads the message that {@code reply} points at and adds what it describes; adds nothing for a message that is of no
     * interest. When a dump has to be repeated, what was found is thrown away.
     *
     * @throws MalformedReplyException when the message contradicts itself
     */
    void read(Reply reply, List<? super T> found);
}
