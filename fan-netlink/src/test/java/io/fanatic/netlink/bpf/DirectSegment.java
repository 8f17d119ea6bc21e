package io.fanatic.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.MacAddress;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.TwoFans;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Two hosts whose fan sends without encapsulation, and a third one on their segment that sends what it likes:
 *
 * <pre>
 *   container 250.0.57.9                                  container 250.0.45.9
 *        | fan-250                                             | fan-250
 *   host   und 10.0.0.57/24 ---- hostile: bridge und ---- und 10.0.0.45/24   peer
 *                                 raw frames, any Ethernet source
 * </pre>
 */
final class DirectSegment implements AutoCloseable {
    static final String HOST_ADDRESS = "10.0.0.57";
    static final String PEER_ADDRESS = "10.0.0.45";

    static final long HOST = 0x0200_0000_0057L;
    static final long PEER = 0x0200_0000_0045L;

    /** The hostile host's Ethernet address. */
    static final long HOSTILE = 0x0200_0000_0666L;

    static final String HERE = "250.0.57.9";
    static final String THERE = "250.0.45.9";
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    final TestHost hostile = new TestHost();
    final TestHost host = new TestHost();
    final TestHost peer = new TestHost();
    final TestHost container = new TestHost();
    final TestHost peersContainer = new TestHost();
    private final Path directory;
    private int number;

    /** @param directory for the state of both hosts */
    DirectSegment(Path directory) {
        this.directory = directory;
        hostile.withoutBridgeFilter();
        hostile.ip("link add und type bridge");
        plug(host, 57, HOST, container);
        plug(peer, 45, PEER, peersContainer);
        hostile.ip("link set und up");
        TestHost[] hosts = {host, peer};
        for (TestHost one : hosts) {
            await("the ports of both hosts and of their containers forward", () -> forwards(hostile) && forwards(one));
        }
    }

    private void plug(TestHost one, int octet, long mac, TestHost inside) {
        hostile.ip("link add und" + octet + " type veth peer name und netns " + one.name());
        hostile.ip("link set und" + octet + " master und up");
        // As open as a host can be, so that guard has to refuse by itself.
        one.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.und.rp_filter=0");
        one.exec("sysctl", "-qw", "net.ipv4.conf.und.accept_local=1", "net.ipv4.ip_forward=1");
        one.withoutBridgeFilter();
        one.ip("link set und address " + new MacAddress(mac) + " up");
        one.ip("address add 10.0.0." + octet + "/24 dev und");
        network(one).up(FanEntry.parse(List.of("250.0.0.0/8", "10.0.0." + octet + "/16", "direct")));
        assertThat(network(one).direct(network(one).list().get(0)).now()).isEqualTo(Direct.SEND);
        one.ip("link add port type veth peer name in netns " + inside.name());
        one.ip("link set port master fan-250 up");
        inside.ip("link set in mtu 1400");
        inside.ip("address add 250.0." + octet + ".9/8 dev in");
        inside.ip("link set in up");
    }

    private static boolean forwards(TestHost one) {
        return one.exec("bridge", "link", "show").lines().allMatch(port -> port.contains("state forwarding"));
    }

    private FanNetwork network(TestHost one) {
        return FanNetwork.onThisHost()
                .in(one.namespace())
                .keepingStateIn(
                        directory.resolve(one.name()).resolve("run"),
                        directory.resolve(one.name()).resolve("state"));
    }

    /** Checksummed TCP in bulk, both ways, between the containers of both hosts. */
    void bulk() {
        TwoFans.bulk(peersContainer.namespace(), container.namespace(), HERE);
        TwoFans.bulk(container.namespace(), peersContainer.namespace(), THERE);
    }

    /** An ARP request or reply of the hostile host's, to all or to the host. */
    static byte[] claim(long to, int operation, String sender, String target) {
        byte[] frame =
                Frames.to(to, Frames.from(HOSTILE, Frames.arp(operation, Frames.bits(sender), Frames.bits(target))));
        ByteBuffer.wrap(frame).putShort(22, (short) (HOSTILE >>> 32)).putInt(24, (int) HOSTILE);
        return frame;
    }

    /** A packet without encapsulation for the container of {@link #host}, whose last bytes are a number of its own. */
    byte[] packet(long from, String source) {
        byte[] frame = Frames.from(from, Frames.to(HOST, Frames.ipv4(source, HERE)));
        ByteBuffer.wrap(frame).putInt(frame.length - 4, ++number);
        return frame;
    }

    /** Sends such a packet, and waits for it in the container. */
    void arrives(PacketSocket out, long from, String source) {
        try (PacketSocket in = new PacketSocket(container, "in")) {
            byte[] sent = packet(from, source);
            out.send(sent);
            in.receive("packet of " + source, frame -> isOf(frame, sent));
        }
    }

    /** Whether a frame has the packet from its source address on, as it was sent. */
    private static boolean isOf(byte[] frame, byte[] sent) {
        return frame.length == sent.length && Arrays.equals(frame, 26, frame.length, sent, 26, sent.length);
    }

    /** Sends such a packet, waits until it is counted, and sees that it does not come to the container. */
    void isDropped(PacketSocket out, long from, String source, Counter reason) {
        try (PacketSocket in = new PacketSocket(container, "in")) {
            long before = counted(reason);
            byte[] sent = packet(from, source);
            out.send(sent);
            await("a packet is counted: " + reason, () -> counted(reason) > before);
            for (Optional<byte[]> frame = in.nextNow(); frame.isPresent(); frame = in.nextNow()) {
                assertThat(isOf(frame.get(), sent)).as("got in as " + source).isFalse();
            }
        }
    }

    /** What the host's guard of direct packets has counted for this reason. */
    long counted(Counter reason) {
        FanNetwork network = network(host);
        return network.counters(network.list().get(0)).getOrDefault(reason, 0L);
    }

    /** The neighbours of a host on a device, and the Ethernet address that it believes of each. */
    static Map<String, String> neighbours(TestHost one, String device) {
        Map<String, String> neighbours = new TreeMap<>();
        one.exec("ip", "-4", "neigh", "show", "dev", device).lines().forEach(line -> {
            String[] words = line.split(" ");
            if (words.length > 2 && words[1].equals("lladdr")) {
                neighbours.put(words[0], words[2]);
            }
        });
        return neighbours;
    }

    /** Has the host hear this claim until it believes that the address is at this Ethernet address. */
    void believes(String address, long mac, Runnable again) {
        String wanted = new MacAddress(mac).toString();
        await(address + " is at " + wanted, () -> {
            again.run();
            return wanted.equals(neighbours(host, "und").get(address));
        });
    }

    /** Has the peer ask for the host's address until the host has its Ethernet address, as it does by itself within a minute while it sends. */
    void heard(String address) {
        believes(address, PEER, () -> {
            peer.exec("ip", "neigh", "flush", "dev", "und");
            // Whether it is answered is not the point: on a busy machine it may be too late.
            peer.exec("sh", "-c", "ping -c1 -W1 " + HOST_ADDRESS + " || true");
        });
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        peersContainer.close();
        container.close();
        peer.close();
        host.close();
        hostile.close();
    }
}
