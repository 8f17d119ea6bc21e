package io.fanatic.netlink.kernel;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanNames;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.attach.ClsactHooks;
import io.fanatic.netlink.attach.ProgramHooks;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.bpf.FanProgramSpec;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.IpipProgramSpec;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.Pause;
import io.fanatic.netlink.libc.SocketAddress;
import io.fanatic.netlink.route.Addresses;
import io.fanatic.netlink.route.InterfaceAddress;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.route.NewLink;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Whether programs on an external IPIP device get what it receives as it is: before Linux 5.14, the outer headers are still in front of
 * the packet there, and guard drops it as malformed. One packet of another host is sent to ourselves, by loopback.
 */
final class IpipDelivery {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final Ipv4Address HERE = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address THERE = Ipv4Address.parse("10.0.0.2");
    private static final int PROTOCOL = 250;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int AF_INET = 2;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int IPPROTO_IPIP = 4;
    private static final int HEADERS = 28;

    private IpipDelivery() {}

    static boolean reachesPrograms() {
        return Namespace.scratch(() -> {
            FanProgramSpec fan = new FanProgramSpec(FAN, 0, List.of(HERE), false, TunnelType.IPIP);
            try (NetlinkSocket socket = NetlinkSocket.open();
                    FanPrograms programs = FanPrograms.load(new IpipProgramSpec(List.of(fan), false))) {
                Links links = new Links(socket);
                int loopback = links.named("lo").orElseThrow().index();
                links.setUp(loopback, true);
                for (Ipv4Address address : List.of(HERE, THERE)) {
                    new Addresses(socket).add(InterfaceAddress.of(loopback, address, 32, PROTOCOL));
                }
                int tunnel =
                        links.create(NewLink.externalIpip(FanNames.IPIP_TUNNEL).up());
                new ClsactHooks(new TrafficControl(socket), new HashSet<>())
                        .attach(
                                tunnel,
                                Tcx.Hook.INGRESS,
                                programs.get(Role.GUARD),
                                Set.of(),
                                ProgramHooks.OWN_DEVICE,
                                false);
                send();
                return !isMalformed(programs);
            }
        });
    }

    /** What does not arrive at all, for whatever reason, says nothing. */
    private static boolean isMalformed(FanPrograms programs) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            Map<Counter, Long> counters = FanPrograms.counters(programs.counters());
            if (counters.getOrDefault(Counter.RECEIVE_MALFORMED, 0L) > 0) {
                return true;
            }
            if (counters.getOrDefault(Counter.RECEIVED, 0L) > 0) {
                return false;
            }
            Pause.nanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return false;
    }

    /** A datagram from a container of another host to one of ours. */
    private static void send() {
        ByteBuffer packet = Native.buffer(HEADERS);
        packet.put(0, (byte) 0x45).put(8, (byte) 64).put(9, (byte) 17);
        packet.put(12, FAN.slice(THERE).hostAddress().octets());
        packet.put(16, FAN.slice(HERE).hostAddress().octets());
        // In network byte order, of which the buffer is not.
        packet.put(3, (byte) HEADERS).put(25, (byte) (HEADERS - 20));
        int fd = check("open a raw socket", LIBC.socket(AF_INET, SOCK_RAW_CLOEXEC, IPPROTO_IPIP));
        try {
            ByteBuffer there = SocketAddress.of(THERE, 0);
            ByteBuffer here = SocketAddress.of(HERE, 0);
            check("bind", LIBC.bind(fd, there, there.capacity()));
            check("connect", LIBC.connect(fd, here, here.capacity()));
            check("send a packet in IPIP", LIBC.send(fd, packet, HEADERS, 0));
        } finally {
            LIBC.close(fd);
        }
    }
}
