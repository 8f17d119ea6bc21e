package io.fanatic.cli.container;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Link;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** What a container's eth0 looks like: {@code 250.0.1.2/8 mtu 1450 default via 250.0.1.1}. */
public record ContainerNet(Ipv4Address address, int prefixLength, int mtu, Optional<Ipv4Address> gateway) {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    public static ContainerNet of(Namespace container) {
        return container.call(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                Link eth0 = new Links(netlink).named("eth0").orElseThrow();
                InterfaceAddress address = new Addresses(netlink)
                        .list().stream()
                                .filter(a -> a.index() == eth0.index())
                                .findFirst()
                                .orElseThrow();
                Optional<Ipv4Address> gateway = new Routes(netlink)
                        .list().stream()
                                .filter(route -> route.destination().prefixLength() == 0)
                                .map(Route::gateway)
                                .flatMap(Optional::stream)
                                .map(Ipv4Address.class::cast)
                                .findFirst();
                return new ContainerNet(address.ipv4(), address.prefixLength(), eth0.mtu(), gateway);
            }
        });
    }

    /** As {@link #of}, as soon as there is an address and then the way out: a DHCP client sets one after the other. */
    public static ContainerNet await(Namespace container) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                ContainerNet net = of(container);
                if (net.gateway().isEmpty()) {
                    throw new NoSuchElementException("no default route in " + net);
                }
                return net;
            } catch (NoSuchElementException notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    public static List<String> links(Namespace container) {
        return container.call(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                return new Links(netlink).list().stream().map(Link::name).toList();
            }
        });
    }
}
