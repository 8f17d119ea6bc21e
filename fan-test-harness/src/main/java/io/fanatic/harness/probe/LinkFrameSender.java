package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteBuffer;

/**
 * From an interface, past the kernel's routing (packet(7)): what a container can do.
 *
 * @param namespace where the interface is
 * @param link its name
 */
public record LinkFrameSender(Namespace namespace, String link) implements FrameSender {

    @Override
    public Open open() {
        return namespace.call(() -> {
            Link found;
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                found = new Links(netlink)
                        .named(link)
                        .orElseThrow(() -> new IllegalStateException("no interface " + link + " in " + namespace));
            }
            return new PacketSocket(socketOn(found.index()), found.mac());
        });
    }

    /** struct sockaddr_ll of linux/if_packet.h: family, protocol, index, and what only receivers fill in. */
    private static int socketOn(int index) {
        // Protocol 0: this socket receives nothing.
        int fd = check(
                "open a packet socket", LIBC.socket(Sockets.AF_PACKET, Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC, 0));
        ByteBuffer address = buffer(20).putShort(0, (short) Sockets.AF_PACKET).putInt(4, index);
        if (LIBC.bind(fd, address, address.capacity()) < 0) {
            RuntimeException e = new IllegalStateException("cannot bind to interface " + index);
            LIBC.close(fd);
            throw e;
        }
        return fd;
    }

    private record PacketSocket(int fd, MacAddress mac) implements Open {
        @Override
        public void send(ByteBuffer frame) {
            ByteBuffer bytes = buffer(frame.remaining());
            int length = frame.remaining();
            bytes.put(frame).flip();
            check("send a frame", LIBC.send(fd, bytes, length, 0));
        }

        @Override
        public void close() {
            LIBC.close(fd);
        }
    }
}
