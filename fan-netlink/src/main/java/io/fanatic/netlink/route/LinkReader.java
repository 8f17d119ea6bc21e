package io.fanatic.netlink.route;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.wire.Attributes;
import io.fanatic.netlink.wire.Reply;
import io.fanatic.netlink.wire.ReplyReader;
import java.util.List;
import java.util.Optional;

/** RTM_NEWLINK and RTM_DELLINK as the kernel sends them, to {@link Link}. */
public final class LinkReader implements ReplyReader<Link> {
    static final int IFINFOMSG_LENGTH = 16;

    private static final int IFF_UP = 0x1;
    private static final int IFF_RUNNING = 0x40;
    private static final int MAC_LENGTH = 6;
    private static final int IFLA_INET6_CONF = 2;
    /** Offset of the parameter, which is the 27th of 4 bytes each. */
    private static final int DEVCONF_DISABLE_IPV6 = 4 * 26;

    private static final int DEVCONF_ARP_ANNOUNCE = 4 * (Links.IPV4_DEVCONF_ARP_ANNOUNCE - 1);

    private static final MacAddress NO_MAC = new MacAddress(0);

    @Override
    public void read(Reply reply, List<? super Link> found) {
        int index = reply.u32(4);
        int flags = reply.u32(8);
        String name = "";
        String kind = "";
        String alias = "";
        int mtu = 0;
        int master = 0;
        int lower = 0;
        int group = 0;
        boolean spanningTree = false;
        int ageing = 0;
        boolean ipv6 = false;
        int arpAnnounce = 0;
        MacAddress mac = NO_MAC;
        Optional<VxlanSettings> vxlan = Optional.empty();
        Optional<IpipSettings> ipip = Optional.empty();
        Attributes attributes = reply.attributes(IFINFOMSG_LENGTH);
        while (attributes.next()) {
            switch (attributes.type()) {
                case Links.IFLA_IFNAME -> name = attributes.string();
                case Links.IFLA_MTU -> mtu = attributes.u32();
                case Links.IFLA_LINK -> lower = attributes.u32();
                case Links.IFLA_MASTER -> master = attributes.u32();
                case Links.IFLA_GROUP -> group = attributes.u32();
                case Links.IFLA_IFALIAS -> alias = attributes.string();
                case Links.IFLA_AF_SPEC -> {
                    ipv6 = speaksIpv6(attributes.nested());
                    arpAnnounce = arpAnnounce(attributes.nested());
                }
                case Links.IFLA_ADDRESS -> mac = mac(attributes);
                case Links.IFLA_LINKINFO -> {
                    kind = kind(attributes.nested());
                    if (kind.equals("bridge")) {
                        spanningTree = data(attributes.nested())
                                        .map(data -> number(data, NewLink.IFLA_BR_STP_STATE))
                                        .orElse(0)
                                != 0;
                        ageing = data(attributes.nested())
                                .map(data -> number(data, NewLink.IFLA_BR_AGEING_TIME))
                                .orElse(0);
                    } else if (kind.equals("vxlan")) {
                        vxlan = data(attributes.nested()).map(LinkReader::vxlanSettings);
                    } else if (kind.equals("ipip")) {
                        ipip = data(attributes.nested()).map(LinkReader::ipipSettings);
                    }
                }
                default -> {
                    // The other sixty do not concern a fan.
                }
            }
        }
        boolean up = (flags & IFF_UP) != 0;
        boolean running = (flags & IFF_RUNNING) != 0;
        found.add(new Link(
                index,
                name,
                kind,
                mtu,
                mac,
                up,
                running,
                master,
                lower,
                group,
                alias,
                spanningTree,
                ageing,
                ipv6,
                arpAnnounce,
                vxlan,
                ipip));
    }

    /** The address of an Ethernet device; tunnels have IP addresses in its place. */
    static MacAddress mac(Attributes address) {
        return address.length() == MAC_LENGTH ? macOf(address.bytes()) : NO_MAC;
    }

    static MacAddress macOf(byte[] octets) {
        long bits = 0;
        for (byte octet : octets) {
            bits = bits << 8 | octet & 0xff;
        }
        return new MacAddress(bits);
    }

    private static String kind(Attributes info) {
        while (info.next()) {
            if (info.type() == Links.IFLA_INFO_KIND) {
                return info.string();
            }
        }
        return "";
    }

    private static boolean speaksIpv6(Attributes families) {
        while (families.next()) {
            if (families.type() == Links.AF_INET6) {
                return isIpv6On(families.nested());
            }
        }
        return false;
    }

    private static int arpAnnounce(Attributes families) {
        while (families.next()) {
            if (families.type() == Links.AF_INET) {
                Attributes inet = families.nested();
                while (inet.next()) {
                    if (inet.type() == Links.IFLA_INET_CONF && inet.length() > DEVCONF_ARP_ANNOUNCE) {
                        return inet.u32(DEVCONF_ARP_ANNOUNCE);
                    }
                }
            }
        }
        return 0;
    }

    /**
     * Whether IPv6 is on, by the attributes that the kernel has for it on a device (IFLA_INET6_...).
     *
     * @param inet6 in front of the first one
     */
    public static boolean isIpv6On(Attributes inet6) {
        while (inet6.next()) {
            if (inet6.type() == IFLA_INET6_CONF && inet6.length() > DEVCONF_DISABLE_IPV6) {
                return inet6.u32(DEVCONF_DISABLE_IPV6) == 0;
            }
        }
        return false;
    }

    private static Optional<Attributes> data(Attributes info) {
        while (info.next()) {
            if (info.type() == Links.IFLA_INFO_DATA) {
                return Optional.of(info.nested());
            }
        }
        return Optional.empty();
    }

    private static int number(Attributes data, int type) {
        while (data.next()) {
            if (data.type() == type) {
                return data.u32();
            }
        }
        return 0;
    }

    private static IpipSettings ipipSettings(Attributes data) {
        boolean external = false;
        Optional<Ipv4Address> local = Optional.empty();
        Optional<Ipv4Address> remote = Optional.empty();
        while (data.next()) {
            switch (data.type()) {
                case NewLink.IFLA_IPTUN_COLLECT_METADATA -> external = true;
                case NewLink.IFLA_IPTUN_LOCAL -> local = address(data);
                case NewLink.IFLA_IPTUN_REMOTE -> remote = address(data);
                default -> {
                    // TTL, path MTU discovery and other things that nobody asks for.
                }
            }
        }
        return new IpipSettings(external, local, remote);
    }

    /** 0.0.0.0 stands for any. */
    private static Optional<Ipv4Address> address(Attributes data) {
        int bits = data.be32();
        return bits == 0 ? Optional.empty() : Optional.of(Ipv4Address.of(bits));
    }

    private static VxlanSettings vxlanSettings(Attributes data) {
        int vni = 0;
        int port = 0;
        boolean external = false;
        boolean vniFilter = false;
        boolean learning = false;
        boolean checksum = true;
        Optional<Ipv4Address> local = Optional.empty();
        Optional<Ipv4Address> remote = Optional.empty();
        while (data.next()) {
            switch (data.type()) {
                case NewLink.IFLA_VXLAN_ID -> vni = data.u32();
                case NewLink.IFLA_VXLAN_PORT -> port = data.be16();
                case NewLink.IFLA_VXLAN_COLLECT_METADATA -> external = data.u8() != 0;
                case NewLink.IFLA_VXLAN_VNIFILTER -> vniFilter = data.u8() != 0;
                case NewLink.IFLA_VXLAN_LEARNING -> learning = data.u8() != 0;
                case NewLink.IFLA_VXLAN_UDP_CSUM -> checksum = data.u8() != 0;
                case NewLink.IFLA_VXLAN_LOCAL -> local = Optional.of(Ipv4Address.of(data.be32()));
                case NewLink.IFLA_VXLAN_GROUP -> remote = Optional.of(Ipv4Address.of(data.be32()));
                default -> {
                    // TTL, ageing, IPv6 and other things that nobody asks for.
                }
            }
        }
        return new VxlanSettings(vni, port, external, vniFilter, learning, local, remote, checksum);
    }
}
