package io.fanatic.netlink.engine;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.core.Ipv6Mapping;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.bpf.Ipv6ProgramSpec;
import io.fanatic.netlink.kernel.Ipv6State;
import io.fanatic.netlink.resource.Ipv6Resource;
import io.fanatic.netlink.resource.Resource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The resources of a fan's IPv6 overlay. The bridge has the host address of each slice; what the host sends to other slices goes to a
 * neighbour that stands for all other hosts, whose Ethernet address the bridge has at the tunnel: two entries and one route, however many hosts there are.
 */
final class Ipv6Overlay {

    /** The gateway of every host into the overlay, known on its bridge only. */
    static final Ipv6Address ROUTER = Ipv6Address.parse("fe80::fa");

    /** From this one the host asks for neighbours in its slice on behalf of other hosts; Docker allows no other one on a bridge of its networks. */
    private static final Ipv6Address LINK_LOCAL = Ipv6Address.parse("fe80::1");

    private static final int LINK_LOCAL_PREFIX = 64;

    private Ipv6Overlay() {}

    /** What its programs depend on; empty for a fan of IPv4 alone. */
    static Optional<Ipv6ProgramSpec> programs(Fan fan) {
        return fan.ipv6()
                .map(mapping ->
                        new Ipv6ProgramSpec(mapping, MacAddress.ofBridge(fan.overlay(), fan.macSeed()), router(fan)));
    }

    private static MacAddress router(Fan fan) {
        return MacAddress.ofRouter(fan.overlay(), fan.macSeed());
    }

    /** The slices of these underlay addresses. */
    static List<Ipv6Prefix> slices(Fan fan, List<Ipv4Address> owners) {
        List<Ipv6Prefix> slices = new ArrayList<>();
        if (fan.ipv6().isPresent()) {
            for (Ipv4Address owner : owners) {
                slices.add(fan.ipv6().get().sliceOf(owner));
            }
        }
        return slices;
    }

    /** As they should be; they come when the bridge is up, as the kernel takes no route to a device that is down. */
    static List<Resource> desired(Fan fan) {
        if (fan.ipv6().isEmpty() || fan.slices().isEmpty()) {
            return List.of();
        }
        Ipv6Mapping mapping = fan.ipv6().get();
        List<Resource> resources = new ArrayList<>();
        resources.add(linkLocal(fan));
        for (Ipv4Address owner : fan.underlayAddresses()) {
            resources.add(new Ipv6Resource(
                    new Ipv6State.Address(fan.bridge(), mapping.hostAddressOf(owner), mapping.slicePrefixLength())));
        }
        resources.add(new Ipv6Resource(new Ipv6State.Entry(fan.tunnel(), router(fan))));
        resources.add(new Ipv6Resource(new Ipv6State.Neighbour(fan.bridge(), ROUTER, router(fan))));
        resources.add(new Ipv6Resource(new Ipv6State.Route(
                mapping.overlay(),
                fan.bridge(),
                Optional.of(ROUTER),
                Optional.of(mapping.hostAddressOf(fan.underlayAddresses().get(0))))));
        return resources;
    }

    /** The link-local address of a fan's bridge, which Docker may have given it before. */
    static Resource linkLocal(Fan fan) {
        return new Ipv6Resource(new Ipv6State.Address(fan.bridge(), LINK_LOCAL, LINK_LOCAL_PREFIX));
    }

    /** What is there of them, the last made first, as they go in this order. */
    static List<Resource> observed(Fan fan, HostState host) {
        List<Resource> resources = new ArrayList<>();
        if (fan.ipv6().isEmpty()) {
            return resources;
        }
        Ipv6Mapping mapping = fan.ipv6().get();
        Ipv6State state = host.ipv6();
        for (Ipv6State.Address address : state.addresses()) {
            boolean ours = mapping.overlay().contains(address.address())
                    || address.address().equals(LINK_LOCAL);
            if (address.link().equals(fan.bridge()) && ours) {
                resources.add(new Ipv6Resource(address));
            }
        }
        for (Ipv6State.Entry entry : state.entries()) {
            boolean ofThisBridge = host.link(entry.port())
                    .filter(port -> port.master().equals(Optional.of(fan.bridge())))
                    .isPresent();
            if (ofThisBridge && entry.mac().equals(router(fan))) {
                resources.add(new Ipv6Resource(entry));
            }
        }
        for (Ipv6State.Neighbour neighbour : state.neighbours()) {
            if (neighbour.link().equals(fan.bridge()) && neighbour.address().equals(ROUTER)) {
                resources.add(new Ipv6Resource(neighbour));
            }
        }
        for (Ipv6State.Route route : state.routes()) {
            if (route.link().equals(fan.bridge()) && route.destination().equals(mapping.overlay())) {
                resources.add(new Ipv6Resource(route));
            }
        }
        Collections.reverse(resources);
        return resources;
    }
}
