package io.fanatic.netlink.dnsmasq;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.DhcpRange;
import io.fanatic.netlink.host.DhcpReservation;
import io.fanatic.netlink.host.DhcpServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link DhcpServer} as dnsmasq(8)'s configuration file, and back. */
public final class DnsmasqConf {
    private static final String INTERFACE = "interface=";
    private static final String PORT_OFF = "port=0";
    private static final String MTU = "dhcp-option-force=option:mtu,";
    private static final String RANGE = "dhcp-range=set:slice";
    private static final String ADVERTISED = "dhcp-range=";
    private static final String ROUTER = ",option:router,";
    private static final String NAME_SERVERS = "dhcp-option=option:dns-server,";
    private static final String SLICE = "# slice ";
    private static final String RESERVED = "# reserved ";
    private static final String LEASE_TIME = "1h";

    private DnsmasqConf() {}

    /** @param kept leases whose address is not in the ranges any more and whose holders keep it */
    static String write(DhcpServer server, Path pidFile, Path leaseFile, List<DhcpLease> kept) {
        StringBuilder text = new StringBuilder(1024);
        line(text, "# made by fanatic(8), do not edit: fanctl compares it with what it would write");
        line(text, INTERFACE + server.bridge());
        line(text, "except-interface=lo");
        line(text, "bind-interfaces");
        line(text, "no-hosts");
        if (server.dns()) {
            // Names of containers, not of this host; queries for private addresses stay here.
            line(text, "bogus-priv");
        } else {
            line(text, PORT_OFF);
            line(text, "no-resolv");
        }
        line(text, "pid-file=" + pidFile);
        line(text, "dhcp-leasefile=" + leaseFile);
        line(text, "dhcp-authoritative");
        line(text, "dhcp-no-override");
        // Nobody else gives out addresses of these ranges, and asking takes three seconds for each new lease, one after
        // the other.
        line(text, "no-ping");
        // It forgets what it has offered, so that two clients that ask at once and whose Ethernet addresses have the
        // same hash
        // are offered one address; the second is refused later and waits for seconds. Who asks for it is given a lease
        // at once.
        line(text, "dhcp-rapid-commit");
        // Its default of 1000 would leave most of a /16 slice unused.
        line(
                text,
                "dhcp-lease-max="
                        + Math.min(
                                addresses(server)
                                        + kept.size()
                                        + server.reservations().size(),
                                Integer.MAX_VALUE));
        // To clients that do not ask for it, too: too large an MTU loses large packets without a word.
        line(text, MTU + server.mtu());
        if (!server.nameServers().isEmpty()) {
            line(text, NAME_SERVERS + description(server.nameServers()));
        }
        for (int i = 0; i < server.ranges().size(); i++) {
            DhcpRange range = server.ranges().get(i);
            line(
                    text,
                    RANGE + i + "," + range.first() + "," + range.last() + ","
                            + Ipv4Address.of(Ipv4Prefix.mask(range.prefixLength())) + "," + LEASE_TIME);
            line(text, "dhcp-option=tag:slice" + i + ROUTER + range.router());
            line(text, SLICE + range.slice());
        }
        if (!server.ipv6().isEmpty()) {
            line(text, "enable-ra");
        }
        for (Ipv6Prefix prefix : server.ipv6()) {
            // Each makes its address itself, as a /64 is too large to keep an account of.
            line(text, ADVERTISED + prefix.network() + ",ra-only," + prefix.prefixLength() + "," + LEASE_TIME);
        }
        for (DhcpReservation reservation : server.reservations()) {
            line(text, RESERVED + reservation.client() + " " + reservation.address());
            line(text, "dhcp-host=" + reservation.client() + "," + reservation.address());
        }
        for (DhcpLease lease : kept) {
            line(text, "dhcp-host=" + lease.client() + "," + lease.address());
        }
        return text.toString();
    }

    private static String description(List<Ipv4Address> addresses) {
        StringBuilder text = new StringBuilder();
        for (Ipv4Address address : addresses) {
            text.append(text.length() == 0 ? "" : ",").append(address);
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }

    private static long addresses(DhcpServer server) {
        long sum = 0;
        for (DhcpRange range : server.ranges()) {
            sum += range.size();
        }
        return sum;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException when somebody has made something else of it
     */
    public static DhcpServer read(List<String> lines) {
        String bridge = "";
        boolean dns = true;
        int mtu = 0;
        List<String[]> ranges = new ArrayList<>();
        List<Ipv4Address> routers = new ArrayList<>();
        List<Ipv4Range> slices = new ArrayList<>();
        List<Ipv4Address> nameServers = new ArrayList<>();
        List<DhcpReservation> reservations = new ArrayList<>();
        List<Ipv6Prefix> ipv6 = new ArrayList<>();
        for (String line : lines) {
            int router = line.indexOf(ROUTER);
            if (line.startsWith(INTERFACE)) {
                bridge = line.substring(INTERFACE.length());
            } else if (line.equals(PORT_OFF)) {
                dns = false;
            } else if (line.startsWith(MTU)) {
                mtu = Integer.parseInt(line.substring(MTU.length()));
            } else if (line.startsWith(NAME_SERVERS)) {
                for (String server : line.substring(NAME_SERVERS.length()).split(",", -1)) {
                    nameServers.add(Ipv4Address.parse(server));
                }
            } else if (line.startsWith(RESERVED)) {
                int space = line.indexOf(' ', RESERVED.length());
                reservations.add(new DhcpReservation(
                        MacAddress.parse(line.substring(RESERVED.length(), Math.max(space, RESERVED.length()))),
                        Ipv4Address.parse(line.substring(space + 1))));
            } else if (line.startsWith(SLICE)) {
                slices.add(Ipv4Range.parse(line.substring(SLICE.length())));
            } else if (line.startsWith(RANGE)) {
                ranges.add(line.split(",", -1));
            } else if (line.startsWith(ADVERTISED)) {
                String[] words = line.substring(ADVERTISED.length()).split(",", -1);
                ipv6.add(Ipv6Prefix.parse(words[0] + "/" + (words.length == 4 ? words[2] : "")));
            } else if (router >= 0) {
                routers.add(Ipv4Address.parse(line.substring(router + ROUTER.length())));
            }
        }
        if (ranges.size() != routers.size() || ranges.size() != slices.size()) {
            // An earlier version's has no slices.
            throw new IllegalArgumentException("ranges, routers and slices do not match");
        }
        List<DhcpRange> all = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            String[] words = ranges.get(i);
            if (words.length != 5) {
                throw new IllegalArgumentException("a range of " + words.length + " words");
            }
            int prefixLength = Integer.bitCount(Ipv4Address.parse(words[3]).bits());
            all.add(new DhcpRange(
                    Ipv4Address.parse(words[1]),
                    Ipv4Address.parse(words[2]),
                    prefixLength,
                    routers.get(i),
                    slices.get(i)));
        }
        return new DhcpServer(bridge, mtu, all, dns, nameServers, reservations, ipv6);
    }
}
