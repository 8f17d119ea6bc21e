package io.fanatic.netlink.health;

import io.fanatic.core.Delivery;
import io.fanatic.core.Direct;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Address;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.route.BridgePort;
import io.fanatic.netlink.route.InterfaceAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fan as its containers have it: their ports of the bridge, their addresses, their way out. */
final class ContainersCheck implements Check {
    @Override
    public String name() {
        return "containers";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (!host.privileged()) {
            findings.notChecked("containers were not looked into: it needs root");
            return;
        }
        Containers containers = host.containers();
        for (Fan fan : host.fans()) {
            Optional<BridgePort> bridge = containers.port(fan.bridge());
            if (bridge.isEmpty() || fan.slices().isEmpty()) {
                continue;
            }
            findings.looked();
            arp(fan, bridge.get(), findings);
            isolated(fan, bridge.get(), containers, findings);
            for (BridgePort port : containers.ports()) {
                Optional<Containers.Inside> inside = containers.inside(port);
                if (port.master() == bridge.get().index() && !port.name().equals(fan.tunnel())) {
                    findings.looked();
                    if (port.stopped()) {
                        findings.add(port(
                                fan,
                                "a bridge port does not forward: its container reaches nobody",
                                port.name() + " on " + fan.bridge() + " has the state "
                                        + (port.state() == BridgePort.BLOCKING ? "blocking" : "disabled"),
                                "bridge link set dev " + port.name() + " state 3"));
                    }
                    inside.ifPresent(each -> {
                        inside(fan, port, each, findings);
                        ipv6Routers(fan, host, port, each, findings);
                    });
                } else if (inside.isPresent() && port.master() != bridge.get().index()) {
                    outOfTheBridge(fan, port, inside.get(), findings);
                }
            }
        }
    }

    private static void arp(Fan fan, BridgePort bridge, Findings findings) {
        if (!bridge.arp()) {
            findings.add(Finding.of(
                    Code.ARP,
                    fan.overlay().toString(),
                    "the bridge does not use ARP: this host and its containers do not find each other, nor other hosts",
                    List.of(fan.bridge() + " has the flag NOARP"),
                    "ip link set " + fan.bridge() + " arp on"));
        }
    }

    /** Isolated ports reach those that are not. */
    private static void isolated(Fan fan, BridgePort bridge, Containers containers, Findings findings) {
        List<String> names = new ArrayList<>();
        boolean tunnel = false;
        for (BridgePort port : containers.ports()) {
            if (port.master() == bridge.index() && port.isolated()) {
                tunnel |= port.name().equals(fan.tunnel());
                names.add(port.name());
            }
        }
        if (names.size() > 1) {
            Finding finding = port(
                    fan,
                    tunnel
                            ? "the tunnel and containers are isolated from each other: these reach no other host"
                            : "containers of this host are isolated from each other",
                    "isolated ports of " + fan.bridge() + ": " + String.join(", ", names),
                    "bridge link set dev " + (tunnel ? fan.tunnel() : names.get(0)) + " isolated off");
            findings.add(tunnel ? finding : finding.as(Severity.WARNING));
        }
    }

    private static Finding port(Fan fan, String title, String evidence, String fix) {
        return Finding.of(Code.CONTAINER_PORT, fan.overlay().toString(), title, List.of(evidence), fix)
                .because(Code.BRIDGE, Code.DEVICE_DOWN);
    }

    private static void outOfTheBridge(Fan fan, BridgePort port, Containers.Inside inside, Findings findings) {
        for (InterfaceAddress address : inside.addresses()) {
            if (isOfASlice(fan, address.ipv4())) {
                findings.add(port(
                        fan,
                        "a container with an address of the fan is not plugged into its bridge",
                        port.name() + ", at whose other end " + inside.link().name() + " has " + address.address()
                                + ", is not a port of " + fan.bridge(),
                        "ip link set " + port.name() + " master " + fan.bridge()));
            }
        }
    }

    private static boolean isOfASlice(Fan fan, Ipv4Address address) {
        return fan.slices().stream().anyMatch(slice -> slice.cidr().contains(address));
    }

    private static void inside(Fan fan, BridgePort port, Containers.Inside inside, Findings findings) {
        String subject = fan.overlay().toString();
        String end = inside.link().name() + " behind " + port.name();
        List<InterfaceAddress> own = inside.addresses().stream()
                .filter(address -> fan.overlay().contains(address.address()))
                .toList();
        for (InterfaceAddress address : own) {
            if (!isOfASlice(fan, address.ipv4())) {
                FanSlice slice = fan.slices().get(0);
                findings.add(Finding.of(
                        Code.ADDRESS_SLICE,
                        subject,
                        "a container of this host has an address of another host's slice: its packets are dropped",
                        List.of(end + " has " + address.address() + ", this host's slice is " + slice.cidr()),
                        "give it an address from " + slice.firstContainerAddress() + " to "
                                + slice.lastContainerAddress()));
            }
            int length = fan.prefixLength();
            if (address.prefixLength() != length) {
                findings.add(route(
                        fan,
                        "a container has another prefix length than the fan",
                        end + " has " + address.address() + "/" + address.prefixLength() + ", the fan has /" + length,
                        "replace it in the container by " + address.address() + "/" + length));
            }
        }
        if (!own.isEmpty() && !inside.defaultRoute()) {
            Finding finding = route(
                    fan,
                    fan.transport().delivery() == Delivery.ROUTED
                            ? "a container has no default route: it reaches no other host"
                            : "a container has no default route: it reaches nothing outside the overlay",
                    end + " has " + own.get(0).address() + ", and no route leads out of the container",
                    "in the container: ip route add default via "
                            + gateway(fan, own.get(0).ipv4()));
            findings.add(fan.transport().delivery() == Delivery.ROUTED ? finding.as(Severity.ERROR) : finding);
        }
        if (inside.link().mtu() > fan.mtu()) {
            findings.add(Finding.of(
                            Code.PORT_MTU,
                            subject,
                            "a container's MTU is larger than the fan carries",
                            List.of(end + " has MTU " + inside.link().mtu() + ", the fan carries " + fan.mtu()),
                            "in the container: ip link set " + inside.link().name() + " mtu " + fan.mtu())
                    .because(Code.MTU));
        } else if (fan.direct() == Direct.SEND && inside.link().mtu() < fan.mtu()) {
            // As containers are that ran before their fan took the underlay's own MTU.
            findings.add(Finding.of(
                            Code.PORT_MTU,
                            subject,
                            "a container's MTU is smaller than its fan's: larger datagrams for it are dropped",
                            List.of(end + " has MTU " + inside.link().mtu() + ", the fan carries " + fan.mtu()),
                            "make the container anew, or here ip link set " + port.name() + " mtu " + fan.mtu()
                                    + ", and in the container ip link set "
                                    + inside.link().name() + " mtu " + fan.mtu())
                    .because(Code.MTU));
        }
    }

    /** A container takes any neighbour for a router that advertises itself as one. */
    private static void ipv6Routers(
            Fan fan, HealthHost host, BridgePort port, Containers.Inside inside, Findings findings) {
        List<Ipv6Address> others = new ArrayList<>(inside.ipv6Routers());
        if (fan.ipv6().isEmpty() || others.isEmpty()) {
            return;
        }
        others.removeAll(host.ipv6Addresses(fan));
        for (Ipv6Address router : others) {
            String link = inside.link().name();
            findings.add(route(
                    fan,
                    "a container has another IPv6 router than its host, which gets what leaves the container's slice",
                    link + " behind " + port.name() + " has a default route via " + router
                            + ", which is none of the addresses of " + fan.bridge(),
                    "in the container: ip -6 neigh show " + router + " dev " + link
                            + "; end what advertises itself there, then ip -6 route del default via " + router + " dev "
                            + link));
        }
    }

    private static Finding route(Fan fan, String title, String evidence, String fix) {
        return Finding.of(Code.CONTAINER_ROUTE, fan.overlay().toString(), title, List.of(evidence), fix);
    }

    private static Ipv4Address gateway(Fan fan, Ipv4Address of) {
        for (FanSlice slice : fan.slices()) {
            Ipv4Prefix own = slice.cidr();
            if (own.contains(of)) {
                return slice.hostAddress();
            }
        }
        return fan.slices().get(0).hostAddress();
    }
}
