package io.fanatic.netlink.wire;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A handle on the routing part of the kernel (rtnetlink(7)), bound to the network namespace of the thread that opened it.
 * It may be used from any thread, by one at a time. Write a {@link #request}, then {@link #execute} it, {@link #dump} a
 * list or {@link #fetch} one object.
 *
 * <p>The kernel answers while it takes the request, so an answer that takes five seconds will not come; that, and anything
 * else that goes wrong, is a {@link NetlinkException} with the operation's name in front.
 */
public final class NetlinkSocket implements AutoCloseable {
    private static final int NETLINK_ROUTE = 0;
    private static final int TIMEOUT_MILLIS = 5000;
    private static final int DUMP_TRIES = 10;

    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;

    private final Channel channel;
    private final Request request = new Request();
    private int sequence;

    NetlinkSocket(Channel channel) {
        this.channel = channel;
    }

    /**
     * A socket for IPsec's policies instead, likewise.
     *
     * @throws ErrnoException EPROTONOSUPPORT on a kernel without IPsec
     */
    public static NetlinkSocket openXfrm() {
        return new NetlinkSocket(new KernelChannel(Notifications.XFRM, TIMEOUT_MILLIS));
    }

    /**
     * A socket in the calling thread's network namespace.
     *
     * @throws ErrnoException when there is no netlink here
     */
    public static NetlinkSocket open() {
        return new NetlinkSocket(new KernelChannel(NETLINK_ROUTE, TIMEOUT_MILLIS));
    }

    /** {@return the kernel's number for it, which no other open socket of its network namespace and protocol has} */
    public int port() {
        return channel.port();
    }

    /** Starts a request; every request of this socket is the same object, so finish one before the next. */
    public Request request(int type, int flags) {
        return request.start(type, flags);
    }

    /**
     * Carries out a change and waits for the kernel's acknowledgement.
     *
     * @param operation what is tried, in words, for the exception
     */
    public void execute(String operation, Request request) {
        send(operation, request, Request.F_ACK);
        exchange(operation, null, new ArrayList<>());
    }

    /**
     * Asks for one object.
     *
     * @return what the reader found in the one answer
     * @throws NetlinkException with ENODEV, ENOENT and so on when there is no such object
     */
    public <T> List<T> fetch(String operation, Request request, ReplyReader<T> reader) {
        send(operation, request, 0);
        List<T> found = new ArrayList<>(1);
        exchange(operation, reader, found);
        return found;
    }

    /**
     * Asks for a list, and asks again if it changed while it was read or the kernel had to drop a part of it.
     *
     * @throws DumpInterruptedException when it changed each time
     */
    public <T> List<T> dump(String operation, Request request, ReplyReader<T> reader) {
        for (int tries = 0; tries < DUMP_TRIES; tries++) {
            send(operation, request, Request.F_DUMP);
            List<T> found = new ArrayList<>();
            if (exchange(operation, reader, found)) {
                return found;
            }
        }
        throw new DumpInterruptedException(operation, DUMP_TRIES);
    }

    private void send(String operation, Request request, int flags) {
        try {
            channel.send(request.finish(flags, ++sequence, channel.port()));
        } catch (ErrnoException e) {
            throw new NetlinkException(operation, e.errno(), e.operation(), NetlinkException.NO_ATTRIBUTE);
        }
    }

    /** Reads the answer to its end; false when it was a list that has to be asked for again. */
    private <T> boolean exchange(String operation, @Nullable ReplyReader<T> reader, List<T> found) {
        boolean complete = false;
        try {
            Answer<T> answer = new Answer<>(operation, reader, found);
            while (!answer.ended) {
                answer.read(new Reply(receive(operation)));
            }
            complete = true;
            return !answer.interrupted;
        } catch (LostRepliesException e) {
            if (reader == null) {
                String text = "the kernel's answer was lost; whether it was done is unknown";
                throw new NetlinkException(operation, Errno.ENOBUFS, text, NetlinkException.NO_ATTRIBUTE);
            }
            return false;
        } finally {
            if (!complete) {
                drain();
            }
        }
    }

    private ByteBuffer receive(String operation) {
        try {
            return channel.receive(true);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOBUFS) {
                throw new LostRepliesException();
            }
            boolean late = e.errno() == Errno.EAGAIN;
            String text = late ? "no answer from the kernel within " + TIMEOUT_MILLIS / 1000 + " s" : e.operation();
            int errno = late ? Errno.ETIMEDOUT : e.errno();
            throw new NetlinkException(operation, errno, text, NetlinkException.NO_ATTRIBUTE);
        }
    }

    /** Leaves nothing of a broken-off exchange behind: the kernel refuses a second dump while one is under way. */
    private void drain() {
        try {
            while (channel.receive(false).hasRemaining()) {
                // Thrown away.
            }
        } catch (ErrnoException end) {
            // Empty, or beyond use; the next request will tell.
        }
    }

    @Override
    public void close() {
        channel.close();
    }

    /** The answer to one request as it comes in. */
    private final class Answer<T> {
        private final String operation;
        private final @Nullable ReplyReader<T> reader;
        private final List<T> found;
        private boolean ended;
        private boolean interrupted;

        Answer(String operation, @Nullable ReplyReader<T> reader, List<T> found) {
            this.operation = operation;
            this.reader = reader;
            this.found = found;
        }

        void read(Reply reply) {
            while (!ended && reply.next()) {
                // Others are late answers to a request that was given up, or meant for a socket that had our port
                // before.
                if (reply.sequence() == sequence && reply.port() == channel.port()) {
                    readOurs(reply);
                }
            }
        }

        private void readOurs(Reply reply) {
            interrupted |= reply.dumpInterrupted();
            switch (reply.type()) {
                case NLMSG_ERROR -> {
                    Acknowledgement.checkError(operation, reply);
                    ended = true;
                }
                case NLMSG_DONE -> {
                    Acknowledgement.checkDone(operation, reply);
                    ended = true;
                }
                case NLMSG_NOOP -> {
                    // Says nothing, by definition.
                }
                default -> {
                    if (reader != null) {
                        reader.read(reply, found);
                        ended = !reply.partOfList();
                    }
                }
            }
        }
    }

    /** ENOBUFS on receive; never leaves this class. */
    private static final class LostRepliesException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LostRepliesException() {
            super("replies lost", null, false, false);
        }
    }
}
