package io.fanatic.netlink.engine;

import io.fanatic.core.Direct;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.RouteState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether packets of a VXLAN fan may travel without encapsulation on this host. The guard that takes them goes by the Ethernet addresses of
 * the segment: where these tell nothing, the option is refused. What the host has for the packets that it sends only keeps it from
 * sending them.
 */
final class DirectPath {
    private DirectPath() {}

    /** Why such packets must not be sent, as the addresses and routes of the host tell, in a few words; empty when these let them. */
    static Optional<String> obstacle(Fan fan, HostState host) {
        Optional<String> card = host.card(fan);
        if (card.isEmpty()) {
            return Optional.of("its underlay addresses are not all on one device of this host");
        }
        for (RouteState route : host.routes()) {
            if (route.table() == RouteState.MAIN && leadsAside(route, card.get(), onLink(fan, host))) {
                return Optional.of("the route \"" + route.description() + "\" leads to a part of the segment");
            }
        }
        return Optional.empty();
    }

    /** Whether all that containers send to each other is to travel without encapsulation: no host of the plan is behind a router. */
    static boolean carriesAll(Fan fan, HostState host) {
        return fan.direct() == Direct.SEND
                && fan.ipv6().isEmpty()
                && onLink(fan, host).stream()
                        .anyMatch(network -> network.contains(fan.mapping().underlay()));
    }

    /** A route to a part of the segment that is not the segment's own; such packets ask for none. */
    private static boolean leadsAside(RouteState route, String card, List<Ipv4Prefix> segment) {
        for (Ipv4Prefix network : segment) {
            boolean own =
                    route.destination().equals(network) && route.link().equals(Optional.of(card)) && route.mtu() == 0;
            if (network.contains(route.destination()) && !own) {
                return true;
            }
        }
        return false;
    }

    /** The networks that are on-link by the device of the fan's underlay addresses, each once; those of its addresses with a network. */
    static List<Ipv4Prefix> onLink(Fan fan, HostState host) {
        List<Ipv4Prefix> networks = new ArrayList<>();
        for (AddressState address : host.addresses()) {
            if (fan.underlayAddresses().contains(address.address()) && !networks.contains(address.network())) {
                networks.add(address.network());
            }
        }
        return networks;
    }
}
