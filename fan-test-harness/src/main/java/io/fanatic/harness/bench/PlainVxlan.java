package io.fanatic.harness.bench;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.wire.NetlinkSocket;

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
 * <p>Same hosts, same underlay, same inner MTU as a fan that encapsulates, same kind of bridge and cable, no UDP checksum either. 198.18.0.0/15 is for
 * benchmarks (RFC 2544).
 */
final class PlainVxlan {
    private static final Ipv4Prefix NETWORK = Ipv4Prefix.parse("198.18.0.0/15");
    private static final String BRIDGE = "plain";
    private static final String TUNNEL = "plain-vx";
    private static final int VNI = 42;
    private static final int PORT = 4789;
    private static final int FIRST_CONTAINER = 10;

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
        BenchBridge bridge = new BenchBridge(BRIDGE, way, NETWORK.prefixLength(), mtu);
        bridge.attach(container, address(container));
        try (NetlinkSocket host = container.host().namespace().call(NetlinkSocket::open)) {
            Links links = new Links(host);
            links.create(NewLink.vxlan(
                            TUNNEL,
                            VNI,
                            container.host().underlayAddress(),
                            peer.host().underlayAddress(),
                            PORT)
                    .mtu(mtu)
                    .master(links.named(BRIDGE).orElseThrow().index())
                    .up());
        }
        bridge.awaitRunning(container, TUNNEL);
    }
}
