package io.fanatic.netlink.route;

import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;

/**
 * Which VNIs a VXLAN device made with {@code vnifilter} receives (kernel 5.18 and later, bridge-vni(8)). The kernel refuses
 * a VNI that another device has on the same port.
 */
public final class VniFilter {
    private static final int RTM_NEWTUNNEL = 120;
    private static final int RTM_DELTUNNEL = 121;
    private static final int RTM_GETTUNNEL = 122;
    private static final int AF_BRIDGE = 7;
    private static final int TUNNEL_MSG_LENGTH = 8;

    private static final int VXLAN_VNIFILTER_ENTRY = 1;
    private static final int VXLAN_VNIFILTER_ENTRY_START = 1;
    private static final int VXLAN_VNIFILTER_ENTRY_END = 2;

    private final NetlinkSocket socket;

    public VniFilter(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** What all devices with a filter receive, neighbouring VNIs joined. */
    public List<VniRange> list() {
        Request request = socket.request(RTM_GETTUNNEL, 0);
        putTunnelMsg(request, 0);
        return socket.dump("list VNI filters", request, new Reader());
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException EEXIST when another device has this VNI on the same port */
    public void add(int index, int vni) {
        modify("add VNI ", RTM_NEWTUNNEL, index, vni);
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT when the device does not receive it */
    public void delete(int index, int vni) {
        modify("delete VNI ", RTM_DELTUNNEL, index, vni);
    }

    private void modify(String verb, int type, int index, int vni) {
        Request request = socket.request(type, 0);
        putTunnelMsg(request, index);
        request.nest(VXLAN_VNIFILTER_ENTRY)
                .u32(VXLAN_VNIFILTER_ENTRY_START, vni)
                .end();
        socket.execute(verb + vni + " in the filter of link " + index, request);
    }

    /** struct tunnel_msg of linux/if_link.h. */
    private static void putTunnelMsg(Request request, int index) {
        request.put8(AF_BRIDGE).put8(0).put16(0).put32(index);
    }

    static final class Reader implements ReplyReader<VniRange> {
        @Override
        public void read(Reply reply, List<? super VniRange> found) {
            int index = reply.u32(4);
            Attributes attributes = reply.attributes(TUNNEL_MSG_LENGTH);
            while (attributes.next()) {
                if (attributes.type() == VXLAN_VNIFILTER_ENTRY) {
                    found.add(range(index, attributes.nested()));
                }
            }
        }

        private static VniRange range(int index, Attributes entry) {
            int first = 0;
            int last = -1;
            while (entry.next()) {
                switch (entry.type()) {
                    case VXLAN_VNIFILTER_ENTRY_START -> first = entry.u32();
                    case VXLAN_VNIFILTER_ENTRY_END -> last = entry.u32();
                    default -> {
                        // Multicast groups.
                    }
                }
            }
            return new VniRange(index, first, last < 0 ? first : last);
        }
    }
}
