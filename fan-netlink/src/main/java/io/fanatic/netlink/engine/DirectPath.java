package io.fanatic.netlink.engine;

import io.fanatic.core.Direct;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.kernel.AddressState;
import io.fanatic.netlink.kernel.BridgedRules;
import io.fanatic.netlink.kernel.Kernel;
import io.fanatic.netlink.kernel.KernelFeature;
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

    /** Why the option cannot be had on this host, in a few words; empty when it can. */
    static Optional<String> refusal(Fan fan, HostState host, Kernel kernel) {
        if (fan.direct() == Direct.OFF || fan.slices().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> noCard = FastPath.noCard(fan, host);
        if (noCard.isPresent()) {
            return noCard;
        }
        if (!kernel.has(KernelFeature.DIRECT)) {
            return Optional.of("this kernel lacks what it needs (Linux 5.12)");
        }
        Optional<String> noTrust = kernel.withoutTrustInAddresses(host.card(fan).orElseThrow());
        return noTrust.isPresent()
                ? noTrust
                : bridgedRules(fan, host, kernel)
                        .dropping()
                        .map(rule ->
                                "of its connections only one direction passes the bridge, and this rule drops them: "
                                        + rule);
    }

    static BridgedRules bridgedRules(Fan fan, HostState host, Kernel kernel) {
        return kernel.bridgedRules(fan.bridge(), fan.tunnel(), fan.overlay(), host.filtersBridgedFrames());
    }

    /** Why such packets must not be sent from this host, in a few words; empty when they may. */
    static Optional<String> obstacle(Fan fan, HostState host, Kernel kernel) {
        Optional<String> card = host.card(fan);
        if (card.isEmpty()) {
            return Optional.of("its underlay addresses are not all on one device of this host");
        }
        for (RouteState route : host.routes()) {
            if (route.table() == RouteState.MAIN && leadsAside(route, card.get(), onLink(fan, host))) {
                return Optional.of("the route \"" + route.description() + "\" leads to a part of the segment");
            }
        }
        return kernel.ipsec();
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
