package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;
import java.util.Optional;

/** Addresses of interfaces, of either family: list, add, delete. */
public final class Addresses {
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int IFADDRMSG_LENGTH = 8;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_LABEL = 3;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_PROTO = 11;

    private final NetlinkSocket socket;

    public Addresses(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The IPv4 addresses of all interfaces; those of one interface in the order in which they were added. */
    public List<InterfaceAddress> list() {
        return list(IpFamily.IPV4);
    }

    /** The addresses of a family. */
    public List<InterfaceAddress> list(IpFamily family) {
        Request request = socket.request(RTM_GETADDR, 0);
        putIfaddrmsg(request, family, 0, 0, 0);
        return socket.dump("list addresses", request, new Reader());
    }

    /**
     * Adds an address; the kernel adds the route to its network, too.
     *
     * @throws io.fanatic.netlink.wire.NetlinkException EEXIST when the interface has it
     */
    public void add(InterfaceAddress address) {
        Request request = socket.request(RTM_NEWADDR, Request.F_CREATE | Request.F_EXCL);
        write(request, address);
        if (address.flags() != 0) {
            request.u32(IFA_FLAGS, address.flags());
        }
        if (address.protocol() != 0) {
            request.u8(IFA_PROTO, address.protocol());
        }
        if (!address.label().isEmpty()) {
            request.string(IFA_LABEL, address.label());
        }
        socket.execute(describe("add", address), request);
    }

    /** @throws io.fanatic.netlink.wire.NetlinkException EADDRNOTAVAIL when the interface does not have it */
    public void delete(InterfaceAddress address) {
        Request request = socket.request(RTM_DELADDR, 0);
        write(request, address);
        socket.execute(describe("delete", address), request);
    }

    private static String describe(String verb, InterfaceAddress address) {
        return verb + " address " + address.address() + "/" + address.prefixLength() + " on link " + address.index();
    }

    private static void write(Request request, InterfaceAddress address) {
        putIfaddrmsg(request, address.address().family(), address.prefixLength(), address.scope(), address.index());
        Families.put(request, IFA_LOCAL, address.address());
        Families.put(request, IFA_ADDRESS, address.peer());
    }

    /** struct ifaddrmsg of linux/if_addr.h; its flags are too narrow and stay 0. */
    private static void putIfaddrmsg(Request request, IpFamily family, int prefixLength, int scope, int index) {
        request.put8(Families.number(family))
                .put8(prefixLength)
                .put8(0)
                .put8(scope)
                .put32(index);
    }

    /** RTM_NEWADDR and RTM_DELADDR as the kernel sends them. */
    public static final class Reader implements ReplyReader<InterfaceAddress> {
        @Override
        public void read(Reply reply, List<? super InterfaceAddress> found) {
            int flags = reply.u8(2);
            IpFamily family = Families.of(reply.u8(0));
            // An IPv6 address has no local attribute unless it has a peer, and no label.
            IpAddress peer = family.unspecified();
            Optional<IpAddress> local = Optional.empty();
            int protocol = 0;
            String label = "";
            Attributes attributes = reply.attributes(IFADDRMSG_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case IFA_LOCAL -> local = Optional.of(Families.address(attributes, family));
                    case IFA_ADDRESS -> peer = Families.address(attributes, family);
                    case IFA_FLAGS -> flags = attributes.u32();
                    case IFA_PROTO -> protocol = attributes.u8();
                    case IFA_LABEL -> label = attributes.string();
                    default -> {
                        // Broadcast address and life times.
                    }
                }
            }
            found.add(new InterfaceAddress(
                    reply.u32(4), local.orElse(peer), reply.u8(1), peer, reply.u8(3), flags, protocol, label));
        }
    }
}
