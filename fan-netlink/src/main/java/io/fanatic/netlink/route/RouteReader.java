package io.fanatic.netlink.route;

import io.fanatic.core.Cidr;
import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.MalformedReplyException;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** RTM_NEWROUTE and RTM_DELROUTE as the kernel sends them, to {@link Route}. */
public final class RouteReader implements ReplyReader<Route> {
    static final int RTNEXTHOP_LENGTH = 8;

    private static final int RTMSG_LENGTH = 12;

    @Override
    public void read(Reply reply, List<? super Route> found) {
        int destination = 0;
        int outInterface = 0;
        int table = reply.u8(4);
        int metric = 0;
        int mtu = 0;
        Optional<Ipv4Address> gateway = Optional.empty();
        Optional<Ipv4Address> source = Optional.empty();
        List<NextHop> hops = List.of();
        Attributes attributes = reply.attributes(RTMSG_LENGTH);
        while (attributes.next()) {
            switch (attributes.type()) {
                case Routes.RTA_DST -> destination = attributes.be32();
                case Routes.RTA_OIF -> outInterface = attributes.u32();
                case Routes.RTA_TABLE -> table = attributes.u32();
                case Routes.RTA_PRIORITY -> metric = attributes.u32();
                case Routes.RTA_GATEWAY -> gateway = Optional.of(Ipv4Address.of(attributes.be32()));
                case Routes.RTA_PREFSRC -> source = Optional.of(Ipv4Address.of(attributes.be32()));
                case Routes.RTA_METRICS -> mtu = mtu(attributes.nested());
                case Routes.RTA_MULTIPATH -> hops = nextHops(attributes);
                default -> {
                    // Cache and encapsulation.
                }
            }
        }
        found.add(new Route(
                cidr(destination, reply.u8(1)),
                outInterface,
                gateway,
                source,
                table,
                reply.u8(5),
                reply.u8(7),
                metric,
                reply.u8(6),
                reply.u8(3),
                hops,
                mtu));
    }

    private static int mtu(Attributes metrics) {
        while (metrics.next()) {
            if (metrics.type() == Routes.RTAX_MTU) {
                return metrics.u32();
            }
        }
        return 0;
    }

    static Cidr cidr(int network, int prefixLength) {
        if (prefixLength > 32 || (network & ~Cidr.mask(prefixLength)) != 0) {
            throw new MalformedReplyException("the network " + Ipv4Address.of(network) + "/" + prefixLength);
        }
        return new Cidr(Ipv4Address.of(network), prefixLength);
    }

    private static List<NextHop> nextHops(Attributes multipath) {
        List<NextHop> hops = new ArrayList<>();
        int at = 0;
        while (at < multipath.length()) {
            int length = multipath.u16(at);
            if (length < RTNEXTHOP_LENGTH || length > multipath.length() - at) {
                throw new MalformedReplyException("a next hop of " + length + " bytes");
            }
            Optional<Ipv4Address> gateway = Optional.empty();
            Attributes attributes = multipath.nested(at + RTNEXTHOP_LENGTH, at + length);
            while (attributes.next()) {
                if (attributes.type() == Routes.RTA_GATEWAY) {
                    gateway = Optional.of(Ipv4Address.of(attributes.be32()));
                }
            }
            hops.add(new NextHop(multipath.u32(at + 4), gateway, multipath.u8(at + 3) + 1));
            at += length + 3 & ~3;
        }
        return hops;
    }
}
