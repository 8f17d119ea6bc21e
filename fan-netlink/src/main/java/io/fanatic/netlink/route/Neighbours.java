package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;

/** The neighbours of either family, for IPv4 the ARP cache: list, add, delete. */
public final class Neighbours {
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int NDMSG_LENGTH = 12;
    /** NUD_REACHABLE, NUD_STALE, NUD_DELAY and NUD_PROBE. */
    static final int NUD_LEARNED = 0x1e;

    static final int NUD_NOARP = 0x40;
    static final int NUD_PERMANENT = 0x80;
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;

    private final NetlinkSocket socket;

    public Neighbours(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The IPv4 entries of all interfaces, learned and permanent, those that only suppress ARP (NUD_NOARP) included. */
    public List<Neighbour> list() {
        return list(IpFamily.IPV4);
    }

    /** As {@link #list()}, of a family. */
    public List<Neighbour> list(IpFamily family) {
        Request request = socket.request(RTM_GETNEIGH, 0);
        putNdmsg(request, Families.number(family), 0, 0, 0);
        return socket.dump("list neighbours", request, new Reader());
    }

    /** Adds a permanent entry or replaces the one of this address. */
    public void replace(int index, IpAddress address, MacAddress mac) {
        Request request = socket.request(RTM_NEWNEIGH, Request.F_CREATE | Request.F_REPLACE);
        putNdmsg(request, Families.number(address.family()), index, NUD_PERMANENT, 0);
        Families.put(request, NDA_DST, address);
        request.bytes(NDA_LLADDR, Links.octets(mac));
        socket.execute("add neighbour " + address + " on link " + index, request);
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT when there is no such entry */
    public void delete(int index, IpAddress address) {
        Request request = socket.request(RTM_DELNEIGH, 0);
        putNdmsg(request, Families.number(address.family()), index, 0, 0);
        Families.put(request, NDA_DST, address);
        socket.execute("delete neighbour " + address + " on link " + index, request);
    }

    /** struct ndmsg of linux/neighbour.h. */
    static void putNdmsg(Request request, int family, int index, int state, int flags) {
        request.put8(family)
                .put8(0)
                .put16(0)
                .put32(index)
                .put16(state)
                .put8(flags)
                .put8(0);
    }

    static final class Reader implements ReplyReader<Neighbour> {
        @Override
        public void read(Reply reply, List<? super Neighbour> found) {
            IpFamily family = Families.of(reply.u8(0));
            IpAddress address = family.unspecified();
            MacAddress mac = new MacAddress(0);
            Attributes attributes = reply.attributes(NDMSG_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case NDA_DST -> address = Families.address(attributes, family);
                    case NDA_LLADDR -> mac = LinkReader.mac(attributes);
                    default -> {
                        // Ages and counters.
                    }
                }
            }
            found.add(new Neighbour(reply.u32(4), address, mac, reply.u16(8), reply.u8(10)));
        }
    }
}
