package io.fanatic.netlink.host;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What becomes of the default routes that routers advertise. Where a device's accept_ra is 1, the kernel has them only as long as the host
 * does not forward IPv6 itself, and deletes them when that is switched on (Linux, Documentation/networking/ip-sysctl.rst). Where it is 2
 * they stay; where it is 0, a program such as systemd-networkd listens instead of the kernel, and keeps its routes.
 */
public final class RouterAdvertisements {
    private static final int DEFAULT = 0;

    private RouterAdvertisements() {}

    /** {@return the devices by which this host has a default route that it loses when it forwards IPv6; sorted} */
    public static List<String> devicesLosingDefaultRoute() {
        Set<String> devices = new TreeSet<>();
        if (!forwards("all")) {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                List<Route> routes = new ArrayList<>(defaultRoutes(netlink));
                routes.removeIf(route -> route.protocol() != Route.PROTOCOL_RA);
                for (Link link : listening(netlink)) {
                    if (leadBy(link, routes)) {
                        devices.add(link.name());
                    }
                }
            }
        }
        return List.copyOf(devices);
    }

    /**
     * {@return the devices at which a router has advertised itself, and by which this host has no default route since it forwards IPv6; sorted}
     * Before Linux 5.18 the kernel does not tell whose addresses it has made after advertisements, and there are none.
     */
    public static List<String> devicesThatLostDefaultRoute() {
        Set<String> devices = new TreeSet<>();
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            List<Link> deaf = listening(netlink);
            deaf.removeIf(link -> !forwards(link.name()));
            if (deaf.isEmpty()) {
                return List.of();
            }
            List<Route> routes = defaultRoutes(netlink);
            List<InterfaceAddress> addresses = new Addresses(netlink).list(IpFamily.IPV6);
            for (Link link : deaf) {
                boolean advertised = addresses.stream()
                        .anyMatch(address -> address.index() == link.index()
                                && address.protocol() == InterfaceAddress.PROTOCOL_KERNEL_RA);
                if (advertised && !leadBy(link, routes)) {
                    devices.add(link.name());
                }
            }
        }
        return List.copyOf(devices);
    }

    private static boolean forwards(String device) {
        return Sysctl.isOn("net/ipv6/conf/" + device + "/forwarding");
    }

    private static List<Route> defaultRoutes(NetlinkSocket netlink) {
        return new Routes(netlink)
                .list(IpFamily.IPV6).stream()
                        .filter(route -> route.destination().prefixLength() == DEFAULT)
                        .toList();
    }

    private static boolean leadBy(Link link, List<Route> routes) {
        return routes.stream().anyMatch(route -> route.outInterface() == link.index());
    }

    /** The devices at which the kernel listens to routers unless it forwards. */
    private static List<Link> listening(NetlinkSocket netlink) {
        List<Link> links = new ArrayList<>(new Links(netlink).list());
        links.removeIf(link -> !Sysctl.isOn("net/ipv6/conf/" + link.name() + "/accept_ra"));
        return links;
    }
}
