package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fanatic.core.Counter;
import io.fanatic.core.TunnelType;
import io.fanatic.netlink.attach.HooksOfThisKernel;
import io.fanatic.netlink.attach.ProgramHooks;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.host.DeviceStatistics;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two hosts of a fan with both programs on their tunnels, new for every test.
 *
 * <pre>
 *   here                                            there
 *   in -- bridge -- tun                             tun -- bridge -- in
 *                    |  encap            guard       |
 *                   und 10.0.0.45/16 ---- und 10.0.0.56/16
 *                       10.0.1.7/16
 * </pre>
 *
 * Frames enter at the end of a veth pair whose other end is in the bridge, as a container's would; what guard lets in is seen at the
 * other host's. A forger is a UDP socket on the underlay that writes VXLAN by itself.
 */
abstract class TwoHosts {
    static final long DEADLINE_NANOS = 60_000_000_000L;
    static final int FRAMES = 20;
    static final String HERE = "250.0.45.2";
    static final String THERE = "250.0.56.9";
    static final int VNI = Specs.USUAL.vni();

    TestHost here;
    TestHost there;

    @BeforeEach
    void buildTwoHosts() {
        here = new TestHost();
        there = new TestHost();
        here.ip("link add und type veth peer name und netns " + there.name());
        build(here, "10.0.0.45/16", "10.0.1.7/16");
        build(there, "10.0.0.56/16");
        attach(here, forThisKernel(Specs.TWO_ADDRESSES));
        attach(there, forThisKernel(Specs.spec("250.0.0.0/8", "10.0.0.0/16", "10.0.0.56")));
    }

    @AfterEach
    void remove() {
        if (here != null) {
            here.close();
            there.close();
        }
    }

    /** Before Linux 6.0 the route says which address is the outer source, and not the program: a fan has one address then. */
    static FanProgramSpec forThisKernel(FanProgramSpec spec) {
        return BpfFeatures.probe().tunnelLocalAddress()
                ? spec
                : new FanProgramSpec(
                        spec.mapping(),
                        spec.vni(),
                        spec.localAddresses().subList(0, 1),
                        false,
                        spec.type(),
                        spec.ipv6());
    }

    static void build(TestHost host, String... addresses) {
        for (String address : addresses) {
            host.ip("address add " + address + " dev und");
        }
        host.ip("link set und up");
        host.ip("link add bridge type bridge mcast_snooping 0");
        host.ip("link add tun type vxlan external dstport " + TunnelType.DEFAULT_VXLAN_PORT);
        host.ip("link add in type veth peer name port");
        for (String port : new String[] {"tun", "port"}) {
            host.ip("link set " + port + " master bridge");
        }
        for (String device : new String[] {"bridge", "tun", "port", "in"}) {
            host.ip("link set " + device + " up");
        }
    }

    static void attach(TestHost host, ProgramSpec spec) {
        int tunnel = host.index("tun");
        host.countersMapId = host.namespace().call(() -> {
            try (FanPrograms programs = FanPrograms.load(spec)) {
                attach(tunnel, spec, programs);
                return programs.counters().info().id();
            }
        });
    }

    /** In the place of what a device has, in the calling thread's namespace. */
    static void attach(int device, ProgramSpec spec, FanPrograms programs) {
        HooksOfThisKernel.with(hooks -> attach(hooks, device, spec, programs));
    }

    static FanPrograms attach(ProgramHooks hooks, int device, ProgramSpec spec, FanPrograms programs) {
        for (Role role : spec.roles()) {
            Set<Integer> earlier = Set.copyOf(hooks.attached(device, role.hook()));
            hooks.attach(device, role.hook(), programs.get(role), earlier, ProgramHooks.OWN_DEVICE, false);
        }
        return programs;
    }

    /** All that {@link #attach} has attached to a device, in the calling thread's namespace. */
    static void detach(int device) {
        for (Tcx.Hook hook : Tcx.Hook.values()) {
            HooksOfThisKernel.with(hooks -> {
                List<Integer> attached = hooks.attached(device, hook);
                attached.forEach(id -> hooks.detach(device, hook, id));
                return attached;
            });
        }
    }

    /** The names of what is attached, in the calling thread's namespace. */
    static List<String> attached(int tunnel) {
        return List.of(
                FanPrograms.attached(tunnel, Tcx.Hook.INGRESS).get(0).name(),
                FanPrograms.attached(tunnel, Tcx.Hook.EGRESS).get(0).name());
    }

    static Map<Counter, Long> counters(TestHost host) {
        return FanPrograms.counters(host.countersMapId);
    }

    /** Does something and waits until the counter has gone up by one; no other counter of that direction may. */
    static void counts(TestHost host, Counter counter, Runnable action) {
        Map<Counter, Long> before = counters(host);
        action.run();
        long end = System.nanoTime() + DEADLINE_NANOS;
        Map<Counter, Long> now = counters(host);
        while (count(now, counter) == count(before, counter) && System.nanoTime() < end) {
            now = counters(host);
        }
        Map<Counter, Long> wanted = new EnumMap<>(before);
        wanted.merge(counter, 1L, Long::sum);
        wanted.keySet().removeIf(other -> other.isSend() != counter.isSend());
        now.keySet().removeIf(other -> other.isSend() != counter.isSend());
        assertThat(now).isEqualTo(wanted);
    }

    static long count(Map<Counter, Long> counters, Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    static void crosses(TestHost from, TestHost to, byte[] frame) {
        try (PacketSocket out = new PacketSocket(from, "in");
                PacketSocket in = new PacketSocket(to, "in")) {
            out.send(frame);
            in.receive("frame", received -> Arrays.equals(received, frame));
        }
    }

    static void send(PacketSocket container, byte[] frame) {
        for (int i = 0; i < FRAMES; i++) {
            container.send(frame);
        }
    }

    /** The fast path is open from here to there. */
    void untilFewGoByTheKernelsDevice(byte[] frame) {
        try (PacketSocket container = new PacketSocket(here, "in")) {
            until("few frames go by the kernel's device", () -> {
                long before = DeviceStatistics.sent(here.namespace(), "tun");
                send(container, frame);
                return DeviceStatistics.sent(here.namespace(), "tun") - before < FRAMES / 2;
            });
            until("few frames come by the kernel's device", () -> {
                long before = DeviceStatistics.received(there.namespace(), "tun");
                long arrived = count(counters(there), Counter.RECEIVED) + FRAMES;
                send(container, frame);
                until("they arrive", () -> count(counters(there), Counter.RECEIVED) >= arrived);
                return DeviceStatistics.received(there.namespace(), "tun") - before < FRAMES / 2;
            });
        }
    }

    static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("not true: " + what);
            }
        }
    }

    void refuses(Counter reason, String outerSource, int vni, byte[] inner) {
        counts(there, reason, () -> forge(outerSource, vni, inner));
    }

    /** Sends VXLAN (RFC 7348) from an underlay address of this host, around encap. */
    void forge(String outerSource, int vni, byte[] inner) {
        here.namespace().call(() -> {
            byte[] payload = ByteBuffer.allocate(8 + inner.length)
                    .putInt(0x08000000)
                    .putInt(vni << 8)
                    .put(inner)
                    .array();
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(outerSource, 0))) {
                socket.send(new DatagramPacket(
                        payload, payload.length, InetAddress.getByName("10.0.0.56"), TunnelType.DEFAULT_VXLAN_PORT));
                return true;
            }
        });
    }

    /** The frame as it crosses the underlay. */
    byte[] outer(byte[] inner) {
        return outer(List.of(inner)).get(0);
    }

    /** The frames as they cross the underlay, one after the other; by one pair of sockets, each of which takes the kernel long to close. */
    List<byte[]> outer(List<byte[]> frames) {
        List<byte[]> crossed = new ArrayList<>();
        try (PacketSocket out = new PacketSocket(here, "in");
                PacketSocket underlay = new PacketSocket(there, "und")) {
            for (byte[] inner : frames) {
                out.send(inner);
                crossed.add(underlay.receive(
                        "VXLAN packet",
                        frame -> frame.length == 50 + inner.length && frame[12] == 8 && frame[13] == 0));
            }
        }
        return crossed;
    }
}
