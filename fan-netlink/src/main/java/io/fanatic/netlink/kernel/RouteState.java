package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.util.List;
import java.util.Optional;

/**
 * An IPv4 route.
 *
 * @param destination the network
 * @param table number of the routing table; {@link #MAIN} is the main one
 * @param link device it leads to; empty for blackhole and the like
 * @param source the address that the host itself sends from, if said
 * @param mtu bytes of the largest packet; 0 when only the device decides
 * @param description the whole route in the form of {@code ip route}, for messages
 */
public record RouteState(
        Ipv4Prefix destination,
        int table,
        Optional<String> link,
        Optional<Ipv4Address> source,
        int mtu,
        String description) {

    /** The main table (RT_TABLE_MAIN). */
    public static final int MAIN = 254;

    /**
     * A route without source address and MTU.
     *
     * @param destination the network
     * @param table number of the routing table
     * @param link device it leads to
     * @param description in the form of {@code ip route}
     */
    public RouteState(Ipv4Prefix destination, int table, Optional<String> link, String description) {
        this(destination, table, link, Optional.empty(), 0, description);
    }

    /**
     * {@return whether this is a default route; a VPN beats that with both halves of the address space in one table,
     * while one half alone is a route like others}
     *
     * @param all the routes of the host
     */
    public boolean isDefault(List<RouteState> all) {
        if (destination.prefixLength() != 1) {
            return destination.prefixLength() == 0;
        }
        for (RouteState other : all) {
            if (other.table == table
                    && other.destination.prefixLength() == 1
                    && !other.destination.equals(destination)) {
                return true;
            }
        }
        return false;
    }

    /** The description. */
    @Override
    public String toString() {
        return description;
    }
}
