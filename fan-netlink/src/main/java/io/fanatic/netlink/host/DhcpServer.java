package io.fanatic.netlink.host;

import io.fanatic.core.Delivery;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Shares;
import io.fanatic.netlink.dnsmasq.Dnsmasq;
import java.util.ArrayList;
import java.util.List;

/**
 * A DHCP server as it shall be or is; {@link Dnsmasq} runs it.
 *
 * @param bridge the interface that it serves
 * @param mtu told to every client (option 26), in bytes
 * @param ranges one for each slice on the bridge
 * @param dns whether it also answers DNS queries, by asking the servers of this host's /etc/resolv.conf
 * @param nameServers told to every client (option 6), in the order of preference; none where it is empty
 * @param reservations addresses of its slices that one client each gets, and nobody else
 * @param ipv6 prefixes that it advertises as a router: clients make their addresses of them (RFC 4862), and send by this host what is for others
 */
public record DhcpServer(
        String bridge,
        int mtu,
        List<DhcpRange> ranges,
        boolean dns,
        List<Ipv4Address> nameServers,
        List<DhcpReservation> reservations,
        List<Ipv6Prefix> ipv6) {
    /** Copies the lists. */
    public DhcpServer {
        ranges = List.copyOf(ranges);
        nameServers = List.copyOf(nameServers);
        reservations = List.copyOf(reservations);
        ipv6 = List.copyOf(ipv6);
    }

    /**
     * A server of IPv4 alone.
     *
     * @param bridge the interface that it serves
     * @param mtu told to every client, in bytes
     * @param ranges one for each slice on the bridge
     * @param dns whether it also answers DNS queries
     * @param nameServers told to every client, in the order of preference
     * @param reservations addresses of its slices that one client each gets
     */
    public DhcpServer(
            String bridge,
            int mtu,
            List<DhcpRange> ranges,
            boolean dns,
            List<Ipv4Address> nameServers,
            List<DhcpReservation> reservations) {
        this(bridge, mtu, ranges, dns, nameServers, reservations, List.of());
    }

    /**
     * {@return the same that also advertises itself as a router}
     *
     * @param prefixes a /64 each, of which the bridge has an address
     */
    public DhcpServer advertising(List<Ipv6Prefix> prefixes) {
        return new DhcpServer(bridge, mtu, ranges, dns, nameServers, reservations, prefixes);
    }

    /**
     * {@return a server that leases its share of these slices, and answers no DNS queries}
     *
     * @param bridge the interface that it serves
     * @param mtu told to every client, bytes
     * @param delivery of the fan
     * @param slices on the bridge
     * @param shares how they are divided
     * @param nameServers told to every client
     * @throws IllegalArgumentException when the share of a slice has no address for a container
     */
    public static DhcpServer of(
            String bridge,
            int mtu,
            Delivery delivery,
            List<FanSlice> slices,
            Shares shares,
            List<Ipv4Address> nameServers) {
        List<DhcpRange> ranges = new ArrayList<>();
        for (FanSlice slice : slices) {
            ranges.add(DhcpRange.of(slice, delivery, shares));
        }
        return new DhcpServer(bridge, mtu, ranges, false, nameServers, List.of());
    }

    /**
     * {@return the same with those of these reservations whose address is in one of its slices}
     *
     * @param all of this host
     */
    public DhcpServer reserving(List<DhcpReservation> all) {
        List<DhcpReservation> own = new ArrayList<>();
        for (DhcpReservation reservation : all) {
            for (DhcpRange range : ranges) {
                if (range.slice().contains(reservation.address())) {
                    own.add(reservation);
                }
            }
        }
        return new DhcpServer(bridge, mtu, ranges, dns, nameServers, own, ipv6);
    }

    /** {@code on fan-250, MTU 1450, 250.0.45.64-250.0.45.127}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("on " + bridge + ", MTU " + mtu);
        for (DhcpRange range : ranges) {
            text.append(", ").append(range);
        }
        return text.toString();
    }
}
