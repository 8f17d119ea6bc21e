package io.fanatic.netlink.kernel;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.IpipProgramSpec;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.SocketAddress;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.Route;
import io.fanatic.netlink.route.Routes;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether the kernel answers a packet that is too large for what lies beneath an external IPIP device, as it has done since Linux 4.20: with
 * our own programs on the tunnel, over a device that takes less than the tunnel.
 */
final class IpipPathMtu {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final Ipv4Address HERE = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address THERE = Ipv4Address.parse("10.0.0.2");
    private static final int MTU = 1480;
    private static final int NARROW = 1000;
    private static final int DISCARD_PORT = 9;
    private static final int PROTOCOL = 250;
    private static final int ATTEMPTS = 2;
    private static final int UDP_AND_IPV4 = 28;

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_PMTUDISC_DO = 2;

    private IpipPathMtu() {}

    static boolean isTold() {
        return Namespace.scratch(() -> {
            try (NetlinkSocket socket = NetlinkSocket.open();
                    // Nothing is kept in these: the tunnel knows its programs by its alias.
                    LinuxKernel kernel = new LinuxKernel(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"))) {
                Links links = new Links(socket);
                // By it the answer comes to the sender.
                links.setUp(links.named("lo").orElseThrow().index(), true);
                int underlay = links.create(NewLink.veth("u0", "u1").mtu(NARROW).up());
                new Addresses(socket).add(InterfaceAddress.of(underlay, HERE, 16, PROTOCOL));
                links.setUp(links.named("u1").orElseThrow().index(), true);
                int bridge = links.create(NewLink.bridge("b0").up());
                new Addresses(socket)
                        .add(InterfaceAddress.of(bridge, FAN.slice(HERE).hostAddress(), 24, PROTOCOL));
                links.create(NewLink.externalIpip(FanNames.IPIP_TUNNEL).mtu(MTU));
                FanProgramSpec fan = new FanProgramSpec(FAN, 0, List.of(HERE), false, TunnelType.IPIP);
                kernel.attachPrograms(
                        FanNames.IPIP_TUNNEL, FanNames.IPIP_TUNNEL, new IpipProgramSpec(List.of(fan), true));
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

    /** Datagrams that fill the tunnel's MTU and must not be fragmented; what the socket says of them the route tells as well. */
    private static void sendFull(Ipv4Address to) {
        int fd = check("open a UDP socket", LIBC.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0));
        try {
            ByteBuffer must = Native.buffer(4).putInt(0, IP_PMTUDISC_DO);
            check("forbid to fragment", LIBC.setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, must, 4));
            ByteBuffer here = SocketAddress.of(FAN.slice(HERE).hostAddress(), 0);
            ByteBuffer there = SocketAddress.of(to, DISCARD_PORT);
            check("bind", LIBC.bind(fd, here, here.capacity()));
            check("connect", LIBC.connect(fd, there, there.capacity()));
            for (int i = 0; i < ATTEMPTS; i++) {
                LIBC.send(fd, Native.buffer(MTU - UDP_AND_IPV4), MTU - UDP_AND_IPV4, 0);
            }
        } finally {
            LIBC.close(fd);
        }
    }
}
