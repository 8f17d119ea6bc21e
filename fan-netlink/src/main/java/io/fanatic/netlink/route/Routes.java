package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.wire.NetlinkException;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Request;
import java.util.List;
import java.util.Optional;

/** Routes of either family, of all tables: list, look up, add, replace, delete. */
public final class Routes {
    static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_METRICS = 8;
    static final int RTA_MULTIPATH = 9;
    static final int RTA_TABLE = 15;
    static final int RTA_ENCAP_TYPE = 21;
    static final int RTAX_MTU = 2;

    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;
    private static final int RTM_F_LOOKUP_TABLE = 0x1000;

    private final NetlinkSocket socket;

    public Routes(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The IPv4 routes of every table, the local one included. */
    public List<Route> list() {
        return list(IpFamily.IPV4);
    }

    /** The routes of a family, of every table. */
    public List<Route> list(IpFamily family) {
        Request request = socket.request(RTM_GETROUTE, 0);
        putRtmsg(request, family, 0, 0, 0, 0, 0, 0);
        return socket.dump("list routes", request, new RouteReader());
    }

    /**
     * The way that a packet of this host to this address would take now, as {@code ip route get} says it: rules, metrics and
     * source address are applied, and the destination is the address itself.
     *
     * @return empty when there is none (ENETUNREACH, EHOSTUNREACH, or a route that refuses)
     */
    public Optional<Route> lookup(IpAddress address) {
        return lookup(address, Optional.empty());
    }

    /**
     * As {@link #lookup(IpAddress)}, for a packet that has its source already, as policy rules may look at it.
     *
     * @return empty when there is none, or when the source is none of this host's addresses
     */
    public Optional<Route> lookup(IpAddress address, Optional<? extends IpAddress> source) {
        Request request = socket.request(RTM_GETROUTE, 0);
        int all = address.family().bits();
        request.put8(Families.number(address.family()))
                .put8(all)
                .put8(source.isPresent() ? all : 0)
                .put8(0);
        // IPv6 tells the table in any case, and refuses the flag.
        request.put32(0).put32(address.family() == IpFamily.IPV4 ? RTM_F_LOOKUP_TABLE : 0);
        Families.put(request, RTA_DST, address);
        source.ifPresent(from -> Families.put(request, RTA_SRC, from));
        try {
            List<Route> found = socket.fetch("look up the route to " + address, request, new RouteReader());
            return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
        } catch (NetlinkException e) {
            switch (e.errno()) {
                case Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EACCES, Errno.EINVAL -> {
                    // No route, unreachable, prohibit, blackhole (which answers EINVAL).
                    return Optional.empty();
                }
                default -> throw e;
            }
        }
    }

    /** @throws NetlinkException EEXIST when the table has a route of the same destination, TOS and metric */
    public void add(Route route) {
        modify("add", RTM_NEWROUTE, Request.F_CREATE | Request.F_EXCL, route);
    }

    /** Adds it, or puts it in the place of the first of the same destination, TOS and metric. */
    public void replace(Route route) {
        modify("replace", RTM_NEWROUTE, Request.F_CREATE | Request.F_REPLACE, route);
    }

    /** @throws NetlinkException ESRCH when there is no such route */
    public void delete(Route route) {
        modify("delete", RTM_DELROUTE, 0, route);
    }

    private void modify(String verb, int messageType, int flags, Route route) {
        Request request = socket.request(messageType, flags);
        putRtmsg(
                request,
                route.destination().family(),
                route.destination().prefixLength(),
                route.tos(),
                // The attribute counts; the byte is for tables that fit.
                route.table() < 256 ? route.table() : 0,
                route.protocol(),
                route.scope(),
                route.type());
        request.u32(RTA_TABLE, route.table());
        if (!route.isDefault()) {
            Families.put(request, RTA_DST, route.destination().network());
        }
        if (route.outInterface() != 0) {
            request.u32(RTA_OIF, route.outInterface());
        }
        if (route.gateway().isPresent()) {
            Families.put(request, RTA_GATEWAY, route.gateway().get());
        }
        if (route.preferredSource().isPresent()) {
            Families.put(request, RTA_PREFSRC, route.preferredSource().get());
        }
        if (route.metric() != 0) {
            request.u32(RTA_PRIORITY, route.metric());
        }
        if (route.mtu() != 0) {
            request.nest(RTA_METRICS).u32(RTAX_MTU, route.mtu()).end();
        }
        if (!route.nextHops().isEmpty()) {
            writeNextHops(request, route.nextHops());
        }
        socket.execute(verb + " route " + route.destination(), request);
    }

    /** RTA_MULTIPATH: a row of struct rtnexthop, each with attributes of its own. */
    private static void writeNextHops(Request request, List<NextHop> hops) {
        request.nest(RTA_MULTIPATH);
        for (NextHop hop : hops) {
            int gateway =
                    hop.gateway().isPresent() ? 4 + hop.gateway().get().family().bits() / 8 : 0;
            int length = RouteReader.RTNEXTHOP_LENGTH + gateway;
            request.put16(length).put8(0).put8(hop.weight() - 1).put32(hop.outInterface());
            if (hop.gateway().isPresent()) {
                Families.put(request, RTA_GATEWAY, hop.gateway().get());
            }
        }
        request.end();
    }

    /** struct rtmsg of linux/rtnetlink.h; source prefix length 0. */
    private static void putRtmsg(
            Request request, IpFamily family, int prefixLength, int tos, int table, int protocol, int scope, int type) {
        request.put8(Families.number(family)).put8(prefixLength).put8(0).put8(tos);
        request.put8(table).put8(protocol).put8(scope).put8(type).put32(0);
    }
}
