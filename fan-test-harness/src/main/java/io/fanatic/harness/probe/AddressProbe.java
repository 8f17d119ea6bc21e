package io.fanatic.harness.probe;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.buffer;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.MacAddress;
import io.fanatic.harness.net.PacketSockets;
import io.fanatic.harness.net.Sockets;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks for another host with an address of ours, by ARP probes (RFC 5227, 2.1.1): the sender's address is 0.0.0.0, so that
 * nobody's table changes. Three probes, spread over the timeout. To be used in the namespace of the interface, with
 * CAP_NET_RAW.
 */
public final class AddressProbe {
    private static final int PROBES = 3;
    private static final int ETH_P_ARP = 0x0806;

    private static final int ETHERNET = 14;
    private static final int LENGTH = ETHERNET + 28;
    private static final int SENDER_MAC = ETHERNET + 8;
    private static final int SENDER = ETHERNET + 14;

    private AddressProbe() {}

    /**
     * Asks on an interface.
     *
     * @param interfaceName where the address is
     * @param address an address of this host
     * @param timeout how long to listen, all probes together
     * @return the Ethernet address of another host that says it has the address; empty when none does, or when the interface
     *     is gone or has no Ethernet address
     * @throws io.fanatic.core.FanaticException EPERM without CAP_NET_RAW, ENETDOWN when the interface is down
     */
    public static Optional<MacAddress> otherHolder(String interfaceName, Ipv4Address address, Duration timeout) {
        Optional<Link> link;
        Set<MacAddress> own = new HashSet<>();
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            Links links = new Links(netlink);
            link = links.named(interfaceName).filter(found -> found.mac().bits() != 0);
            // Another interface of this host on the same wire may answer as well.
            links.list().forEach(each -> own.add(each.mac()));
        }
        return link.flatMap(found -> ask(found, address, own, timeout));
    }

    /**
     * Who holds addresses on an interface, as the kernel would ask: one request for each, in the name of an address of ours.
     *
     * @param interfaceName such as a fan's bridge
     * @param from an address of ours on it
     * @param addresses to be asked for
     * @param timeout how long to listen after the last request
     * @return for each address that was answered for, the Ethernet addresses of all who did
     * @throws io.fanatic.core.FanaticException EPERM without CAP_NET_RAW, ENETDOWN when the interface is down
     */
    public static Map<Ipv4Address, Set<MacAddress>> holders(
            String interfaceName, Ipv4Address from, Collection<Ipv4Address> addresses, Duration timeout) {
        Optional<Link> link;
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            link = new Links(netlink).named(interfaceName);
        }
        Map<Ipv4Address, Set<MacAddress>> holders = new TreeMap<>();
        if (link.isEmpty()) {
            return holders;
        }
        Set<Ipv4Address> asked = new HashSet<>(addresses);
        int fd = open(link.get(), Duration.ofMillis(10));
        try {
            for (Ipv4Address address : addresses) {
                ByteBuffer request = request(link.get().mac(), from, address);
                check("send an ARP request", LIBC.send(fd, request, LENGTH, 0));
            }
            long until = System.nanoTime() + timeout.toNanos();
            while (System.nanoTime() - until < 0) {
                receive(fd, asked, holders);
            }
        } finally {
            LIBC.close(fd);
        }
        return holders;
    }

    /** What has come, until there is a pause. */
    private static void receive(int fd, Set<Ipv4Address> asked, Map<Ipv4Address, Set<MacAddress>> holders) {
        ByteBuffer frame = buffer(LENGTH).order(ByteOrder.BIG_ENDIAN);
        while (LIBC.recv(fd, frame, LENGTH, 0) >= LENGTH) {
            Ipv4Address sender = Ipv4Address.of(frame.getInt(SENDER));
            if (asked.contains(sender)) {
                holders.computeIfAbsent(sender, none -> new TreeSet<>(Comparator.comparingLong(MacAddress::bits)))
                        .add(sender(frame));
            }
        }
    }

    private static MacAddress sender(ByteBuffer frame) {
        return new MacAddress(
                (frame.getShort(SENDER_MAC) & 0xffffL) << 32 | frame.getInt(SENDER_MAC + 2) & 0xffffffffL);
    }

    /** A packet socket for ARP on an interface, that waits so long for the next packet. */
    private static int open(Link link, Duration wait) {
        int fd = PacketSockets.open(link, Sockets.SOCK_RAW, ETH_P_ARP);
        Sockets.receiveTimeout(fd, wait);
        return fd;
    }

    private static Optional<MacAddress> ask(Link link, Ipv4Address address, Set<MacAddress> own, Duration timeout) {
        long each = timeout.toNanos() / PROBES;
        int fd = open(link, Duration.ofNanos(each / 4));
        try {
            for (int i = 0; i < PROBES; i++) {
                ByteBuffer probe = request(link.mac(), Ipv4Address.of(0), address);
                check("send an ARP probe", LIBC.send(fd, probe, LENGTH, 0));
                Optional<MacAddress> other = listen(fd, address, own, System.nanoTime() + each);
                if (other.isPresent()) {
                    return other;
                }
            }
            return Optional.empty();
        } finally {
            LIBC.close(fd);
        }
    }

    /** Broadcast; Ethernet and IPv4; a request; from our Ethernet address and an IPv4 address; for the address. */
    private static ByteBuffer request(MacAddress from, Ipv4Address sender, Ipv4Address address) {
        ByteBuffer frame = buffer(LENGTH).order(ByteOrder.BIG_ENDIAN);
        frame.putShort((short) -1).putInt(-1);
        put(frame, from);
        frame.putShort((short) ETH_P_ARP);
        frame.putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 1);
        put(frame, from);
        frame.putInt(sender.bits()).putShort((short) 0).putInt(0).putInt(address.bits());
        return frame.rewind();
    }

    private static void put(ByteBuffer frame, MacAddress mac) {
        frame.putShort((short) (mac.bits() >>> 32)).putInt((int) mac.bits());
    }

    private static Optional<MacAddress> listen(int fd, Ipv4Address address, Set<MacAddress> own, long until) {
        ByteBuffer frame = buffer(LENGTH).order(ByteOrder.BIG_ENDIAN);
        while (System.nanoTime() - until < 0) {
            long length = LIBC.recv(fd, frame, LENGTH, 0);
            if (length < LENGTH || frame.getInt(SENDER) != address.bits()) {
                continue;
            }
            MacAddress sender = sender(frame);
            if (!own.contains(sender)) {
                return Optional.of(sender);
            }
        }
        return Optional.empty();
    }
}
