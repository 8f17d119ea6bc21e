package io.fanatic.netlink.kernel;

import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What bridges have of IPv6, as far as a fan sets it.
 *
 * @param addresses global and link-local ones
 * @param neighbours the permanent ones
 * @param entries the bridges' forwarding entries that learning does not move
 * @param routes through the bridges, without those that merely mirror addresses
 */
public record Ipv6State(List<Address> addresses, List<Neighbour> neighbours, List<Entry> entries, List<Route> routes) {

    /** Of no bridge. */
    public static final Ipv6State NONE = new Ipv6State(List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Ipv6State {
        addresses = List.copyOf(addresses);
        neighbours = List.copyOf(neighbours);
        entries = List.copyOf(entries);
        routes = List.copyOf(routes);
    }

    /** One of these things. */
    public sealed interface Part {
        /** {@return name of the device that has it} */
        String link();
    }

    /**
     * An address of a device.
     *
     * @param link name of the device
     * @param address global or link-local
     * @param prefixLength of the network that it makes on-link, 0 to 128
     */
    public record Address(String link, Ipv6Address address, int prefixLength) implements Part {
        /** {@code fd00:fa:0:2d::1/64 on fan-250}. */
        @Override
        public String toString() {
            return address + "/" + prefixLength + " on " + link;
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Address that
                    && prefixLength == that.prefixLength
                    && link.equals(that.link)
                    && address.equals(that.address);
        }

        @Override
        public int hashCode() {
            return Objects.hash(link, address, prefixLength);
        }
    }

    /**
     * A neighbour that was set and stays.
     *
     * @param link name of the device
     * @param address its address
     * @param mac its Ethernet address
     */
    public record Neighbour(String link, Ipv6Address address, MacAddress mac) implements Part {
        /** {@code fe80::fa at 0a:fa:0a:00:00:2d on fan-250}. */
        @Override
        public String toString() {
            return address + " at " + mac + " on " + link;
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Neighbour that
                    && link.equals(that.link)
                    && address.equals(that.address)
                    && mac.equals(that.mac);
        }

        @Override
        public int hashCode() {
            return Objects.hash(link, address, mac);
        }
    }

    /**
     * That a bridge sends frames to an Ethernet address out by a port, whatever comes in by others.
     *
     * @param port name of the port
     * @param mac the Ethernet address
     */
    public record Entry(String port, MacAddress mac) implements Part {
        @Override
        public String link() {
            return port;
        }

        /** {@code 0a:fa:0a:00:00:2d by ftun-250}. */
        @Override
        public String toString() {
            return mac + " by " + port;
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that && port.equals(that.port) && mac.equals(that.mac);
        }

        @Override
        public int hashCode() {
            return Objects.hash(port, mac);
        }
    }

    /**
     * A route of the main table to a device.
     *
     * @param destination the network
     * @param link name of the device
     * @param gateway the next hop; empty where the network is on-link
     * @param source what the host itself sends from, if said
     */
    public record Route(
            Ipv6Prefix destination, String link, Optional<Ipv6Address> gateway, Optional<Ipv6Address> source)
            implements Part {
        /** In the form of {@code ip -6 route}. */
        @Override
        public String toString() {
            return destination + gateway.map(hop -> " via " + hop).orElse("") + " dev " + link
                    + source.map(address -> " src " + address).orElse("");
        }

        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Route that
                    && destination.equals(that.destination)
                    && link.equals(that.link)
                    && gateway.equals(that.gateway)
                    && source.equals(that.source);
        }

        @Override
        public int hashCode() {
            return Objects.hash(destination, link, gateway, source);
        }
    }

    // Written out to start fast, see Ipv4Address.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ipv6State that
                && addresses.equals(that.addresses)
                && neighbours.equals(that.neighbours)
                && entries.equals(that.entries)
                && routes.equals(that.routes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(addresses, neighbours, entries, routes);
    }
}
