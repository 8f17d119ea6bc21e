package io.fanatic.netlink.route;

import io.fanatic.core.IpAddress;
import io.fanatic.core.IpFamily;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.MalformedReplyException;
import io.fanatic.netlink.wire.Request;

/** Addresses of both families in netlink messages: the family is in the fixed part, an address has 4 or 16 octets. */
final class Families {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private Families() {}

    /** The number of a family, as socket(2) has it. */
    static int number(IpFamily family) {
        return switch (family) {
            case IPV4 -> AF_INET;
            case IPV6 -> AF_INET6;
        };
    }

    /**
     * The family of a message.
     *
     * @throws MalformedReplyException when it is another
     */
    static IpFamily of(int number) {
        return switch (number) {
            case AF_INET -> IpFamily.IPV4;
            case AF_INET6 -> IpFamily.IPV6;
            default -> throw new MalformedReplyException("a message of address family " + number);
        };
    }

    /**
     * The network of a message.
     *
     * @throws MalformedReplyException when the address has host bits, or fewer bits than the prefix length says
     */
    static Prefix prefix(IpAddress network, int prefixLength) {
        try {
            return network instanceof Ipv6Address ipv6
                    ? new Ipv6Prefix(ipv6, prefixLength)
                    : new Ipv4Prefix((Ipv4Address) network, prefixLength);
        } catch (IllegalArgumentException e) {
            throw new MalformedReplyException("the network " + network + "/" + prefixLength);
        }
    }

    static void put(Request request, int type, IpAddress address) {
        request.bytes(type, address.octets());
    }

    /** @throws MalformedReplyException when the attribute has another length than the family's addresses */
    static IpAddress address(Attributes attribute, IpFamily family) {
        if (attribute.length() * 8 != family.bits()) {
            throw new MalformedReplyException(
                    "an address of " + attribute.length() + " bytes in a message of " + family);
        }
        return IpAddress.ofOctets(attribute.bytes());
    }
}
