package io.fanatic.harness.reach;

import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.netlink.engine.Fan;
import java.util.Optional;

/**
 * The host that is meant, and the way to it.
 *
 * @param given the address that it was named by, of the underlay or the overlay
 * @param fan the fan of this host that leads there
 * @param underlay the host's address on the underlay
 * @param address its host address in the overlay, by arithmetic
 */
public record Peer(IpAddress given, Fan fan, Ipv4Address underlay, Ipv4Address address) {

    /** {@return its host address in the fan's IPv6 overlay, by arithmetic; empty where the fan has none on this host} */
    public Optional<Ipv6Address> ipv6Address() {
        return fan.ipv6().map(mapping -> mapping.hostAddressOf(underlay));
    }

    /** The device that this host's route to the overlay leads to: an IPIP fan routes where a VXLAN fan bridges. */
    String device() {
        return switch (fan.delivery()) {
            case BRIDGED -> fan.bridge();
            case ROUTED -> fan.tunnel();
        };
    }
}
