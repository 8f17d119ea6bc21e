package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.List;

/**
 * The yardstick: between two hosts that have a fan, a second bridge on each with a plain VXLAN to the other as its port,
 * made like the fan's in all that is not fan.
 *
 * <pre>
 *   h1c2 198.18.0.11 -- veth -- plain 198.18.0.1 -- plain-vx: vxlan id 42 remote 10.0.0.2, UDP 4789
 *                                                      |
 *   h2c2 198.18.0.12 -- veth -- plain 198.18.0.2 -- plain-vx: vxlan id 42 remote 10.0.0.1
 * </pre>
 *
 * <p>Same hosts, same underlay, same inner MTU, same kind of bridge and cable, no UDP checksum either. 198.18.0.0/15 is for
 * benchmarks (RFC 2544).
 */
final class PlainVxlan {
    private static final Ipv4Prefix NETWORK = Ipv4Prefix.parse("198.18.0.0/15");
    private static final Ipv4Prefix EVERYWHERE = Ipv4Prefix.parse("0.0.0.0/0");
    private static final String BRIDGE = "plain";
    private static final String TUNNEL = "plain-vx";
    private static final int VNI = 42;
    private static final int PORT = 4789;
    private static final int FIRST_CONTAINER = 10;
    private static final int O_CLOEXEC = 02000000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final int mtu;

    private PlainVxlan(int mtu) {
        this.mtu = mtu;
    }

    /**
     * Joins two containers that are attached to nothing.
     *
     * @param mtu of the tunnel, the bridge and the containers, bytes
     */
    static DataPath between(String name, LabContainer sender, LabContainer receiver, int mtu) {
        PlainVxlan plain = new PlainVxlan(mtu);
        plain.join(sender, receiver);
        plain.join(receiver, sender);
        return new DataPath(name, end(sender), end(receiver));
    }

    private static Endpoint end(LabContainer container) {
        return new Endpoint(container.namespace(), address(container));
    }

    private static Ipv4Address address(LabContainer container) {
        return NETWORK.network().plus(FIRST_CONTAINER + container.host().number());
    }

    private void join(LabContainer container, LabContainer peer) {
        Ipv4Address way = NETWORK.network().plus(container.host().number());
        int namespace = check(
                "open the namespace of " + container.name(),
                LIBC.open(container.namespace().network().toString(), O_CLOEXEC));
        try (NetlinkSocket host = container.host().namespace().call(NetlinkSocket::open)) {
            Links links = new Links(host);
            int bridge = links.create(NewLink.bridge(BRIDGE).mtu(mtu).up());
            address(host, bridge, way);
            links.create(NewLink.vxlan(
                            TUNNEL,
                            VNI,
                            container.host().underlayAddress(),
                            peer.host().underlayAddress(),
                            PORT)
                    .mtu(mtu)
                    .master(bridge)
                    .up());
            links.create(NewLink.veth(container.name(), Lab.INTERFACE)
                    .mtu(mtu)
                    .master(bridge)
                    .peerNamespace(namespace)
                    .up());
        } finally {
            LIBC.close(namespace);
        }
        try (NetlinkSocket inside = container.namespace().call(NetlinkSocket::open)) {
            Links links = new Links(inside);
            int index = links.named(Lab.INTERFACE).orElseThrow().index();
            links.setNoIpv6Address(index);
            links.setUp(index, true);
            address(inside, index, address(container));
            new Routes(inside).add(Route.via(EVERYWHERE, way, index, Route.PROTOCOL_STATIC));
        }
        try (NetlinkSocket host = container.host().namespace().call(NetlinkSocket::open)) {
            List<String> ports = List.of(container.name(), TUNNEL);
            new Links(host).awaitRunning(ports, TIMEOUT).ifPresent(idle -> {
                throw new IllegalStateException("the port " + idle + " of " + BRIDGE + " carries nothing");
            });
        }
    }

    private static void address(NetlinkSocket socket, int index, Ipv4Address address) {
        new Addresses(socket).add(InterfaceAddress.of(index, address, NETWORK.prefixLength(), Route.PROTOCOL_STATIC));
    }
}
