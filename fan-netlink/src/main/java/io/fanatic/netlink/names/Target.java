package io.fanatic.netlink.names;

import io.fanatic.core.IpAddress;

/** What a name inside our zones means, by its form alone. */
sealed interface Target {
    FanZone zone();

    /** The zone itself. */
    record Apex(FanZone zone) implements Target {}

    /**
     * A host, or a container on it.
     *
     * @param container empty for the host itself
     * @param host the label left of the zone's name
     */
    record OnHost(FanZone zone, String container, String host) implements Target {}

    /** Of a reverse zone: one address of the overlay. */
    record Address(FanZone zone, IpAddress address) implements Target {}

    /** Of a reverse zone: a name above addresses, which exists and has no data. */
    record Above(FanZone zone) implements Target {}

    /** A name that cannot exist. */
    record Nowhere(FanZone zone) implements Target {}
}
