package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a hostile host on the underlay sends to a host of the fan 250.0.0.0/8 that has 10.0.0.57 and 10.0.1.7, with what must become of
 * it. Each kind says by itself whether its packets are good; {@link FanModel} says which counter a bad one goes to, and the two
 * have to agree.
 *
 * <p>Some packets never come as far as the guard: IPv4, UDP or the VXLAN device refuse them. They count as bad, and under no reason.
 */
final class HostilePackets extends Crafted {
    /**
     * One packet.
     *
     * @param wire the frames on the underlay: one, or its fragments
     * @param inner the frame in the tunnel
     * @param counted what guard counts, in order; empty when the kernel refuses the packet before
     * @param arrives whether a container sees the inner frame
     */
    record Packet(String kind, List<byte[]> wire, byte[] inner, List<Counter> counted, boolean arrives) {}

    private final long hostMac;
    private final long bridgeMac;
    private final long tunnelMac;
    private final boolean kernelLooksAtLengths;
    private final boolean underlayOnly;
    private final List<Packet> packets = new ArrayList<>();

    /**
     * @param kernelLooksAtLengths whether the VXLAN device itself drops IP packets that are shorter than an IP header, as it does since
     *     2024
     * @param underlayOnly whether the fan is up with underlay-only
     */
    HostilePackets(
            FanProgramSpec spec,
            long hostMac,
            long bridgeMac,
            long tunnelMac,
            boolean kernelLooksAtLengths,
            boolean underlayOnly) {
        super(spec, 35);
        this.hostMac = hostMac;
        this.bridgeMac = bridgeMac;
        this.tunnelMac = tunnelMac;
        this.kernelLooksAtLengths = kernelLooksAtLengths;
        this.underlayOnly = underlayOnly;
    }

    /** @param rounds how often each kind that is about addresses comes */
    List<Packet> all(int rounds) {
        for (int i = 0; i < rounds; i++) {
            honest();
            spoofed();
            elsewhere();
            tunnelsInTunnels();
            otherProtocols();
            outerHeaders();
        }
        headers();
        shortened();
        for (int i = 0; i < 30 * rounds; i++) {
            mutated();
        }
        return packets;
    }

    /** A packet that has to get in: what shows that the sender does it right. */
    Packet honestOne() {
        int owner = owner();
        good("honest", forge(owner, ipv4(in(owner), local())));
        return packets.get(packets.size() - 1);
    }

    /** An honest packet of which only this much of the inner frame was sent. */
    Forged forgeCut(int length) {
        int owner = owner();
        return forge(owner, Frames.cut(ipv4(in(owner), local()), length));
    }

    private void honest() {
        int owner = owner();
        good("IPv4", forge(owner, ipv4(in(owner), local())));
        good("IPv4 with options", forge(owner, ipv4(in(owner), local(), 6 + random.nextInt(10), 40)));
        good("long IPv4", forge(owner, ipv4(in(owner), local(), 5, 1000 + random.nextInt(400))));
        good("IPv4 fragment", forge(owner, withHalf(ipv4(in(owner), local()), 20, 0x2000 | random.nextInt(0x1fff))));
        good("frame with bytes behind its IPv4 packet", forge(owner, longer(ipv4(in(owner), local()))));
        good("ARP request", forge(owner, Frames.to(Frames.BROADCAST, arp(1, in(owner), local()))));
        good("ARP reply", forge(owner, arp(2, in(owner), local())));
        good("any source port", forge(owner, ipv4(in(owner), local())).ports(random.nextInt(0x10000), 8472));
        good("UDP checksum", forge(owner, ipv4(in(owner), local())).checksum(0));
        good("Ethernet broadcast", forge(owner, ipv4(in(owner), local())).ethernetTo(Frames.BROADCAST));
        Forged whole = forge(owner, ipv4(in(owner), local())).ports(1024 + packets.size(), 8472);
        // Anywhere: also through the middle of the inner headers.
        add("outer fragments", true, whole, whole.fragments(8 + 8 * random.nextInt(7)), true);
    }

    /** The inner source is not of the slice that the outer source owns. */
    private void spoofed() {
        int owner = owner();
        int other = owner ^ 1 + random.nextInt(255);
        for (int source : new int[] {
            in(other),
            in(owner + 1),
            in(owner ^ 0x100),
            local(),
            owner,
            HOST,
            random.nextInt(0x7fffffff),
            in(owner) ^ 1 << 24 + random.nextInt(8),
            0x7f000001,
            -1,
            0xe0000001
        }) {
            bad("source of another", forge(owner, ipv4(source, local())));
            bad("ARP sender of another", forge(owner, arp(1 + random.nextInt(2), source, local())));
        }
        bad("source 0.0.0.0", forge(owner, ipv4(0, local())));
        bad("ARP probe", forge(owner, Frames.to(Frames.BROADCAST, arp(1, 0, local()))));
        bad("gratuitous ARP", forge(owner, gratuitous(in(owner))));
        int stolen = local();
        bad("gratuitous ARP for a container here", forge(owner, gratuitous(stolen)));
        bad("as from ourselves", forge(HOST, ipv4(in(HOST), in(HOST))));
        bad("as from our other address", forge(SECOND, arp(2, in(SECOND), in(HOST))));
        for (int nobody : new int[] {0x0a00ffff, 0x0a000000}) {
            bad("from the underlay's broadcast or network address", forge(nobody, ipv4(in(nobody), local())));
        }
        // The same host part, in another network: the owner's address is compared whole.
        int outside = owner ^ 1 << 16 + random.nextInt(11);
        bad("outer source outside the underlay", forge(outside, ipv4(in(owner), local())));
        refused("outer source in the overlay", forge(in(owner), ipv4(in(owner), local())));
    }

    /** The inner destination is not in a slice of this host. */
    private void elsewhere() {
        int owner = owner();
        for (int destination : new int[] {
            in(owner()),
            in(owner),
            in(HOST + 1),
            in(HOST - 1),
            local() ^ 1 << 24 + random.nextInt(8),
            0xfa000000,
            0xfaffffff,
            in(0x0a000000),
            in(0x0a00ffff),
            HOST,
            0,
            0x7f000001,
            0xe00000fb,
            -1
        }) {
            bad("destination elsewhere", forge(owner, ipv4(in(owner), destination)));
            bad("ARP target elsewhere", forge(owner, arp(1 + random.nextInt(2), in(owner), destination)));
        }
        bad("broadcast", forge(owner, Frames.to(Frames.BROADCAST, ipv4(in(owner), local()))));
        bad("multicast", forge(owner, Frames.to(Frames.MULTICAST, ipv4(in(owner), local()))));
        bad("ARP to a group", forge(owner, Frames.to(Frames.MULTICAST, arp(1, in(owner), local()))));
        int mask = 1 + random.nextInt(0xffffff);
        bad("other VNI", new Forged(hostMac, owner, model.spec().vni() ^ mask, ipv4(in(owner), local())));
        bad("neighbouring VNI", new Forged(hostMac, owner, model.spec().vni() + 1, ipv4(in(owner), local())));
    }

    private void tunnelsInTunnels() {
        int owner = owner();
        byte[] lie = ipv4(in(owner()), local());
        // To a container it is an IPv4 packet like any other: the container has no tunnel.
        good("VXLAN in VXLAN to a container", forge(owner, nested(in(owner), local(), lie)));
        bad("VXLAN in VXLAN to the underlay address", forge(owner, nested(in(owner), HOST, lie)));
        bad("VXLAN in VXLAN from a host", forge(owner, nested(owner(), local(), lie)));
        // The host's own address in the overlay: what comes out of the second tunnel is refused there.
        int host = in(HOST) & ~0xff | 1;
        byte[] toHost = Frames.to(bridgeMac, nested(in(owner), host, lie));
        Forged outer = forge(owner, toHost);
        packets.add(new Packet(
                "VXLAN in VXLAN to the host",
                List.of(outer.frame()),
                toHost,
                underlayOnly ? List.of(Counter.RECEIVED) : List.of(Counter.RECEIVED, Counter.RECEIVE_SPOOFED),
                false));
        good("IPv4 in IPv4 to a container", forge(owner, protocol(4, ipv4(in(owner), local()))));
        bad("IPv4 in IPv4 as another's", forge(owner, protocol(4, ipv4(in(owner ^ 2), local()))));
        bad("bridged GRE", forge(owner, withType(ipv4(in(owner), local()), 0x6558)));
    }

    private void otherProtocols() {
        int owner = owner();
        byte[] frame = ipv4(in(owner), local());
        for (int tag : new int[] {0x8100, 0x88a8}) {
            bad("VLAN tag", forge(owner, withHalf(Frames.tagged(tag, frame), 14, random.nextInt(0x10000))));
            bad("VLAN tag on ARP", forge(owner, Frames.tagged(tag, arp(2, in(owner), local()))));
            bad("two VLAN tags", forge(owner, Frames.tagged(tag, Frames.tagged(0x8100, frame))));
            bad("three VLAN tags", forge(owner, Frames.tagged(tag, Frames.tagged(tag, Frames.tagged(tag, frame)))));
        }
        bad("VLAN tag of old", forge(owner, Frames.tagged(0x9100, frame)));
        bad("IPv6", forge(owner, withType(longer(frame), 0x86dd)));
        bad("neighbour discovery", forge(owner, Frames.to(0x3333_0000_0001L, withType(longer(frame), 0x86dd))));
        for (int type : new int[] {0x88cc, 0x8847, 0x8864, 0x0842, 0x8906, 0x22f0, random.nextInt(0x600)}) {
            bad("other protocol", forge(owner, withType(frame, type)));
        }
    }

    private void outerHeaders() {
        int owner = owner();
        refused("no flag I", forge(owner, ipv4(in(owner), local())).flags(0));
        int bit = random.nextInt(32);
        if (bit != 27) {
            refused("reserved flag", forge(owner, ipv4(in(owner), local())).flags(0x08000000 | 1 << bit));
        }
        refused("group policy", forge(owner, ipv4(in(owner), local())).flags(0x88000000 | random.nextInt(0x10000)));
        refused("reserved byte", forge(owner, ipv4(in(owner), local())).reserved(1 + random.nextInt(255)));
        refused("wrong UDP checksum", forge(owner, ipv4(in(owner), local())).checksum(1 + random.nextInt(0xfff0)));
        refused("other port", forge(owner, ipv4(in(owner), local())).ports(49152, 8473 + random.nextInt(9)));
        refused(
                "UDP longer than the packet",
                forge(owner, ipv4(in(owner), local())).udpLengthMore(1));
        refused(
                "Ethernet to another host",
                forge(owner, ipv4(in(owner), local())).ethernetTo(hostMac ^ 1L << 8));
        for (int source : new int[] {0x7f000001, 0, -1, 0xe0000001}) {
            refused("outer source that no host has", forge(source, ipv4(in(owner), local())));
        }
        Forged cut = forge(owner, ipv4(in(owner), local()));
        add("outer packet cut short", false, cut, List.of(Frames.cut(cut.frame(), 40 + random.nextInt(20))), true);
        Forged lonely = forge(owner, ipv4(in(owner), local())).ports(1024 + packets.size(), 8472);
        add(
                "only the last fragment",
                false,
                lonely,
                List.of(lonely.fragments(24).get(1)),
                true);
    }

    /** Each value of each field that says what the rest of a header is. */
    private void headers() {
        for (int first = 0; first < 256; first++) {
            int owner = owner();
            byte[] frame = with(ipv4(in(owner), local(), 15, 40), 14, first);
            add("IPv4 version and length " + first, first >> 4 == 4 && (first & 15) >= 5, forge(owner, frame));
        }
        for (int total = 0; total < 80; total++) {
            int owner = owner();
            byte[] frame = withHalf(ipv4(in(owner), local(), 5, 40), 16, total);
            add("IPv4 total length " + total, total >= 20 && total <= 60, forge(owner, frame));
            byte[] options = withHalf(ipv4(in(owner), local(), 10, 30), 16, total);
            add("IPv4 with options, total length " + total, total >= 40 && total <= 70, forge(owner, options));
        }
        int[] right = {1, 0x0800, 0x0604};
        for (int field = 0; field < 3; field++) {
            for (int value = 0; value < 32; value++) {
                int owner = owner();
                int written = value < 16 ? right[field] ^ 1 << value : random.nextInt(0x10000);
                byte[] frame = withHalf(arp(2, in(owner), local()), 14 + 2 * field, written);
                add("ARP field " + field + " is " + written, written == right[field], forge(owner, frame));
            }
        }
        for (int operation = 0; operation < 40; operation++) {
            int owner = owner();
            boolean known = operation == 1 || operation == 2;
            add("ARP operation " + operation, known, forge(owner, arp(operation, in(owner), local())));
        }
        for (int bit = 0; bit < 48; bit++) {
            int owner = owner();
            byte[] frame = arp(2, in(owner), local());
            bad("ARP for other hardware", forge(owner, with(frame, 22 + bit / 8, frame[22 + bit / 8] ^ 1 << bit % 8)));
        }
        int owner = owner();
        byte[] frame = ipv4(in(owner), local());
        refused("from the tunnel's own Ethernet address", forge(owner, Frames.from(tunnelMac, frame)));
        bad("from an Ethernet group", forge(owner, Frames.from(Frames.MULTICAST, frame)));
        bad("from no Ethernet address", forge(owner, Frames.from(0, frame)));
        good("from half an Ethernet address", forge(owner, Frames.from(7, ipv4(in(owner), local()))));
    }

    /** Every length that cuts a header. */
    private void shortened() {
        for (int length = 0; length < 62; length++) {
            int owner = owner();
            bad("IPv4 cut short", forge(owner, Frames.cut(ipv4(in(owner), local(), 12, 1), length)));
            int arpOwner = owner();
            byte[] arp = arp(1 + random.nextInt(2), in(arpOwner), local());
            add("ARP cut short", length >= 42, forge(arpOwner, Frames.cut(arp, length)));
            byte[] ipv6 = withType(ipv4(in(owner), local(), 5, 60), 0x86dd);
            bad("IPv6 cut short", forge(owner, Frames.cut(ipv6, length)));
            byte[] tagged = Frames.tagged(0x8100, ipv4(in(owner), local(), 5, 60));
            bad("VLAN cut short", forge(owner, Frames.cut(tagged, length)));
            bad("VXLAN cut short", forge(owner, new byte[0]).udpLengthMore(-(length % 9)));
        }
    }

    /** One to three bytes of an honest packet's headers changed; here only the model knows whether it is good. */
    private void mutated() {
        int owner = owner();
        byte[] frame =
                random.nextInt(3) == 0 ? arp(1 + random.nextInt(2), in(owner), local()) : ipv4(in(owner), local());
        for (int i = random.nextInt(3); i >= 0; i--) {
            // Behind the Ethernet addresses: where the bridge delivers is not the question here.
            frame = with(frame, 12 + random.nextInt(30), random.nextInt(256));
        }
        Forged outer = forge(owner, frame);
        add("mutated", counted(outer).equals(List.of(Counter.RECEIVED)), outer);
    }

    private void good(String kind, Forged outer) {
        add(kind, true, outer);
    }

    private void bad(String kind, Forged outer) {
        add(kind, false, outer);
    }

    /** Bad, and stopped before the guard: by the kernel, or by the table {@code fanatic-tunnel}. */
    private void refused(String kind, Forged outer) {
        packets.add(new Packet(kind, List.of(outer.frame()), outer.inner(), List.of(), false));
    }

    private void add(String kind, boolean good, Forged outer) {
        add(kind, good, outer, List.of(outer.frame()), false);
    }

    private void add(String kind, boolean good, Forged outer, List<byte[]> wire, boolean odd) {
        List<Counter> counted = odd && !good ? List.of() : counted(outer);
        if (good != counted.equals(List.of(Counter.RECEIVED))) {
            throw new AssertionError(kind + " is " + (good ? "good" : "bad") + ", but the model says " + counted);
        }
        packets.add(new Packet(kind, wire, outer.inner(), counted, good));
    }

    private List<Counter> counted(Forged outer) {
        byte[] frame = outer.inner();
        int type = frame.length < 14 ? -1 : ByteBuffer.wrap(frame).getShort(12) & 0xffff;
        boolean tagged = type == 0x8100 || type == 0x88a8;
        // Where the kernel gives up: no Ethernet header, half a tag, half an IP header.
        boolean tooShort = type < 0
                || tagged && frame.length < 20
                || kernelLooksAtLengths && (type == 0x0800 && frame.length < 34 || type == 0x86dd && frame.length < 54);
        boolean outside = !model.spec().mapping().underlay().contains(Ipv4Address.of(outer.source()));
        if (tooShort || underlayOnly && outside) {
            return List.of();
        }
        FanModel.Frame seen = new FanModel.Frame(tagged ? untagged(frame) : frame, tagged);
        FanModel.Key key = new FanModel.Key(outer.vni(), Ipv4Address.of(outer.source()), Ipv4Address.of(HOST));
        return List.of(model.guard(seen, Optional.of(key)));
    }

    private Forged forge(int source, byte[] inner) {
        return new Forged(hostMac, source, model.spec().vni(), inner);
    }
}
