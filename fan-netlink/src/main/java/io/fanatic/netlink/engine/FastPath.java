package io.fanatic.netlink.engine;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.kernel.LinkState;
import io.fanatic.netlink.kernel.RouteState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a VXLAN fan may take the fast path on this host. Packets on it are not seen by what the host has for the packets of a tunnel: IPsec,
 * the firewall, routing by policy. So it may only where nothing of that kind is there ({@link Paths} asks the kernel for it); in doubt it may not.
 */
final class FastPath {
    /**
     * Devices that have an Ethernet header and ask the neighbour table: hardware (no kind), and these. A TUN or WireGuard device has no such
     * header, an IPVLAN one no neighbours.
     */
    private static final Set<String> CARDS = Set.of("", "veth", "bond", "team", "vlan", "bridge", "macvlan");

    /** Those that may hand an outer packet to a bridge of the host, where br_netfilter would take it for the frame inside. */
    private static final Set<String> OVER_A_BRIDGE = Set.of("bridge", "vlan", "macvlan");

    /** What a bridge's port may be: frames of the fast path that are still to be cut into segments reach it whole. */
    private static final Set<String> PORTS = Set.of("veth", "tun");

    private FastPath() {}

    /** Why the fan has no device with Ethernet addresses on its underlay, in a few words; empty when it has one. */
    static Optional<String> noCard(Fan fan, HostState host) {
        Optional<LinkState> card = host.card(fan).flatMap(host::link);
        if (card.isEmpty()) {
            return Optional.of("its underlay addresses are not all on one device of this host");
        }
        String name = card.get().name();
        String kind = card.get().kind();
        if (!CARDS.contains(kind)) {
            return Optional.of(name + " is a device of kind " + kind);
        }
        if (card.get().mac().bits() == 0) {
            return Optional.of(name + " has no Ethernet address");
        }
        if (card.get().master().isPresent()) {
            return Optional.of(name + " is a port of " + card.get().master().get());
        }
        return Optional.empty();
    }

    /** Why it may not, as the devices and routes of the host tell, in a few words; empty when these let it. */
    static Optional<String> obstacle(Fan fan, HostState host) {
        Optional<String> noCard = noCard(fan, host);
        if (noCard.isPresent()) {
            return noCard;
        }
        LinkState card = host.card(fan).flatMap(host::link).orElseThrow();
        String name = card.name();
        String kind = card.kind();
        if (OVER_A_BRIDGE.contains(kind) && host.filtersBridgedFrames()) {
            return Optional.of("bridged frames pass iptables (bridge-nf-call-iptables), and " + name + " is a " + kind);
        }
        for (String port : host.attachedTo(fan.bridge())) {
            String what = host.link(port).map(LinkState::kind).orElse("");
            if (!PORTS.contains(what)) {
                return Optional.of(port + " is a port of " + fan.bridge() + " that is no container's");
            }
        }
        return route(fan.mapping().underlay(), name, host.routes());
    }

    /** A route to a part of the underlay, or to all of it, that does not simply lead by the underlay's device. */
    private static Optional<String> route(Ipv4Prefix underlay, String card, List<RouteState> routes) {
        List<RouteState> asked = new ArrayList<>();
        int longest = -1;
        for (RouteState route : routes) {
            if (route.table() != RouteState.MAIN) {
                continue; // reached by policy rules alone
            }
            if (route.destination().contains(underlay)) {
                longest = Math.max(longest, route.destination().prefixLength());
            } else if (underlay.contains(route.destination())) {
                asked.add(route);
            }
        }
        for (RouteState route : routes) {
            if (route.table() == RouteState.MAIN
                    && route.destination().contains(underlay)
                    && route.destination().prefixLength() == longest) {
                asked.add(route);
            }
        }
        for (RouteState route : asked) {
            if (!route.link().equals(Optional.of(card)) || route.mtu() != 0) {
                return Optional.of("the route \"" + route.description() + "\" is not one by " + card + " alone");
            }
        }
        return longest < 0 ? Optional.of("there is no route to all of " + underlay) : Optional.empty();
    }
}
