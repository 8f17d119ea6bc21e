package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A bridge beside the fan's on a host, made in the same way, with a container on it.
 *
 * @param name of the bridge
 * @param address of the bridge, the container's gateway
 * @param prefixLength of both addresses
 * @param mtu of bridge and container, bytes
 */
record BenchBridge(String name, Ipv4Address address, int prefixLength, int mtu) {
    private static final Ipv4Prefix EVERYWHERE = Ipv4Prefix.parse("0.0.0.0/0");
    private static final int O_CLOEXEC = 02000000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Makes it, and attaches a container that is attached to nothing. */
    void attach(LabContainer container, Ipv4Address inside) {
        int namespace = check(
                "open the namespace of " + container.name(),
                Native.open(container.namespace().network().toString(), O_CLOEXEC));
        try (NetlinkSocket host = container.host().namespace().call(NetlinkSocket::open)) {
            Links links = new Links(host);
            int bridge = links.create(NewLink.bridge(name).mtu(mtu).up());
            add(host, bridge, address);
            links.create(NewLink.veth(container.name(), Lab.INTERFACE)
                    .mtu(mtu)
                    .master(bridge)
                    .peerNamespace(namespace)
                    .up());
        } finally {
            LIBC.close(namespace);
        }
        try (NetlinkSocket socket = container.namespace().call(NetlinkSocket::open)) {
            Links links = new Links(socket);
            int index = links.named(Lab.INTERFACE).orElseThrow().index();
            links.setNoIpv6Address(index);
            links.setUp(index, true);
            add(socket, index, inside);
            new Routes(socket).add(Route.via(EVERYWHERE, address, index, Route.PROTOCOL_STATIC));
        }
    }

    /** Waits for the container's port, and others. */
    void awaitRunning(LabContainer container, String... others) {
        List<String> ports = new ArrayList<>(List.of(others));
        ports.add(container.name());
        try (NetlinkSocket host = container.host().namespace().call(NetlinkSocket::open)) {
            new Links(host).awaitRunning(ports, TIMEOUT).ifPresent(idle -> {
                throw new IllegalStateException("the port " + idle + " of " + name + " carries nothing");
            });
        }
    }

    private void add(NetlinkSocket socket, int index, Ipv4Address one) {
        new Addresses(socket).add(InterfaceAddress.of(index, one, prefixLength, Route.PROTOCOL_STATIC));
    }
}
