package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.util.function.Consumer;

/**
 * What the kernel tells by itself (multicast groups of netlink(7)), in the network namespace of the thread that opened it. Wait for
 * {@link #fd} with poll(2), then {@link #read}.
 */
public final class Notifications implements AutoCloseable {
    /** {@link #of}: links, addresses, routes and so on; rtnetlink(7). */
    public static final int ROUTE = 0;
    /** {@link #of}: IPsec. */
    public static final int XFRM = 6;
    /** {@link #of}: the packet filter. */
    public static final int NETFILTER = 12;

    private static final int NO_TIMEOUT = 0;

    private final KernelChannel channel;

    private Notifications(KernelChannel channel) {
        this.channel = channel;
    }

    /**
     * Listens from now on.
     *
     * @param protocol {@link #ROUTE}, {@link #XFRM} or {@link #NETFILTER}
     * @param groups their numbers in the kernel's headers; one that this kernel does not have tells nothing
     * @throws ErrnoException when there is no such protocol here
     */
    public static Notifications of(int protocol, int... groups) {
        KernelChannel channel = new KernelChannel(protocol, NO_TIMEOUT);
        try {
            for (int group : groups) {
                join(channel, group);
            }
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
        return new Notifications(channel);
    }

    private static void join(KernelChannel channel, int group) {
        try {
            channel.join(group);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }

    /** The descriptor, readable when something has come. */
    public int fd() {
        return channel.fd();
    }

    /**
     * Reads what has come, and does not wait.
     *
     * @param reader is given each message
     * @return false when something was lost: the kernel had no room for it (ENOBUFS), or it made no sense
     */
    public boolean read(Consumer<Reply> reader) {
        boolean complete = true;
        while (true) {
            try {
                Reply reply = new Reply(channel.receive(false));
                while (reply.next()) {
                    reader.accept(reply);
                }
            } catch (MalformedReplyException e) {
                complete = false;
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EAGAIN) {
                    return complete;
                }
                if (e.errno() != Errno.ENOBUFS) {
                    throw e;
                }
                complete = false;
            }
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
