package io.fanatic.netlink.wire;

import java.nio.ByteBuffer;

/** Datagrams to and from the kernel: the real socket, or a test's. */
interface Channel {

    /** What the kernel calls our end. */
    int port();

    /** @throws io.fanatic.netlink.libc.ErrnoException when the kernel does not take it */
    void send(ByteBuffer request);

    /**
     * The next datagram, whole, between position and limit, in native byte order; the buffer is reused by the next call.
     *
     * @param wait whether to wait for it, up to the receive time-out
     * @throws io.fanatic.netlink.libc.ErrnoException EAGAIN when there is none, ENOBUFS when the kernel had to drop some
     */
    ByteBuffer receive(boolean wait);

    void close();
}
