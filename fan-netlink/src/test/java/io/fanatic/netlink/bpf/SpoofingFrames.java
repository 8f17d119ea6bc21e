package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a container on the bridge sends, with what must become of it: through the tunnel, and through the host that would route it. Each
 * kind says by itself whether its frames are good; {@link FanModel} says which counter a bad one goes to, and the two have to agree.
 */
final class SpoofingFrames extends Crafted {
    /** Hosts of the underlay, 10.0.2.1 to 10.0.2.8. */
    static final int FIRST_PEER = 0x0a000201;

    static final int PEERS = 8;

    /**
     * One frame.
     *
     * @param counted what is counted when it is dropped or goes into the tunnel; empty when the host routes or drops it by itself
     * @param leaves whether it is seen on the underlay
     */
    record Sent(String kind, byte[] frame, Optional<Counter> counted, boolean leaves) {}

    private final long bridgeMac;
    private final List<Sent> frames = new ArrayList<>();

    SpoofingFrames(FanProgramSpec spec, long bridgeMac) {
        super(spec, 36);
        this.bridgeMac = bridgeMac;
    }

    List<Sent> all() {
        for (int i = 0; i < 30; i++) {
            honest();
            spoofed();
            elsewhere();
            otherProtocols();
            routed();
        }
        for (int length = 14; length < 62; length++) {
            // A VLAN tag that is cut itself is dropped by the kernel.
            tunnel("IPv4 cut short", false, Frames.cut(ipv4(local(), in(peer()), 12, 1), length));
            tunnel("ARP cut short", length >= 42, Frames.cut(arp(2, local(), in(peer())), length));
        }
        for (int i = 0; i < 600; i++) {
            byte[] frame = random.nextInt(3) == 0 ? arp(1, local(), in(peer())) : ipv4(local(), in(peer()));
            for (int j = random.nextInt(3); j >= 0; j--) {
                frame = Frames.with(frame, 12 + random.nextInt(30), random.nextInt(256));
            }
            boolean good = counted(frame) == Counter.SENT;
            // Mutated into an address of a host that nobody here can answer for.
            boolean toAPeer = good && isPeer(frame);
            if (!good || toAPeer) {
                tunnel("mutated", good, frame);
            }
        }
        return frames;
    }

    private void honest() {
        tunnel("IPv4", true, ipv4(local(), in(peer())));
        tunnel("IPv4 with options", true, ipv4(local(), in(peer()), 6 + random.nextInt(10), 40));
        tunnel("ARP request", true, Frames.to(Frames.BROADCAST, arp(1, local(), in(peer()))));
        tunnel("ARP reply", true, arp(2, local(), in(peer())));
    }

    private void spoofed() {
        for (int source : new int[] {
            in(peer()), in(HOST + 1), in(HOST - 1), peer(), HOST, local() ^ 1 << 24 + random.nextInt(8), 0x7f000001, -1
        }) {
            tunnel("source of another", false, ipv4(source, in(peer())));
            tunnel("ARP sender of another", false, arp(1 + random.nextInt(2), source, in(peer())));
        }
        tunnel("source 0.0.0.0", false, ipv4(0, in(peer())));
        tunnel("ARP probe", false, Frames.to(Frames.BROADCAST, arp(1, 0, in(peer()))));
        byte[] arp = arp(2, local(), in(peer()));
        tunnel("ARP for other hardware", false, Frames.with(arp, 22 + random.nextInt(6), arp[22] + 1));
        tunnel("VXLAN from a host", false, nested(peer(), peer(), ipv4(in(peer()), in(peer()))));
    }

    private void elsewhere() {
        tunnel("own slice", false, ipv4(local(), local()));
        tunnel("outside the overlay", false, ipv4(local(), peer()));
        tunnel("of no host", false, ipv4(local(), in(random.nextBoolean() ? 0x0a000000 : 0x0a00ffff)));
        tunnel("ARP for the underlay", false, arp(1, local(), peer()));
        byte[] dhcp = ipv4(0, -1);
        tunnel("broadcast", false, Frames.to(Frames.BROADCAST, dhcp));
        tunnel("multicast", false, Frames.to(Frames.MULTICAST, ipv4(local(), 0xe00000fb)));
    }

    private void otherProtocols() {
        byte[] frame = ipv4(local(), in(peer()));
        for (int tag : new int[] {0x8100, 0x88a8}) {
            tunnel("VLAN tag", false, withHalf(Frames.tagged(tag, frame), 14, random.nextInt(0x10000)));
            tunnel("two VLAN tags", false, Frames.tagged(tag, Frames.tagged(0x8100, frame)));
        }
        tunnel("IPv6", false, withType(longer(frame), 0x86dd));
        tunnel("other protocol", false, withType(frame, 0x88cc));
        tunnel("bridged GRE", false, withType(frame, 0x6558));
    }

    /** To the bridge's own Ethernet address: the host takes them as a router does. */
    private void routed() {
        byte[] lie = ipv4(in(peer()), local());
        host("routed", true, datagram(local(), peer()));
        for (int source : new int[] {peer(), HOST, in(peer()), local() ^ 1 << 24 + random.nextInt(4), 0xc0a80001}) {
            host("routed with the source of another", false, datagram(source, peer()));
        }
        host("VXLAN to another host, as from a host", false, nested(peer(), peer(), lie));
        host("VXLAN to this host, as from a host", false, nested(peer(), HOST, lie));
        host("VXLAN to the host address, as from a host", false, nested(peer(), in(HOST) & ~0xff | 1, lie));
        host("VXLAN to this host, as from another container", false, nested(in(peer()), HOST, lie));
        byte[] spoofed = datagram(peer(), peer());
        byte[] priority = Frames.tagged(0x8100, spoofed);
        host("routed with the source of another and a priority tag", false, withHalf(priority, 14, 0));
        byte[] twice = withHalf(Frames.tagged(0x8100, withHalf(priority, 14, 0)), 14, 0);
        host("routed with the source of another and two priority tags", false, twice);
    }

    private void tunnel(String kind, boolean good, byte[] frame) {
        Counter counter = counted(frame);
        agree(kind, good, counter.name(), counter == Counter.SENT);
        frames.add(new Sent(kind, frame, Optional.of(counter), good));
    }

    private void host(String kind, boolean good, byte[] frame) {
        byte[] toHost = Frames.to(bridgeMac, frame);
        Optional<Counter> dropped = model.gate(seen(toHost), false);
        agree(kind, good, dropped.toString(), dropped.isEmpty());
        frames.add(new Sent(kind, toHost, dropped, good));
    }

    private static void agree(String kind, boolean good, String counted, boolean modelSaysGood) {
        if (good != modelSaysGood) {
            throw new AssertionError(kind + " is " + (good ? "good" : "bad") + ", but the model says " + counted);
        }
    }

    private Counter counted(byte[] frame) {
        return model.encap(seen(frame)).counter();
    }

    private static FanModel.Frame seen(byte[] frame) {
        int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
        boolean tagged = type == 0x8100 || type == 0x88a8;
        return new FanModel.Frame(tagged ? untagged(frame) : frame, tagged);
    }

    private static boolean isPeer(byte[] frame) {
        int destination = ByteBuffer.wrap(frame).getInt(frame[13] == 6 ? 38 : 30);
        int owner = 0x0a000000 | destination >>> 8 & 0xffff;
        return owner >= FIRST_PEER && owner < FIRST_PEER + PEERS;
    }

    private int peer() {
        return FIRST_PEER + random.nextInt(PEERS);
    }
}
