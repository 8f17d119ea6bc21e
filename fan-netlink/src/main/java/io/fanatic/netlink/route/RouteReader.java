package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
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
        IpFamily family = Families.of(reply.u8(0));
        IpAddress destination = family.unspecified();
        int outInterface = 0;
        int table = reply.u8(4);
        int metric = 0;
        int mtu = 0;
        Optional<IpAddress> gateway = Optional.empty();
        Optional<IpAddress> source = Optional.empty();
        List<NextHop> hops = List.of();
        boolean encapsulates = false;
        Attributes attributes = reply.attributes(RTMSG_LENGTH);
        while (attributes.next()) {
            switch (attributes.type()) {
                case Routes.RTA_DST -> destination = Families.address(attributes, family);
                case Routes.RTA_OIF -> outInterface = attributes.u32();
                case Routes.RTA_TABLE -> table = attributes.u32();
                case Routes.RTA_PRIORITY -> metric = attributes.u32();
                case Routes.RTA_GATEWAY -> gateway = Optional.of(Families.address(attributes, family));
                case Routes.RTA_PREFSRC -> source = Optional.of(Families.address(attributes, family));
                case Routes.RTA_METRICS -> mtu = mtu(attributes.nested());
                case Routes.RTA_MULTIPATH -> hops = nextHops(attributes, family);
                case Routes.RTA_ENCAP_TYPE -> encapsulates = true;
                default -> {
                    // The cache.
                }
            }
        }
        found.add(new Route(
                Families.prefix(destination, reply.u8(1)),
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
                mtu,
                encapsulates));
    }

    private static int mtu(Attributes metrics) {
        while (metrics.next()) {
            if (metrics.type() == Routes.RTAX_MTU) {
                return metrics.u32();
            }
        }
        return 0;
    }

    private static List<NextHop> nextHops(Attributes multipath, IpFamily family) {
        List<NextHop> hops = new ArrayList<>();
        int at = 0;
        while (at < multipath.length()) {
            int length = multipath.u16(at);
            if (length < RTNEXTHOP_LENGTH || length > multipath.length() - at) {
                throw new MalformedReplyException("a next hop of " + length + " bytes");
            }
            Optional<IpAddress> gateway = Optional.empty();
            Attributes attributes = multipath.nested(at + RTNEXTHOP_LENGTH, at + length);
            while (attributes.next()) {
                if (attributes.type() == Routes.RTA_GATEWAY) {
                    gateway = Optional.of(Families.address(attributes, family));
                }
            }
            hops.add(new NextHop(multipath.u32(at + 4), gateway, multipath.u8(at + 3) + 1));
            at += length + 3 & ~3;
        }
        return hops;
    }
}
