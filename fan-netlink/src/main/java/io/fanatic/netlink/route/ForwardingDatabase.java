package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;
import java.util.Optional;

/** The forwarding databases of bridges and VXLAN devices: list, add, delete. */
public final class ForwardingDatabase {
    static final int NTF_EXT_LEARNED = 0x10;
    static final int NTF_STICKY = 0x40;

    private static final int NTF_SELF = 0x02;
    private static final int NTF_MASTER = 0x04;
    private static final int AF_BRIDGE = 7;
    private static final int NDA_VLAN = 5;
    private static final int NDA_VNI = 7;
    private static final int NDA_MASTER = 9;

    private final NetlinkSocket socket;

    public ForwardingDatabase(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The entries of all bridges and devices, learned and permanent. */
    public List<FdbEntry> list() {
        Request request = socket.request(Neighbours.RTM_GETNEIGH, 0);
        Neighbours.putNdmsg(request, AF_BRIDGE, 0, 0, 0);
        return socket.dump("list the forwarding databases", request, new Reader());
    }

    /** Says that frames to this MAC address leave through this port of its bridge. */
    public void addToBridge(int port, MacAddress mac) {
        write("add", Neighbours.RTM_NEWNEIGH, Request.F_CREATE | Request.F_EXCL, port, mac, Optional.empty());
    }

    /**
     * Says that frames to this MAC address leave through this port of its bridge, and that no frame from that address that comes in by
     * another port changes it (Linux 4.20).
     */
    public void replaceSticky(int port, MacAddress mac) {
        Request request = socket.request(Neighbours.RTM_NEWNEIGH, Request.F_CREATE | Request.F_REPLACE);
        Neighbours.putNdmsg(request, AF_BRIDGE, port, Neighbours.NUD_NOARP, NTF_MASTER | NTF_STICKY);
        request.bytes(Neighbours.NDA_LLADDR, Links.octets(mac));
        socket.execute("add forwarding entry " + mac + " of link " + port, request);
    }

    /** Says that a VXLAN device sends frames to this MAC address, all zeros for all others, to this host. */
    public void addToVxlan(int device, MacAddress mac, Ipv4Address destination) {
        write("add", Neighbours.RTM_NEWNEIGH, Request.F_CREATE | Request.F_EXCL, device, mac, Optional.of(destination));
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT when there is no such entry */
    public void deleteFromBridge(int port, MacAddress mac) {
        write("delete", Neighbours.RTM_DELNEIGH, 0, port, mac, Optional.empty());
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException ENOENT when there is no such entry */
    public void deleteFromVxlan(int device, MacAddress mac, Ipv4Address destination) {
        write("delete", Neighbours.RTM_DELNEIGH, 0, device, mac, Optional.of(destination));
    }

    private void write(String verb, int type, int flags, int index, MacAddress mac, Optional<Ipv4Address> destination) {
        Request request = socket.request(type, flags);
        int state = Neighbours.NUD_PERMANENT | (destination.isPresent() ? Neighbours.NUD_NOARP : 0);
        int whose = destination.isPresent() ? NTF_SELF : NTF_MASTER;
        Neighbours.putNdmsg(request, AF_BRIDGE, index, state, whose);
        request.bytes(Neighbours.NDA_LLADDR, Links.octets(mac));
        if (destination.isPresent()) {
            request.be32(Neighbours.NDA_DST, destination.get().bits());
        }
        socket.execute(verb + " forwarding entry " + mac + " of link " + index, request);
    }

    static final class Reader implements ReplyReader<FdbEntry> {
        @Override
        public void read(Reply reply, List<? super FdbEntry> found) {
            MacAddress mac = new MacAddress(0);
            int vlan = 0;
            int vni = 0;
            int master = 0;
            Optional<Ipv4Address> destination = Optional.empty();
            Attributes attributes = reply.attributes(Neighbours.NDMSG_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case Neighbours.NDA_LLADDR -> mac = LinkReader.mac(attributes);
                    case Neighbours.NDA_DST -> destination = destination(attributes);
                    case NDA_VLAN -> vlan = attributes.u16();
                    case NDA_VNI -> vni = attributes.u32();
                    case NDA_MASTER -> master = attributes.u32();
                    default -> {
                        // Ages, ports and counters.
                    }
                }
            }
            found.add(new FdbEntry(reply.u32(4), mac, vlan, destination, vni, master, reply.u16(8), reply.u8(10)));
        }

        /** An IPv6 remote is none that a fan could have. */
        private static Optional<Ipv4Address> destination(Attributes address) {
            return address.length() == 4 ? Optional.of(Ipv4Address.of(address.be32())) : Optional.empty();
        }
    }
}
