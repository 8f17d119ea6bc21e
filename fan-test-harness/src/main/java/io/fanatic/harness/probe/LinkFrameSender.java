package io.fanatic.harness.probe;

import io.fanatic.harness.net.PacketSockets;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;

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
            return new RawFrames(PacketSockets.open(found, Sockets.SOCK_RAW, 0), found.mac(), 0);
        });
    }
}
