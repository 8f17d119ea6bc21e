package io.fanatic.harness.bench;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;

/**
 * The yardstick for a fan without encapsulation: the hosts forward, and each has a static route to the other's containers, as flannel's backend
 * host-gw makes them.
 *
 * <pre>
 *   h1c3 198.19.1.10 -- veth -- routes 198.19.1.1    198.19.2.0/24 via 10.0.0.2
 *   h2c3 198.19.2.10 -- veth -- routes 198.19.2.1    198.19.1.0/24 via 10.0.0.1
 * </pre>
 */
final class HostRoutes {
    private static final Ipv4Prefix NETWORK = Ipv4Prefix.parse("198.19.0.0/16");
    private static final int LENGTH = 24;
    private static final int FIRST_CONTAINER = 10;
    private static final String BRIDGE = "routes";

    private HostRoutes() {}

    /**
     * Joins two containers that are attached to nothing.
     *
     * @param mtu of the bridge and the containers, bytes
     */
    static DataPath between(String name, LabContainer sender, LabContainer receiver, int mtu) {
        join(sender, receiver.host(), mtu);
        join(receiver, sender.host(), mtu);
        return new DataPath(name, end(sender), end(receiver));
    }

    private static Endpoint end(LabContainer container) {
        return new Endpoint(container.namespace(), address(container.host(), FIRST_CONTAINER));
    }

    private static Ipv4Address address(LabHost host, int last) {
        return NETWORK.network().plus(host.number() << (32 - LENGTH)).plus(last);
    }

    private static void join(LabContainer container, LabHost peer, int mtu) {
        LabHost host = container.host();
        BenchBridge bridge = new BenchBridge(BRIDGE, address(host, 1), LENGTH, mtu);
        bridge.attach(container, address(host, FIRST_CONTAINER));
        bridge.awaitRunning(container);
        host.namespace().run(() -> Sysctl.write("net/ipv4/ip_forward", "1"));
        try (NetlinkSocket socket = host.namespace().call(NetlinkSocket::open)) {
            int underlay = new Links(socket).named("eth0").orElseThrow().index();
            Ipv4Prefix there = new Ipv4Prefix(address(peer, 0), LENGTH);
            new Routes(socket).add(Route.via(there, peer.underlayAddress(), underlay, Route.PROTOCOL_STATIC));
        }
    }
}
