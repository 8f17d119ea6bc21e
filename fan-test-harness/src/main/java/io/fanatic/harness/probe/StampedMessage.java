package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.address;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.sockets;

import io.fanatic.core.IpAddress;
import io.fanatic.harness.net.Tcp;
import io.fanatic.netlink.libc.SocketAddress;
import java.nio.ByteBuffer;

/**
 * A buffer for datagrams together with the time at which the kernel got them from the network (SO_TIMESTAMPNS, socket(7)): an
 * event loop looks at a datagram some ten microseconds later. Structures as on 64-bit machines: struct msghdr, iovec, cmsghdr.
 */
final class StampedMessage {
    static final int SOL_SOCKET = 1;
    static final int SO_TIMESTAMPNS = 35;

    private static final int CONTROL_BYTES = 64;

    private final ByteBuffer data;
    private final ByteBuffer sender = buffer(SocketAddress.MAX_BYTES);
    private final ByteBuffer control = buffer(CONTROL_BYTES);
    private final ByteBuffer vector = buffer(16);
    private final ByteBuffer header = buffer(56);

    StampedMessage(int bytes) {
        data = buffer(bytes);
        vector.putLong(0, address(data)).putLong(8, bytes);
        header.putLong(0, address(sender)).putLong(16, address(vector)).putLong(24, 1);
        header.putLong(32, address(control));
    }

    /** Receives one datagram if there is one; its length, or negative with errno. */
    int receive(int fd) {
        header.putInt(8, SocketAddress.MAX_BYTES).putLong(40, CONTROL_BYTES);
        return (int) sockets().recvmsg(fd, header, Tcp.MSG_DONTWAIT);
    }

    /** What was received, from 0 on. */
    ByteBuffer data() {
        return data;
    }

    IpAddress sender() {
        return SocketAddress.address(sender);
    }

    /** Nanoseconds of the real-time clock at which it came; 0 when the kernel did not say. */
    long stamp() {
        boolean stamped =
                header.getLong(40) >= 32 && control.getInt(8) == SOL_SOCKET && control.getInt(12) == SO_TIMESTAMPNS;
        return stamped ? control.getLong(16) * 1_000_000_000L + control.getLong(24) : 0;
    }
}
