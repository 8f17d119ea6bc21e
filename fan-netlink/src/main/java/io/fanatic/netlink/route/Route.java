package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Prefix;
import java.util.List;
import java.util.Optional;

/**
 * A route of either family. The numbers are those of linux/rtnetlink.h and of /etc/iproute2.
 *
 * @param destination what it is for; 0.0.0.0/0 and ::/0 are the defaults
 * @param outInterface the interface's index; 0 for a route that goes nowhere or has several ways
 * @param gateway the router, if any
 * @param preferredSource the address that the host itself sends from, if said
 * @param table 254 main, 255 local, 253 default
 * @param protocol who made it: 2 kernel, 3 boot, 4 static, 16 DHCP; others by agreement
 * @param type 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit
 * @param metric the smallest wins (RTA_PRIORITY)
 * @param scope 0 global, 253 link, 254 host
 * @param tos the type of service that it is for, 0 for any
 * @param nextHops the ways of a multipath route; else empty
 * @param mtu bytes of the largest packet (RTAX_MTU); 0 when only the device decides
 * @param encapsulates whether its packets get another header (RTA_ENCAP_TYPE, a lightweight tunnel); read only
 */
public record Route(
        Prefix destination,
        int outInterface,
        Optional<IpAddress> gateway,
        Optional<IpAddress> preferredSource,
        int table,
        int protocol,
        int type,
        int metric,
        int scope,
        int tos,
        List<NextHop> nextHops,
        int mtu,
        boolean encapsulates) {

    public static final int TABLE_MAIN = 254;
    public static final int TABLE_LOCAL = 255;
    public static final int TYPE_UNICAST = 1;
    public static final int TYPE_LOCAL = 2;
    public static final int TYPE_BLACKHOLE = 6;
    public static final int PROTOCOL_KERNEL = 2;
    public static final int PROTOCOL_STATIC = 4;
    public static final int PROTOCOL_RA = 9;
    public static final int SCOPE_GLOBAL = 0;
    public static final int SCOPE_LINK = 253;

    public Route {
        nextHops = List.copyOf(nextHops);
    }

    /** A route that does not encapsulate. */
    public Route(
            Prefix destination,
            int outInterface,
            Optional<IpAddress> gateway,
            Optional<IpAddress> preferredSource,
            int table,
            int protocol,
            int type,
            int metric,
            int scope,
            int tos,
            List<NextHop> nextHops,
            int mtu) {
        this(
                destination,
                outInterface,
                gateway,
                preferredSource,
                table,
                protocol,
                type,
                metric,
                scope,
                tos,
                nextHops,
                mtu,
                false);
    }

    /** A route of the main table to a network that the interface reaches directly. */
    public static Route direct(Prefix destination, int outInterface, int protocol) {
        return of(destination, Optional.empty(), outInterface, protocol, SCOPE_LINK);
    }

    /** A route of the main table through a router. */
    public static Route via(Prefix destination, IpAddress gateway, int outInterface, int protocol) {
        return of(destination, Optional.of(gateway), outInterface, protocol, SCOPE_GLOBAL);
    }

    private static Route of(
            Prefix destination, Optional<IpAddress> gateway, int outInterface, int protocol, int scope) {
        return new Route(
                destination,
                outInterface,
                gateway,
                Optional.empty(),
                TABLE_MAIN,
                protocol,
                TYPE_UNICAST,
                0,
                scope,
                0,
                List.of(),
                0);
    }

    /** The same route, from this source address. */
    public Route withPreferredSource(IpAddress source) {
        return with(Optional.of(source), table, metric, mtu);
    }

    /** The same route in another table. */
    public Route withTable(int number) {
        return with(preferredSource, number, metric, mtu);
    }

    /** The same route for packets of at most so many bytes; path MTU discovery may still find less. */
    public Route withMtu(int bytes) {
        return with(preferredSource, table, metric, bytes);
    }

    /** The same route with another metric. */
    public Route withMetric(int number) {
        return with(preferredSource, table, number, mtu);
    }

    private Route with(Optional<IpAddress> otherSource, int otherTable, int otherMetric, int otherMtu) {
        return new Route(
                destination,
                outInterface,
                gateway,
                otherSource,
                otherTable,
                protocol,
                type,
                otherMetric,
                scope,
                tos,
                nextHops,
                otherMtu,
                encapsulates);
    }

    /** The destination of what {@link Routes#list()} lists. */
    public Ipv4Prefix ipv4() {
        return (Ipv4Prefix) destination;
    }

    /** The preferred source of what {@link Routes#list()} lists. */
    public Optional<Ipv4Address> ipv4Source() {
        return preferredSource.map(Ipv4Address.class::cast);
    }

    /** Whether it is for all addresses. */
    public boolean isDefault() {
        return destination.prefixLength() == 0;
    }
}
