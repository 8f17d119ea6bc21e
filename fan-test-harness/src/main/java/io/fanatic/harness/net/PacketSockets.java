package io.fanatic.harness.net;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.MacAddress;
import io.fanatic.netlink.route.Link;
import java.nio.ByteBuffer;

/** Sockets of one interface, past the kernel's routing (packet(7)), as descriptors. */
public final class PacketSockets {
    private PacketSockets() {}

    /**
     * Opens one in the calling thread's namespace.
     *
     * @param type {@link Sockets#SOCK_RAW} for whole frames, {@link Tcp#SOCK_DGRAM} for what is behind their Ethernet header
     * @param etherType of what it receives; 0 for nothing
     * @return the descriptor, for the caller to close
     * @throws io.fanatic.netlink.libc.ErrnoException EPERM without CAP_NET_RAW, ENETDOWN when the interface is down
     */
    public static int open(Link link, int type, int etherType) {
        int opened = check(
                "open a packet socket",
                LIBC.socket(Sockets.AF_PACKET, type | Sockets.SOCK_CLOEXEC, Short.reverseBytes((short) etherType)));
        ByteBuffer where = address(link, etherType, new MacAddress(0));
        return Sockets.setUp(opened, fd -> check("bind to " + link.name(), LIBC.bind(fd, where, where.capacity())));
    }

    /** struct sockaddr_ll: family, protocol (big endian), index, hardware type, packet type, length, address. */
    public static ByteBuffer address(Link link, int etherType, MacAddress to) {
        ByteBuffer address = buffer(20).putShort(0, (short) Sockets.AF_PACKET).putInt(4, link.index());
        address.put(2, (byte) (etherType >> 8)).put(3, (byte) etherType).put(11, (byte) 6);
        for (int i = 0; i < 6; i++) {
            address.put(12 + i, (byte) (to.bits() >>> (40 - 8 * i)));
        }
        return address;
    }
}
