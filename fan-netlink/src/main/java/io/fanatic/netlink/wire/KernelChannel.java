package io.fanatic.netlink.wire;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;

/** A netlink socket of the calling thread's network namespace. */
final class KernelChannel implements Channel {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOCKADDR_NL_LENGTH = 12;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;

    private static final int MSG_PEEK = 0x2;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

    /** What the kernel fills at most in one step of a dump; a single message may be longer. */
    private static final int FIRST_CAPACITY = 32768;

    private final int fd;
    private final int port;
    private ByteBuffer buffer = Native.buffer(FIRST_CAPACITY);
    private boolean open = true;

    /** @param protocol such as NETLINK_ROUTE */
    KernelChannel(int protocol, int timeoutMillis) {
        fd = check("open a netlink socket", LIBC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
        try {
            ByteBuffer address = Native.buffer(SOCKADDR_NL_LENGTH).putShort(0, (short) AF_NETLINK);
            check("bind a netlink socket", LIBC.bind(fd, address, SOCKADDR_NL_LENGTH));
            // Connected to port 0, the kernel: no other process can slip messages in.
            check("connect a netlink socket", LIBC.connect(fd, address, SOCKADDR_NL_LENGTH));
            ByteBuffer length = Native.buffer(4).putInt(0, SOCKADDR_NL_LENGTH);
            check("name a netlink socket", LIBC.getsockname(fd, address, length));
            port = address.getInt(4);
            option(NETLINK_EXT_ACK);
            option(NETLINK_CAP_ACK);
            option(NETLINK_GET_STRICT_CHK);
            ByteBuffer timeval = Native.buffer(16);
            timeval.putLong(0, timeoutMillis / 1000).putLong(8, timeoutMillis % 1000 * 1000L);
            check("set SO_RCVTIMEO", LIBC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, 16));
        } catch (RuntimeException e) {
            LIBC.close(fd);
            throw e;
        }
    }

    /**
     * From now on receives what the kernel tells a multicast group.
     *
     * @throws io.fanatic.netlink.libc.ErrnoException EINVAL when this kernel has no such group
     */
    void join(int group) {
        ByteBuffer number = Native.buffer(4).putInt(0, group);
        check("join netlink group " + group, LIBC.setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number, 4));
    }

    /** For poll(2). */
    int fd() {
        return descriptor();
    }

    private void option(int name) {
        check(
                "set a netlink option",
                LIBC.setsockopt(fd, SOL_NETLINK, name, Native.buffer(4).putInt(0, 1), 4));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void send(ByteBuffer request) {
        long sent;
        do {
            sent = LIBC.send(descriptor(), request, request.remaining(), 0);
        } while (sent < 0 && Native.errno() == Errno.EINTR);
        check("send to the kernel", sent);
    }

    @Override
    public ByteBuffer receive(boolean wait) {
        int flags = wait ? 0 : MSG_DONTWAIT;
        // The length first: a datagram read into too small a buffer is lost, and with it the answer to a change.
        long length = receive(MSG_PEEK | MSG_TRUNC | flags);
        if (length > buffer.capacity()) {
            buffer = Native.buffer((int) Math.min(Integer.MAX_VALUE - 8, Math.max(length, 2L * buffer.capacity())));
        }
        return buffer.clear().limit((int) receive(flags));
    }

    private long receive(int flags) {
        buffer.clear();
        long received;
        do {
            received = LIBC.recv(descriptor(), buffer, buffer.capacity(), flags);
        } while (received < 0 && Native.errno() == Errno.EINTR);
        return check("receive from the kernel", received);
    }

    /** A closed descriptor's number may by now be somebody else's. */
    private int descriptor() {
        return open ? fd : -1;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            LIBC.close(fd);
        }
    }
}
