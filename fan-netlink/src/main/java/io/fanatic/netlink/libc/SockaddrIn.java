package io.fanatic.netlink.libc;

import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** struct sockaddr_in (ip(7)): an IPv4 address and a port as system calls take and give them, both in network byte order. */
public final class SockaddrIn {
    /** Its length. */
    public static final int BYTES = 16;

    private static final short AF_INET = 2;
    private static final int PORT = 2;
    private static final int ADDRESS = 4;

    private SockaddrIn() {}

    /**
     * {@return one that is filled in}
     *
     * @param port 0 to 65535
     */
    public static ByteBuffer of(Ipv4Address address, int port) {
        ByteBuffer sockaddr = Native.buffer(BYTES).putShort(0, AF_INET);
        sockaddr.duplicate()
                .order(ByteOrder.BIG_ENDIAN)
                .putShort(PORT, (short) port)
                .putInt(ADDRESS, address.bits());
        return sockaddr;
    }

    /** The address in one. */
    public static Ipv4Address address(ByteBuffer sockaddr) {
        return Ipv4Address.of(sockaddr.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(ADDRESS));
    }

    /** The port in one, 0 to 65535. */
    public static int port(ByteBuffer sockaddr) {
        return Short.toUnsignedInt(
                sockaddr.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(PORT));
    }
}
