package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interfaces of the namespace as ports of bridges, and where their other ends are. */
public final class BridgePorts {
    private static final int RTM_GETLINK = 18;
    private static final int RTM_GETNSID = 90;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int RTGENMSG_LENGTH = 4;

    private final NetlinkSocket socket;

    public BridgePorts(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** All interfaces of the namespace, in the kernel's order. */
    public List<BridgePort> list() {
        Request request = socket.request(RTM_GETLINK, 0);
        Links.putIfinfomsg(request, 0, 0, 0);
        return socket.dump("list ports", request, new Reader());
    }

    /**
     * The number that this namespace has for another one.
     *
     * @param file open, of the other one
     * @return -1 when it has none, as no interface here has its other end there
     * @throws NetlinkException EBADF or EINVAL when the file is no namespace
     */
    public int namespace(int file) {
        Request request = socket.request(RTM_GETNSID, 0).put32(0).u32(NETNSA_FD, file);
        List<Integer> found = socket.fetch("look up a namespace", request, (reply, numbers) -> {
            Attributes attributes = reply.attributes(RTGENMSG_LENGTH);
            while (attributes.next()) {
                if (attributes.type() == NETNSA_NSID) {
                    numbers.add(attributes.u32());
                }
            }
        });
        return found.isEmpty() ? -1 : found.get(0);
    }

    static final class Reader implements ReplyReader<BridgePort> {
        private static final int IFF_UP = 0x1;
        private static final int IFF_RUNNING = 0x40;
        private static final int IFF_NOARP = 0x80;
        private static final int IFLA_LINK_NETNSID = 37;
        private static final int IFLA_INFO_SLAVE_DATA = 5;
        private static final int IFLA_BRPORT_STATE = 1;
        private static final int IFLA_BRPORT_ISOLATED = 33;

        @Override
        public void read(Reply reply, List<? super BridgePort> found) {
            int flags = reply.u32(8);
            String name = "";
            int master = 0;
            int peer = 0;
            int namespace = -1;
            int state = BridgePort.FORWARDING;
            boolean isolated = false;
            Attributes attributes = reply.attributes(LinkReader.IFINFOMSG_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case Links.IFLA_IFNAME -> name = attributes.string();
                    case Links.IFLA_MASTER -> master = attributes.u32();
                    case Links.IFLA_LINK -> peer = attributes.u32();
                    case IFLA_LINK_NETNSID -> namespace = attributes.u32();
                    case Links.IFLA_LINKINFO -> {
                        Attributes port = port(attributes.nested());
                        while (port != null && port.next()) {
                            if (port.type() == IFLA_BRPORT_STATE) {
                                state = port.u8();
                            } else if (port.type() == IFLA_BRPORT_ISOLATED) {
                                isolated = port.u8() != 0;
                            }
                        }
                    }
                    default -> {
                        // Of no concern to a port.
                    }
                }
            }
            found.add(new BridgePort(
                    reply.u32(4),
                    name,
                    (flags & IFF_UP) != 0,
                    (flags & IFF_RUNNING) != 0,
                    (flags & IFF_NOARP) == 0,
                    master,
                    peer,
                    namespace,
                    state,
                    isolated));
        }

        /** What a port of a bridge has beside its own kind; null for what is none. */
        private static @Nullable Attributes port(Attributes info) {
            while (info.next()) {
                if (info.type() == IFLA_INFO_SLAVE_DATA) {
                    return info.nested();
                }
            }
            return null;
        }
    }
}
