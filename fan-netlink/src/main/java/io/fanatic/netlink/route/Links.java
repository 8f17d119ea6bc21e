package io.fanatic.netlink.route;

import io.fanatic.core.MacAddress;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Pause;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Request;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Network interfaces: list, make, change, delete. */
public final class Links {
    private static final long POLL_NANOS = 5_000_000;

    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_GROUP = 27;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;

    static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_EXT_MASK = 29;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;
    private static final int IN6_ADDR_GEN_MODE_NONE = 1;

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_SETLINK = 19;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    /** linux/if_link.h; holds a parameter of a device by its number in linux/ip.h. */
    static final int IFLA_INET_CONF = 1;

    static final int IPV4_DEVCONF_ARP_ANNOUNCE = 18;
    private static final int IPV4_DEVCONF_PROMOTE_SECONDARIES = 20;
    private static final int IFF_UP = 1;

    private final NetlinkSocket socket;
    private final LinkReader reader = new LinkReader();

    public Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** All links of the namespace, in the kernel's order. */
    public List<Link> list() {
        return socket.dump("list links", question(0), reader);
    }

    /** The link of that name, if there is one. */
    public Optional<Link> named(String name) {
        return find("look up link " + name, question(0).string(IFLA_IFNAME, name));
    }

    /**
     * Waits until links carry packets. The kernel activates a cable that was just plugged in, and tells its bridge, in a worker of
     * its own, which on a busy machine comes up to seconds late; until then what is sent is dropped.
     *
     * @param timeout how long at most
     * @return the name of one that still does not carry packets then; empty when all do
     */
    public Optional<String> awaitRunning(Collection<String> names, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            Set<String> waiting = new HashSet<>(names);
            for (Link link : list()) {
                if (link.running()) {
                    waiting.remove(link.name());
                }
            }
            if (waiting.isEmpty()) {
                return Optional.empty();
            }
            if (System.nanoTime() - end > 0) {
                return Optional.of(waiting.iterator().next());
            }
            Pause.nanos(POLL_NANOS);
        }
    }

    /** The link of that index, if there is one. */
    public Optional<Link> byIndex(int index) {
        return find("look up link " + index, question(index));
    }

    private Request question(int index) {
        Request request = socket.request(RTM_GETLINK, 0);
        putIfinfomsg(request, index, 0, 0);
        return request.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    }

    private Optional<Link> find(String operation, Request request) {
        try {
            List<Link> found = socket.fetch(operation, request, reader);
            return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
        } catch (NetlinkException e) {
            // ERANGE: a name too long to exist.
            if (e.errno() == Errno.ENODEV || e.errno() == Errno.ERANGE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes a link, whole or not at all, and tells its index.
     *
     * <p>Name, kind, MAC address and master are there from its first moment. Alias, IPv6 mode, a bridge's MTU and
     * the switch follow, because the kernel takes them for existing links only.
     *
     * @throws NetlinkException EEXIST for a name that is taken, EOPNOTSUPP for a kind that the kernel does not have
     */
    public int create(NewLink link) {
        String operation = "create " + link.kind() + " " + link.name();
        Request request = socket.request(RTM_NEWLINK, Request.F_CREATE | Request.F_EXCL);
        putIfinfomsg(request, 0, 0, 0);
        link.write(request);
        socket.execute(operation, request);
        Optional<Link> made = named(link.name());
        if (made.isEmpty()) {
            throw new NetlinkException(
                    operation, Errno.ENODEV, "deleted by somebody else", NetlinkException.NO_ATTRIBUTE);
        }
        int index = made.get().index();
        try {
            complete(operation, index, link);
            if (link.isUp()) {
                // Not in the same request: the kernel would switch first and give it an IPv6 address.
                socket.execute(operation, change(index, IFF_UP, IFF_UP));
            }
        } catch (NetlinkException e) {
            undo(index, e);
            throw e;
        }
        return index;
    }

    private void complete(String operation, int index, NewLink link) {
        try {
            complete(operation, index, link, true);
        } catch (NetlinkException e) {
            // The kernel has no IPv6, or not for an MTU below 1280: then it cannot give itself an IPv6 address either.
            if (e.errno() != Errno.EAFNOSUPPORT) {
                throw e;
            }
            complete(operation, index, link, false);
        }
    }

    private void complete(String operation, int index, NewLink link, boolean ipv6) {
        Request request = change(index);
        if (!link.alias().isEmpty()) {
            request.string(IFLA_IFALIAS, link.alias());
        }
        if (link.mtuAfterwards() != 0) {
            request.u32(IFLA_MTU, link.mtuAfterwards());
        }
        if (ipv6) {
            request.nest(IFLA_AF_SPEC).nest(AF_INET6).u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
            request.end().end();
        }
        socket.execute(operation, request);
    }

    private void undo(int index, NetlinkException cause) {
        try {
            delete(index);
        } catch (NetlinkException e) {
            cause.addSuppressed(e);
        }
    }

    /** Switches a link on or off. */
    public void setUp(int index, boolean up) {
        socket.execute("switch link " + index + (up ? " on" : " off"), change(index, up ? IFF_UP : 0, IFF_UP));
    }

    /** @param mtu bytes */
    public void setMtu(int index, int mtu) {
        socket.execute("set MTU " + mtu + " on link " + index, change(index).u32(IFLA_MTU, mtu));
    }

    public void setMac(int index, MacAddress mac) {
        socket.execute(
                "set MAC address " + mac + " on link " + index, change(index).bytes(IFLA_ADDRESS, octets(mac)));
    }

    /** Of a bridge; the kernel's protocol, or that of a program that has asked for it. */
    public void setSpanningTree(int index, boolean on) {
        changeBridge(
                index,
                NewLink.IFLA_BR_STP_STATE,
                on ? 1 : 0,
                "switch spanning tree of link " + index + (on ? " on" : " off"));
    }

    /**
     * Of a bridge.
     *
     * @param ageing after how long it forgets an Ethernet address, in hundredths of a second
     */
    public void setAgeing(int index, int ageing) {
        changeBridge(
                index, NewLink.IFLA_BR_AGEING_TIME, ageing, "set the ageing time of link " + index + " to " + ageing);
    }

    private void changeBridge(int index, int attribute, int value, String what) {
        // RTM_SETLINK passes over what is of a kind.
        Request request = socket.request(RTM_NEWLINK, 0);
        putIfinfomsg(request, index, 0, 0);
        request.nest(IFLA_LINKINFO).string(IFLA_INFO_KIND, "bridge").nest(IFLA_INFO_DATA);
        request.u32(attribute, value);
        socket.execute(what, request.end().end());
    }

    /** @param arpAnnounce 0 to 2, as net.ipv4.conf.*.arp_announce */
    public void setArpAnnounce(int index, int arpAnnounce) {
        setIpv4("arp_announce", index, IPV4_DEVCONF_ARP_ANNOUNCE, arpAnnounce);
    }

    /** Whether the other addresses of a network stay when the first one goes (net.ipv4.conf.*.promote_secondaries). */
    public void setPromoteSecondaries(int index, boolean on) {
        setIpv4("promote_secondaries", index, IPV4_DEVCONF_PROMOTE_SECONDARIES, on ? 1 : 0);
    }

    private void setIpv4(String name, int index, int parameter, int value) {
        Request request = change(index)
                .nest(IFLA_AF_SPEC)
                .nest(AF_INET)
                .nest(IFLA_INET_CONF)
                .u32(parameter, value);
        socket.execute(
                "set " + name + " of link " + index + " to " + value,
                request.end().end().end());
    }

    /** @param alias at most 254 bytes; empty takes the alias away */
    public void setAlias(int index, String alias) {
        Request request = change(index);
        socket.execute(
                "set alias of link " + index,
                alias.isEmpty() ? request.flag(IFLA_IFALIAS) : request.string(IFLA_IFALIAS, alias));
    }

    /** @param master the bridge to become a port of; 0 to leave the one it has */
    public void setMaster(int index, int master) {
        socket.execute(
                "set master " + master + " of link " + index, change(index).u32(IFLA_MASTER, master));
    }

    /** Gives a link, which must be off on kernels before 6.2, another name. */
    public void rename(int index, String name) {
        socket.execute("rename link " + index + " to " + name, change(index).string(IFLA_IFNAME, name));
    }

    /**
     * Gives a link, which must be off on kernels before 6.2, another name and an alias in one request, so that the name is
     * never seen without the alias.
     */
    public void renameWithAlias(int index, String name, String alias) {
        socket.execute(
                "rename link " + index + " to " + name,
                change(index).string(IFLA_IFNAME, name).string(IFLA_IFALIAS, alias));
    }

    /** Stops a link from giving itself a link-local IPv6 address; before it is switched on. */
    public void setNoIpv6Address(int index) {
        Request request = change(index).nest(IFLA_AF_SPEC).nest(AF_INET6);
        request.u8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE).end().end();
        socket.execute("set addr_gen_mode none on link " + index, request);
    }

    /** @throws NetlinkException ENODEV when it is gone, EOPNOTSUPP for hardware */
    public void delete(int index) {
        Request request = socket.request(RTM_DELLINK, 0);
        putIfinfomsg(request, index, 0, 0);
        socket.execute("delete link " + index, request);
    }

    /**
     * Deletes a link only if the kernel's index still belongs to that name, so that an index used again is not taken for
     * the link it once was.
     *
     * @return false when there is no such link any more
     */
    public boolean delete(int index, String name) {
        Optional<Link> link = byIndex(index);
        if (link.isEmpty() || !link.get().name().equals(name)) {
            return false;
        }
        try {
            delete(index);
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) {
                return false;
            }
            throw e;
        }
    }

    private Request change(int index) {
        return change(index, 0, 0);
    }

    private Request change(int index, int flags, int mask) {
        Request request = socket.request(RTM_SETLINK, 0);
        putIfinfomsg(request, index, flags, mask);
        return request;
    }

    /** struct ifinfomsg of linux/rtnetlink.h: family, device type, index, flags, and the flags to be changed. */
    static void putIfinfomsg(Request request, int index, int flags, int mask) {
        request.put8(0).put8(0).put16(0).put32(index).put32(flags).put32(mask);
    }

    static byte[] octets(MacAddress mac) {
        byte[] octets = new byte[6];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) mac.octet(i);
        }
        return octets;
    }
}
