package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Predicate;

/** A packet(7) socket on one device: sends and receives whole Ethernet frames. */
final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int ETH_P_ALL = 0x0003;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_MARK = 36;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int PACKET_VNET_HDR = 15;
    private static final int VIRTIO_HEADER = 10;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int PAGE = 4096;
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private final int fd;
    private final ByteBuffer buffer = Native.buffer(16384);

    PacketSocket(TestHost host, String device) {
        int index = host.index(device);
        fd = host.namespace().call(() -> open(index));
    }

    private static int open(int index) {
        int protocol = Short.reverseBytes((short) ETH_P_ALL) & 0xffff;
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            protocol = ETH_P_ALL;
        }
        int fd = Native.check("open a packet socket", Native.LIBC.socket(AF_PACKET, SOCK_RAW_CLOEXEC, protocol));
        ByteBuffer address = Native.buffer(20);
        address.putShort(0, (short) AF_PACKET).putShort(2, (short) protocol).putInt(4, index);
        Native.check("bind a packet socket", Native.LIBC.bind(fd, address, 20));
        ByteBuffer timeout = Native.buffer(16).putLong(0, 0).putLong(8, 200_000);
        Native.check(
                "set the time-out of a packet socket",
                Native.LIBC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16));
        ByteBuffer one = Native.buffer(4).putInt(0, 1);
        Native.check("ignore own frames", Native.LIBC.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, one, 4));
        return fd;
    }

    /** Gives what is sent from now on a mark, as root of a container may. */
    PacketSocket marking(int mark) {
        ByteBuffer value = Native.buffer(4).putInt(0, mark);
        Native.check("mark frames", Native.LIBC.setsockopt(fd, SOL_SOCKET, SO_MARK, value, 4));
        return this;
    }

    void send(byte[] frame) {
        ByteBuffer out = Native.buffer(frame.length).put(0, frame);
        Native.check("send a frame", Native.LIBC.send(fd, out, frame.length, 0));
    }

    /**
     * Sends a frame of which only the Ethernet header is in the linear part of its buffer, as a network card may deliver one. The kernel
     * does so for a frame of more than a page with a virtio header that says so.
     */
    void sendScattered(byte[] frame) {
        assertThat(frame.length).isGreaterThan(PAGE);
        Native.check(
                "ask for virtio headers",
                Native.LIBC.setsockopt(
                        fd, SOL_PACKET, PACKET_VNET_HDR, Native.buffer(4).putInt(0, 1), 4));
        ByteBuffer out = Native.buffer(VIRTIO_HEADER + frame.length)
                .putShort(2, (short) 14) // hdr_len: the linear part
                .put(VIRTIO_HEADER, frame);
        Native.check("send a scattered frame", Native.LIBC.send(fd, out, out.capacity(), 0));
    }

    /** Sends a frame that the device's egress drops; the kernel tells the sender ENOBUFS. */
    void sendInVain(byte[] frame) {
        assertThat(catchThrowableOfType(ErrnoException.class, () -> send(frame)))
                .as("the frame was not dropped")
                .isNotNull()
                .returns(Errno.ENOBUFS, ErrnoException::errno);
    }

    /** The next frame that is wanted; others are passed over. Fails after a minute without one. */
    byte[] receive(String what, Predicate<byte[]> wanted) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            Optional<byte[]> frame = next();
            if (frame.filter(wanted).isPresent()) {
                return frame.get();
            }
        }
        throw new AssertionError("no " + what + " came within a minute");
    }

    /** The next frame, when one comes within a fifth of a second. */
    Optional<byte[]> next() {
        return next(0);
    }

    /** The next frame that has come already. */
    Optional<byte[]> nextNow() {
        return next(MSG_DONTWAIT);
    }

    private Optional<byte[]> next(int flags) {
        long length = Native.LIBC.recv(fd, buffer, buffer.capacity(), flags);
        if (length >= 0) {
            byte[] frame = new byte[(int) length];
            buffer.get(0, frame);
            return Optional.of(frame);
        } else if (Native.errno() != Errno.EAGAIN && Native.errno() != Errno.EINTR) {
            throw new ErrnoException("receive a frame", Native.errno());
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        Native.LIBC.close(fd);
    }
}
