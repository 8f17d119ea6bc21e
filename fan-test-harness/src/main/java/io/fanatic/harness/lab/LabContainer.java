package io.fanatic.harness.lab;

import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.host.Namespace;

/**
 * A container of a {@link Lab}: a bare network namespace, joined to its host's fan bridge by {@link Lab#attach}.
 *
 * @param host where it is
 * @param number on that host, counted from 1
 * @param name {@code h1c1}; also the name of its port in the host
 * @param namespace its network namespace
 * @param address its address in the overlay
 */
public record LabContainer(LabHost host, int number, String name, Namespace namespace, Ipv4Address address)
        implements LabNode {

    /**
     * {@return its address in an IPv6 overlay of its host's fan, as far from the host address as the IPv4 address is}
     *
     * @param overlay of the fan
     * @throws IllegalArgumentException when the overlay does not go with the underlay, see {@link Ipv6Mapping}
     */
    public Ipv6Address ipv6Address(Ipv6Prefix overlay) {
        FanSlice slice = host.slice();
        Ipv6Mapping mapping = new Ipv6Mapping(overlay, slice.mapping().underlay());
        return mapping.hostAddressOf(slice.underlayAddress())
                .plus(address.bits() - slice.hostAddress().bits());
    }
}
