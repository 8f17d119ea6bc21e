package io.fanatic.netlink.engine;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.IpipProgramSpec;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether the kernel answers a packet that is too large for what lies beneath an external IPIP device, as it has done since Linux 4.20: with
 * our own programs on the tunnel, over a device that takes less than the tunnel.
 */
final class IpipPathMtu {
    private static final FanMapping FAN = FanMapping.of(Cidr.parse("250.0.0.0/8"), Cidr.parse("10.0.0.0/16"));
    private static final Ipv4Address HERE = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address THERE = Ipv4Address.parse("10.0.0.2");
    private static final int MTU = 1480;
    private static final int NARROW = 1000;
    private static final int DISCARD_PORT = 9;
    private static final int PROTOCOL = 250;
    private static final int ATTEMPTS = 2;

    private IpipPathMtu() {}

    static boolean isTold() {
        return Namespace.scratch(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open();
                    // Nothing is kept in these: the tunnel knows its programs by its alias.
                    LinuxKernel kernel = new LinuxKernel(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"))) {
                Links links = new Links(socket);
                int underlay = links.create(NewLink.veth("u0", "u1").mtu(NARROW).up());
                new Addresses(socket).add(InterfaceAddress.of(underlay, HERE, 16, PROTOCOL));
                links.setUp(links.named("u1").orElseThrow().index(), true);
                int bridge = links.create(NewLink.bridge("b0").up());
                new Addresses(socket)
                        .add(InterfaceAddress.of(bridge, FAN.slice(HERE).hostAddress(), 24, PROTOCOL));
                links.create(NewLink.externalIpip(FanNames.IPIP_TUNNEL).mtu(MTU));
                FanProgramSpec fan = new FanProgramSpec(FAN, 0, List.of(HERE), false, TunnelType.IPIP);
                kernel.attachPrograms(FanNames.IPIP_TUNNEL, new IpipProgramSpec(List.of(fan), true));
                int tunnel = links.named(FanNames.IPIP_TUNNEL).orElseThrow().index();
                links.setUp(tunnel, true);
                Routes routes = new Routes(socket);
                routes.add(Route.direct(FAN.overlay(), tunnel, PROTOCOL));
                Ipv4Address to = FAN.slice(THERE).hostAddress();
                sendFull(to);
                Optional<Route> way = routes.lookup(to);
                return way.isPresent() && way.get().mtu() == NARROW - TunnelType.IPIP.overhead();
            }
        });
    }

    /** A datagram that fills the tunnel's MTU and must not be fragmented, as Linux sends them by default. */
    private static void sendFull(Ipv4Address to) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
            channel.bind(new InetSocketAddress(FAN.slice(HERE).hostAddress().toString(), 0));
            for (int i = 0; i < ATTEMPTS; i++) {
                channel.send(ByteBuffer.allocate(MTU - 28), new InetSocketAddress(to.toString(), DISCARD_PORT));
            }
        } catch (IOException tooLarge) {
            // "Message too long" is what it is all about; the route tells more.
        }
    }
}
