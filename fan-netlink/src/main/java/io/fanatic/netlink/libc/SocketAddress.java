package io.fanatic.netlink.libc;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * struct sockaddr_in (ip(7)) and sockaddr_in6 (ipv6(7)): an address and a port as system calls take and give them, both in network byte
 * order. Its length follows from the family.
 */
public final class SocketAddress {
    /** Length of the longer one, that of IPv6: room for what a call gives. */
    public static final int MAX_BYTES = 28;

    private static final int IPV4_BYTES = 16;
    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int PORT = 2;
    private static final int IPV4_ADDRESS = 4;
    private static final int IPV6_ADDRESS = 8;

    private SocketAddress() {}

    /**
     * {@return one that is filled in; its capacity is its length}
     *
     * @param port 0 to 65535
     */
    public static ByteBuffer of(IpAddress address, int port) {
        boolean ipv4 = address.family() == IpFamily.IPV4;
        ByteBuffer all = Native.buffer(ipv4 ? IPV4_BYTES : MAX_BYTES);
        all.putShort(0, ipv4 ? AF_INET : AF_INET6);
        all.duplicate().order(ByteOrder.BIG_ENDIAN).putShort(PORT, (short) port);
        return all.put(ipv4 ? IPV4_ADDRESS : IPV6_ADDRESS, address.octets());
    }

    /** The address in one. */
    public static IpAddress address(ByteBuffer all) {
        boolean ipv6 = isIpv6(all);
        byte[] octets = new byte[ipv6 ? 16 : 4];
        all.get(ipv6 ? IPV6_ADDRESS : IPV4_ADDRESS, octets);
        return IpAddress.ofOctets(octets);
    }

    /** The port in one, 0 to 65535. */
    public static int port(ByteBuffer all) {
        return Short.toUnsignedInt(all.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(PORT));
    }

    /** The length of one, in bytes. */
    public static int length(ByteBuffer all) {
        return isIpv6(all) ? MAX_BYTES : IPV4_BYTES;
    }

    private static boolean isIpv6(ByteBuffer all) {
        return all.getShort(0) == AF_INET6;
    }
}
