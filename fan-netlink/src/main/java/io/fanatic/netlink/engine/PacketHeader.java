package io.fanatic.netlink.engine;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.MacAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a frame, or a packet, says of itself: read from its first bytes, whatever is wrong with them.
 *
 * @param source address of the network layer, of ARP the sender's; the Ethernet address where there is no other, empty where none
 * @param destination likewise
 * @param protocol such as {@code TCP}, {@code ICMP}, {@code ARP request}, or a number such as {@code IP protocol 47}, {@code 0x88cc}
 * @param sourcePort of TCP and UDP
 * @param destinationPort likewise
 */
public record PacketHeader(
        Optional<String> source,
        Optional<String> destination,
        String protocol,
        OptionalInt sourcePort,
        OptionalInt destinationPort) {
    private static final int ETHERNET = 14;
    private static final int ARP = 28;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;

    /** Nothing is null. */
    public PacketHeader {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(sourcePort, "sourcePort");
        Objects.requireNonNull(destinationPort, "destinationPort");
    }

    /**
     * Reads what there is.
     *
     * @param bytes the first bytes, any number of them
     * @param ethernet whether they begin with an Ethernet header, else with that of IP
     * @return never fails
     */
    public static PacketHeader read(byte[] bytes, boolean ethernet) {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        if (!ethernet) {
            return ip(data, Optional.empty(), Optional.empty());
        }
        if (bytes.length < ETHERNET) {
            return named(Optional.empty(), Optional.empty(), "Ethernet, cut short");
        }
        Optional<String> from = Optional.of(mac(data, 6));
        Optional<String> to = Optional.of(mac(data, 0));
        ByteBuffer rest = data.slice(ETHERNET, bytes.length - ETHERNET);
        int type = data.getShort(12) & 0xffff;
        switch (type) {
            case 0x0800, 0x86dd:
                return ip(rest, from, to);
            case 0x0806:
                return arp(rest, from, to);
            case 0x8100, 0x88a8:
                return named(from, to, "VLAN");
            default:
                return named(from, to, type < 0x600 ? "802.3" : String.format("0x%04x", type));
        }
    }

    /** Of a frame's first bytes; empty where there are too few of them. */
    static Optional<MacAddress> ethernetSource(byte[] bytes) {
        return bytes.length < ETHERNET
                ? Optional.empty()
                : Optional.of(MacAddress.parse(mac(ByteBuffer.wrap(bytes), 6)));
    }

    private static PacketHeader named(Optional<String> source, Optional<String> destination, String protocol) {
        return new PacketHeader(source, destination, protocol, OptionalInt.empty(), OptionalInt.empty());
    }

    private static PacketHeader arp(ByteBuffer arp, Optional<String> from, Optional<String> to) {
        if (arp.capacity() < ARP) {
            return named(from, to, "ARP, cut short");
        }
        int operation = arp.getShort(6) & 0xffff;
        String word = operation == 1 ? "ARP request" : operation == 2 ? "ARP reply" : "ARP operation " + operation;
        return named(Optional.of(ipv4(arp, 14)), Optional.of(ipv4(arp, 24)), word);
    }

    private static PacketHeader ip(ByteBuffer ip, Optional<String> from, Optional<String> to) {
        int version = ip.capacity() == 0 ? 0 : ip.get(0) >> 4 & 0xf;
        if (version == 4 && ip.capacity() >= IPV4) {
            boolean first = (ip.getShort(6) & 0x1fff) == 0;
            return transport(
                    ip.get(9) & 0xff,
                    ip,
                    first ? 4 * (ip.get(0) & 0xf) : ip.capacity(),
                    ipv4(ip, 12),
                    ipv4(ip, 16),
                    first ? "" : ", fragment");
        } else if (version == 6 && ip.capacity() >= IPV6) {
            return transport(ip.get(6) & 0xff, ip, IPV6, ipv6(ip, 8), ipv6(ip, 24), "");
        }
        return named(from, to, version == 4 || version == 6 ? "IP, cut short" : "IP of no version");
    }

    private static PacketHeader transport(
            int protocol, ByteBuffer ip, int offset, String source, String destination, String more) {
        Optional<String> from = Optional.of(source);
        Optional<String> to = Optional.of(destination);
        switch (protocol) {
            case 1:
                return named(from, to, "ICMP" + more);
            case 4:
                return named(from, to, "IPIP" + more);
            case 58:
                return named(from, to, "ICMPv6");
            case 6, 17, 132:
                String name = protocol == 6 ? "TCP" : protocol == 17 ? "UDP" : "SCTP";
                return ip.capacity() < offset + 4
                        ? named(from, to, name + more)
                        : new PacketHeader(
                                from,
                                to,
                                name,
                                OptionalInt.of(ip.getShort(offset) & 0xffff),
                                OptionalInt.of(ip.getShort(offset + 2) & 0xffff));
            default:
                return named(from, to, (source.contains(":") ? "IPv6 next header " : "IP protocol ") + protocol + more);
        }
    }

    private static String mac(ByteBuffer data, int offset) {
        long bits = (long) (data.getShort(offset) & 0xffff) << 32 | data.getInt(offset + 2) & 0xffff_ffffL;
        return new MacAddress(bits).toString();
    }

    private static String ipv4(ByteBuffer data, int offset) {
        return Ipv4Address.of(data.getInt(offset)).toString();
    }

    private static String ipv6(ByteBuffer data, int offset) {
        return new Ipv6Address(data.getLong(offset), data.getLong(offset + 8)).toString();
    }
}
