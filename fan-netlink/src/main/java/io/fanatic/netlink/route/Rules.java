package io.fanatic.netlink.route;

import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.NetlinkSocket;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import io.fanatic.netlink.wire.Request;
import java.util.List;
import java.util.Optional;

/** IPv4 policy rules: list. A fan makes none. */
public final class Rules {
    private static final int RTM_GETRULE = 34;
    private static final int AF_INET = 2;
    private static final int FIB_RULE_HDR_LENGTH = 12;
    private static final int FIB_RULE_INVERT = 0x2;

    private static final int FRA_DST = 1;
    private static final int FRA_SRC = 2;
    private static final int FRA_IIFNAME = 3;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15;
    private static final int FRA_FWMASK = 16;
    private static final int FRA_OIFNAME = 17;
    private static final int FRA_PROTOCOL = 21;

    private final NetlinkSocket socket;

    public Rules(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The rules in the order in which they are tried. */
    public List<Rule> list() {
        Request request = socket.request(RTM_GETRULE, 0);
        request.put8(AF_INET).put8(0).put16(0).put32(0).put32(0);
        return socket.dump("list rules", request, new Reader());
    }

    private static Ipv4Prefix cidr(Attributes network, int prefixLength) {
        return (Ipv4Prefix) Families.prefix(Families.address(network, IpFamily.IPV4), prefixLength);
    }

    /** struct fib_rule_hdr: family, destination and source prefix length, TOS, table, two reserved, action, flags. */
    static final class Reader implements ReplyReader<Rule> {
        @Override
        public void read(Reply reply, List<? super Rule> found) {
            int priority = 0;
            int mark = 0;
            int mask = 0;
            int protocol = 0;
            int table = reply.u8(4);
            String in = "";
            String out = "";
            Optional<Ipv4Prefix> source = Optional.empty();
            Optional<Ipv4Prefix> destination = Optional.empty();
            Attributes attributes = reply.attributes(FIB_RULE_HDR_LENGTH);
            while (attributes.next()) {
                switch (attributes.type()) {
                    case FRA_PRIORITY -> priority = attributes.u32();
                    case FRA_FWMARK -> mark = attributes.u32();
                    case FRA_FWMASK -> mask = attributes.u32();
                    case FRA_PROTOCOL -> protocol = attributes.u8();
                    case FRA_TABLE -> table = attributes.u32();
                    case FRA_IIFNAME -> in = attributes.string();
                    case FRA_OIFNAME -> out = attributes.string();
                    case FRA_DST -> destination = Optional.of(cidr(attributes, reply.u8(1)));
                    case FRA_SRC -> source = Optional.of(cidr(attributes, reply.u8(2)));
                    default -> {
                        // Ports, user ids, tunnel ids and what will come.
                    }
                }
            }
            boolean inverted = (reply.u32(8) & FIB_RULE_INVERT) != 0;
            int action = reply.u8(7);
            found.add(new Rule(priority, source, destination, in, out, mark, mask, table, action, protocol, inverted));
        }
    }
}
