package io.fanatic.netlink.route;

import io.fanatic.core.Cidr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which routes a new network would get in the way of. */
public final class RouteOverlap {
    private static final Cidr LOWER_HALF = Cidr.parse("0.0.0.0/1");
    private static final Cidr UPPER_HALF = Cidr.parse("128.0.0.0/1");

    private RouteOverlap() {}

    /**
     * The routes, of any table and type, that have an address in common with the network. Default routes do not count, and
     * neither do the two halves 0.0.0.0/1 and 128.0.0.0/1 when a table has both: that is how a VPN writes a default route
     * that beats the default route.
     */
    public static List<Route> find(List<Route> routes, Cidr network) {
        Set<Integer> lower = tablesWith(LOWER_HALF, routes);
        Set<Integer> upper = tablesWith(UPPER_HALF, routes);
        List<Route> overlapping = new ArrayList<>();
        for (Route route : routes) {
            Cidr destination = route.destination();
            boolean half = destination.equals(LOWER_HALF) || destination.equals(UPPER_HALF);
            boolean halved = half && lower.contains(route.table()) && upper.contains(route.table());
            if (!route.isDefault() && !halved && destination.overlaps(network)) {
                overlapping.add(route);
            }
        }
        return overlapping;
    }

    private static Set<Integer> tablesWith(Cidr destination, List<Route> routes) {
        Set<Integer> tables = new HashSet<>();
        for (Route route : routes) {
            if (route.destination().equals(destination)) {
                tables.add(route.table());
            }
        }
        return tables;
    }
}
