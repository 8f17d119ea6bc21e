package io.fanatic.netlink.bpf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a host on an Ethernet believes of its neighbours, made by hand as a container with CAP_NET_RAW could: routers, redirects,
 * neighbours, leases, groups, spanning trees. Addresses are of the fan 250.0.0.0/8 on the host 10.0.0.57.
 */
final class Beliefs {
    private static final long ALL_NODES = 0x3333_0000_0001L;
    private static final long ALL_SYSTEMS = 0x0100_5e00_0001L;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final byte[] MINE = ipv6("fe80::bad");
    private static final byte[] EVERYBODY = ipv6("ff02::1");

    /**
     * One frame.
     *
     * @param dropped whether gate has to drop it; the others are IPv4 and ARP of the local slice, of which the host judges by itself
     */
    record Lie(String kind, byte[] frame, boolean dropped) {}

    private final long host;
    private final byte[] hostsLinkLocal;
    private final List<Lie> lies = new ArrayList<>();

    /** @param host the bridge's Ethernet address */
    Beliefs(long host) {
        this.host = host;
        ByteBuffer address = ByteBuffer.allocate(16).putShort(0, (short) 0xfe80);
        address.put(8, (byte) (host >>> 40 ^ 2)).put(9, (byte) (host >>> 32)).put(10, (byte) (host >>> 24));
        address.putShort(11, (short) 0xfffe).put(13, (byte) (host >>> 16)).putShort(14, (short) host);
        hostsLinkLocal = address.array();
    }

    List<Lie> all() {
        routers();
        neighbours();
        leases();
        addressResolution();
        icmp();
        groups();
        otherProtocols();
        return lies;
    }

    private void routers() {
        ByteBuffer router = ByteBuffer.allocate(16 + 8 + 8 + 32 + 24 + 24);
        router.put(0, (byte) 134).put(4, (byte) 7).put(5, (byte) 0x08).putShort(6, (short) 9000); // preference high
        router.putInt(8, 11_000).putInt(12, 1_100); // reachable time, retransmission timer
        router.position(16);
        router.put((byte) 1).put((byte) 1).put(mac(Frames.SENDER)); // link-layer address
        router.put((byte) 5).put((byte) 1).putShort((short) 0).putInt(1280); // MTU
        router.put((byte) 3)
                .put((byte) 4)
                .put((byte) 64)
                .put((byte) 0xc0)
                .putInt(9000)
                .putInt(9000);
        router.putInt(0).put(ipv6("2001:db8:bad::")); // prefix: on link, autonomous
        router.put((byte) 24).put((byte) 3).put((byte) 48).put((byte) 0x08).putInt(9000);
        router.put(ipv6("2001:db8:1::")); // route
        router.put((byte) 25).put((byte) 3).putShort((short) 0).putInt(9000).put(ipv6("2001:db8:bad::53"));
        icmpv6("router advertisement to all", ALL_NODES, MINE, EVERYBODY, router.array());
        icmpv6("router advertisement to the host", host, MINE, hostsLinkLocal, router.array());
        icmpv6("router advertisement as of the router", ALL_NODES, ipv6("fe80::1"), EVERYBODY, router.array());
        byte[] ends = router.array().clone();
        ByteBuffer.wrap(ends).putShort(6, (short) 0);
        icmpv6("end of the router as of the router", ALL_NODES, ipv6("fe80::1"), EVERYBODY, ends);
        icmpv6("router solicitation", 0x3333_0000_0002L, MINE, ipv6("ff02::2"), new byte[] {
            (byte) 133, 0, 0, 0, 0, 0, 0, 0
        });

        ByteBuffer redirect = ByteBuffer.allocate(40);
        redirect.put(0, (byte) 137);
        redirect.position(8);
        redirect.put(MINE).put(ipv6("fd01::1"));
        for (String router2 : List.of("fe80::1", "fd01::1", "fe80::bad")) {
            icmpv6("redirect as of " + router2, host, ipv6(router2), hostsLinkLocal, redirect.array());
            icmpv6("redirect as of " + router2, host, ipv6(router2), ipv6("fd01::57"), redirect.array());
        }
        ByteBuffer tooBig = ByteBuffer.allocate(8 + 48).put(0, (byte) 2).putInt(4, 1280);
        icmpv6("packet too big", host, ipv6("fd01::1"), ipv6("fd01::57"), tooBig.array());
    }

    private void neighbours() {
        for (String target : List.of("fd01::1", "fd01::57", "fe80::1", "fe80::bad", "2001:db8::5")) {
            ByteBuffer solicit = ByteBuffer.allocate(32).put(0, (byte) 135);
            solicit.position(8);
            solicit.put(ipv6(target)).put((byte) 1).put((byte) 1).put(mac(Frames.SENDER));
            icmpv6("solicitation for " + target, ALL_NODES, MINE, EVERYBODY, solicit.array());
            icmpv6("solicitation as of " + target, host, ipv6(target), hostsLinkLocal, solicit.array());
            byte[] duplicate = Arrays.copyOf(solicit.array(), 24);
            icmpv6("duplicate of " + target, ALL_NODES, new byte[16], EVERYBODY, duplicate);
            byte[] advertise = solicit.array().clone();
            advertise[0] = (byte) 136;
            advertise[4] = (byte) 0xe0; // router, solicited, override
            advertise[24] = 2;
            icmpv6("advertisement of " + target, ALL_NODES, ipv6(target), EVERYBODY, advertise);
            icmpv6("advertisement of " + target + " to the host", host, ipv6(target), hostsLinkLocal, advertise);
        }
        ByteBuffer query = ByteBuffer.allocate(28).put(0, (byte) 130).putShort(4, (short) 1000);
        icmpv6("MLD query", ALL_NODES, MINE, EVERYBODY, query.array());
        icmpv6(
                "MLD report",
                ALL_NODES,
                MINE,
                EVERYBODY,
                ByteBuffer.allocate(24).put(0, (byte) 131).array());
        icmpv6(
                "MLD done",
                ALL_NODES,
                MINE,
                EVERYBODY,
                ByteBuffer.allocate(24).put(0, (byte) 132).array());
        icmpv6(
                "MLDv2 report",
                ALL_NODES,
                MINE,
                EVERYBODY,
                ByteBuffer.allocate(8).put(0, (byte) 143).array());
        icmpv6(
                "echo",
                host,
                MINE,
                hostsLinkLocal,
                ByteBuffer.allocate(16).put(0, (byte) 128).array());
    }

    private void leases() {
        for (int type : new int[] {2, 5, 6}) { // offer, acknowledgement, refusal
            byte[] lease = dhcp(type);
            v4("DHCP broadcast " + type, Frames.BROADCAST, "250.0.57.9", "255.255.255.255", UDP, udp(67, 68, lease));
            v4("DHCP " + type, host, "250.0.57.9", "250.0.57.1", UDP, udp(67, 68, lease));
            v4("DHCP to the underlay address " + type, host, "250.0.57.9", "10.0.0.57", UDP, udp(67, 68, lease));
            v4("DHCP as of the router " + type, host, "10.0.0.254", "10.0.0.57", UDP, udp(67, 68, lease), true);
        }
        v4("DHCP to the server", Frames.BROADCAST, "0.0.0.0", "255.255.255.255", UDP, udp(68, 67, dhcp(4)));
        for (int type : new int[] {2, 7}) { // advertise, reply
            byte[] payload = ByteBuffer.allocate(64).putInt(0, type << 24).array();
            byte[] packet = udp(547, 546, payload);
            byte[] pseudo = pseudo(MINE, hostsLinkLocal, UDP, packet);
            ByteBuffer.wrap(packet).putShort(6, (short) Frames.checksum(ByteBuffer.wrap(pseudo), 0, pseudo.length));
            lies.add(new Lie("DHCPv6 " + type, ipv6(host, MINE, hostsLinkLocal, UDP, packet), true));
        }
    }

    /** A BOOTP answer with address, router, name server and the long life of a lease. */
    private static byte[] dhcp(int type) {
        ByteBuffer answer =
                ByteBuffer.allocate(300).put(0, (byte) 2).put(1, (byte) 1).put(2, (byte) 6);
        answer.putInt(16, Frames.bits("250.0.57.66")).putInt(236, 0x63825363);
        answer.position(240);
        answer.put(new byte[] {53, 1, (byte) type, 1, 4, -1, 0, 0, 0, 54, 4, -6, 0, 57, 9, 51, 4, 0, 0, 112, -128});
        answer.put(new byte[] {3, 4, -6, 0, 57, 9, 6, 4, -6, 0, 57, 9, -1});
        return answer.array();
    }

    private void addressResolution() {
        int mine = Frames.bits("250.0.57.9");
        for (String address : List.of(
                "250.0.57.1", // the host's own
                "10.0.0.57",
                "10.0.0.254", // its router
                "127.0.0.1",
                "250.0.254.1", // another host's, and its container's
                "250.0.254.2")) {
            int claimed = Frames.bits(address);
            boolean ofTheSlice = address.startsWith("250.0.57.");
            arp("gratuitous question for " + address, Frames.BROADCAST, 1, claimed, claimed, !ofTheSlice);
            arp("gratuitous answer for " + address, Frames.BROADCAST, 2, claimed, claimed, !ofTheSlice);
            arp("answer for " + address, host, 2, claimed, Frames.bits("250.0.57.1"), !ofTheSlice);
            arp("answer for " + address, host, 2, claimed, Frames.bits("10.0.0.57"), !ofTheSlice);
            arp("question as of " + address, host, 1, claimed, Frames.bits("250.0.57.1"), !ofTheSlice);
            arp("question for " + address, host, 1, mine, claimed, false);
            arp("probe for " + address, Frames.BROADCAST, 1, 0, claimed, false);
        }
        byte[] reverse = Frames.arp(4, mine, Frames.bits("250.0.57.66"));
        other("RARP", host, 0x8035, Arrays.copyOfRange(reverse, 14, reverse.length));
    }

    private void icmp() {
        byte[] lost = Arrays.copyOfRange(Frames.ipv4(Frames.bits("10.0.0.57"), Frames.bits("192.0.2.9")), 14, 14 + 28);
        for (int code = 0; code < 4; code++) {
            ByteBuffer redirect =
                    ByteBuffer.allocate(8 + lost.length).put(0, (byte) 5).put(1, (byte) code);
            redirect.putInt(4, Frames.bits("250.0.57.9")).put(8, lost);
            v4("redirect", host, "250.0.57.9", "10.0.0.57", 1, summed(redirect));
            v4("redirect to the host address", host, "250.0.57.9", "250.0.57.1", 1, summed(redirect));
            v4("redirect as of the router", host, "10.0.0.254", "10.0.0.57", 1, summed(redirect), true);
        }
        ByteBuffer advertisement =
                ByteBuffer.allocate(16).put(0, (byte) 9).put(4, (byte) 1).put(5, (byte) 2);
        advertisement
                .putShort(6, (short) 9000)
                .putInt(8, Frames.bits("250.0.57.9"))
                .putInt(12, 0x7fffffff);
        v4("ICMP router", ALL_SYSTEMS, "250.0.57.9", "224.0.0.1", 1, summed(advertisement));
        v4(
                "ICMP mask",
                host,
                "250.0.57.9",
                "250.0.57.1",
                1,
                summed(ByteBuffer.allocate(12).put(0, (byte) 18)));
        v4(
                "ICMP quench",
                host,
                "250.0.57.9",
                "250.0.57.1",
                1,
                summed(ByteBuffer.allocate(36).put(0, (byte) 4)));
        v4("RIP", host, "250.0.57.9", "250.0.57.1", UDP, udp(520, 520, new byte[] {2, 2, 0, 0, 0, 2, 0, 0}));
    }

    private void groups() {
        for (int type : new int[] {0x11, 0x12, 0x16, 0x17, 0x22}) {
            ByteBuffer igmp = ByteBuffer.allocate(type == 0x22 ? 16 : 8).put(0, (byte) type);
            v4("IGMP " + type, ALL_SYSTEMS, "250.0.57.9", "224.0.0.1", 2, summed(igmp));
        }
        v4(
                "PIM",
                0x0100_5e00_000dL,
                "250.0.57.9",
                "224.0.0.13",
                103,
                summed(ByteBuffer.allocate(8).put(0, (byte) 0x20)));
        v4(
                "VRRP",
                0x0100_5e00_0012L,
                "250.0.57.9",
                "224.0.0.18",
                112,
                summed(ByteBuffer.allocate(16).put(0, (byte) 0x21)));
    }

    /** Protocols of switches; frames to 01:80:c2:00:00:0x but for spanning tree end at the bridge's port. */
    private void otherProtocols() {
        byte[] tree = new byte[] {0x42, 0x42, 3, 0, 0, 2, 2, 0x7f, 0, 0, 2, -6, 10, 0, 0, 45};
        for (long switches : new long[] {0x0180_c200_0000L, 0x0180_c200_0008L, 0x0100_0ccc_cccdL, host}) {
            boolean reserved = switches == 0x0180_c200_0008L;
            lies.add(new Lie("spanning tree", ethernet(switches, 38, Arrays.copyOf(tree, 46)), !reserved));
        }
        lies.add(new Lie("pause", ethernet(0x0180_c200_0001L, 0x8808, new byte[46]), false));
        lies.add(new Lie("LACP", ethernet(0x0180_c200_0002L, 0x8809, new byte[110]), false));
        lies.add(new Lie("EAPOL", ethernet(0x0180_c200_0003L, 0x888e, new byte[46]), false));
        lies.add(new Lie("LLDP", ethernet(0x0180_c200_000eL, 0x88cc, new byte[46]), false));
        other("GVRP", 0x0180_c200_0021L, 40, tree);
        other("MVRP", 0x0180_c200_0021L, 0x88f5, new byte[46]);
        other("CDP", 0x0100_0ccc_ccccL, 40, new byte[] {-86, -86, 3, 0, 0, 12, 32, 0});
        for (int type : new int[] {
            0x0842, 0x22f3, 0x6003, 0x8137, 0x8847, 0x8848, 0x8863, 0x8864, 0x8892, 0x88a2, 0x88ca, 0x88cc, 0x88e5,
            0x88f7, 0x892f, 0x8906, 0x8915, 0x9000, 0xffff
        }) {
            other("EtherType " + Integer.toHexString(type), host, type, new byte[46]);
            other("EtherType " + Integer.toHexString(type), Frames.BROADCAST, type, new byte[46]);
        }
    }

    private void icmpv6(String kind, long to, byte[] source, byte[] destination, byte[] message) {
        byte[] copy = message.clone();
        byte[] pseudo = pseudo(source, destination, ICMPV6, copy);
        ByteBuffer.wrap(copy).putShort(2, (short) Frames.checksum(ByteBuffer.wrap(pseudo), 0, pseudo.length));
        lies.add(new Lie(kind, ipv6(to, source, destination, ICMPV6, copy), true));
    }

    private static byte[] pseudo(byte[] source, byte[] destination, int protocol, byte[] payload) {
        return ByteBuffer.allocate(40 + payload.length + payload.length % 2)
                .put(source)
                .put(destination)
                .putInt(payload.length)
                .putInt(protocol)
                .put(payload)
                .array();
    }

    /** A packet of IPv6 in a frame to this Ethernet address. */
    static byte[] ipv6(long to, byte[] source, byte[] destination, int protocol, byte[] payload) {
        ByteBuffer packet =
                ByteBuffer.allocate(40 + payload.length).putInt(0x60000000).putShort((short) payload.length);
        packet.put((byte) protocol).put((byte) 255).put(source).put(destination).put(payload);
        return ethernet(to, 0x86dd, packet.array());
    }

    /** UDP of IPv6 in a frame, with its checksum. */
    static byte[] udpOverIpv6(long to, String source, String destination, int port, byte[] payload) {
        byte[] packet = udp(5000, port, payload);
        byte[] pseudo = pseudo(ipv6(source), ipv6(destination), UDP, packet);
        ByteBuffer.wrap(packet).putShort(6, (short) Frames.checksum(ByteBuffer.wrap(pseudo), 0, pseudo.length));
        return ipv6(to, ipv6(source), ipv6(destination), UDP, packet);
    }

    private void v4(String kind, long to, String source, String destination, int protocol, byte[] payload) {
        v4(kind, to, source, destination, protocol, payload, false);
    }

    private void v4(
            String kind, long to, String source, String destination, int protocol, byte[] payload, boolean dropped) {
        ByteBuffer frame =
                ByteBuffer.wrap(Frames.to(to, Frames.ipv4(Frames.bits(source), Frames.bits(destination), 5, payload)));
        frame.put(23, (byte) protocol).putShort(24, (short) 0);
        frame.putShort(24, (short) Frames.checksum(frame, 14, 34));
        lies.add(new Lie(kind, frame.array(), dropped));
    }

    private static byte[] summed(ByteBuffer message) {
        return message.putShort(2, (short) 0)
                .putShort(2, (short) Frames.checksum(message, 0, message.capacity()))
                .array();
    }

    private static byte[] udp(int from, int to, byte[] payload) {
        ByteBuffer packet =
                ByteBuffer.allocate(8 + payload.length).putShort((short) from).putShort((short) to);
        return packet.putShort((short) (8 + payload.length))
                .putShort((short) 0)
                .put(payload)
                .array();
    }

    private void arp(String kind, long to, int operation, int sender, int target, boolean dropped) {
        lies.add(new Lie("ARP " + kind, Frames.to(to, Frames.arp(operation, sender, target)), dropped));
    }

    private void other(String kind, long to, int type, byte[] payload) {
        lies.add(new Lie(kind, ethernet(to, type, Arrays.copyOf(payload, Math.max(46, payload.length))), true));
    }

    private static byte[] ethernet(long to, int type, byte[] payload) {
        return ByteBuffer.allocate(14 + payload.length)
                .put(mac(to))
                .put(mac(Frames.SENDER))
                .putShort((short) type)
                .put(payload)
                .array();
    }

    private static byte[] mac(long bits) {
        return Arrays.copyOfRange(ByteBuffer.allocate(8).putLong(bits).array(), 2, 8);
    }

    private static byte[] ipv6(String address) {
        try {
            return java.net.Inet6Address.getByName(address).getAddress();
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }
}
