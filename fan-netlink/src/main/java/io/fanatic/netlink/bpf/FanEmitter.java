package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Counter;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;

/**
 * The steps of the programs, for frames in VXLAN and for packets in IPIP. A program is a row of them: parse, select the fan, look at the
 * owners, then a verdict or the delivery; the rare cases of each step stand behind all that is usual. Registers, from the first instruction to the last:
 *
 * <pre>
 *   R6  the context, struct __sk_buff        R7  destination address, later its owner or the verdict
 *   R2  start of the frame, while parsing    R8  source address, later its owner
 *   R3  end of the linear part, likewise     R9  for the program
 * </pre>
 *
 * Addresses are in the order of the CPU, so that immediates read as they are written. No load needs more alignment than an Ethernet frame
 * has (2 bytes off a multiple of 4), since the verifier insists on that where the CPU does. What a frame usually is stands on
 * the straight way down; whatever happens rarely is emitted by {@link #slowPath} past the end.
 */
class FanEmitter {

    /** TC_ACT_UNSPEC: the next program on the hook, or the next filter, has its say. Nobody else's program is shut out. */
    static final int NEXT = -1;

    /** TC_ACT_SHOT. */
    static final int DROP = 2;

    /** TC_ACT_REDIRECT: what a program returns that has called {@link Helper#REDIRECT} or its like. */
    static final int REDIRECT = 7;

    /** Offset below R10 of the tunnel key; its first word serves as key of the counters map too. */
    static final int KEY = -48;

    /**
     * The bit of the packet mark (skb->mark) that guard sets on a frame that it lets in, and gate takes away. Bits 0 to 11 and 16 to 31 are
     * taken by Cilium, Calico, Tailscale, Weave Net and the AWS CNI, 13 by the CNI's port mappings, 14 and 15 by Kubernetes. No container
     * can set it: the kernel clears the mark of what crosses from one network namespace to another.
     */
    static final int LET_IN = 1 << 12;

    /** Where the parser goes on, with the addresses in R8 and R7. */
    static final String ADDRESSES = "addresses";

    /** Where frames go that are dropped for a reason that somebody should look at. */
    private static final String NOTE_TIME = "note-time";

    // struct __sk_buff
    static final int LEN = 0;
    static final int PACKET_TYPE = 4;
    static final int MARK = 8;
    static final int VLAN_PRESENT = 20;
    static final int VLAN_TCI = 24;
    static final int TC_INDEX = 44;
    private static final int DATA = 76;
    private static final int DATA_END = 80;
    static final int GSO_SIZE = 176;

    /** Where {@link #select} goes on. */
    private static final String SELECTED = "selected";

    static final int ETHERNET_SOURCE = 6;
    static final int ETHERNET = 14;
    /** Bytes in front of the IPv4 header on a tunnel without Ethernet: packets begin with it. */
    static final int NO_LINK = 0;

    static final int IPV4_HEADER = 20;
    static final int IPV4_FRAME = ETHERNET + IPV4_HEADER;
    static final int ARP_FRAME = ETHERNET + 28;

    static final int ETH_P_IP = 0x0800;
    static final int ETH_P_ARP = 0x0806;
    static final int ETH_P_8021Q = 0x8100;
    static final int ETH_P_8021AD = 0x88a8;
    static final int ETH_P_IPV6 = 0x86dd;

    /** Why a frame of a container is refused. */
    static final FrameReasons SEND_REASONS = new FrameReasons(
            Counter.SEND_MALFORMED,
            Counter.SEND_VLAN,
            Counter.SEND_IPV6,
            Counter.SEND_OTHER,
            Counter.SEND_BROADCAST,
            Counter.SEND_MULTICAST,
            Counter.SEND_ARP_PROBE);

    final Assembler asm;
    private final FrameReasons reasons;
    private final int countersFd;
    /** Where a frame of IPv6 goes. */
    private String ipv6;
    /** Bytes in front of the IPv4 header. */
    private final int link;

    /** @param link {@link #ETHERNET} or {@link #NO_LINK} */
    FanEmitter(int link, FrameReasons reasons, int countersFd, ByteOrder order) {
        this.asm = new Assembler(order);
        this.link = link;
        this.reasons = reasons;
        this.countersFd = countersFd;
        this.ipv6 = reasons.ipv6().label();
    }

    /** Has the parser go on elsewhere with IPv6, of a fan that carries it. */
    void takeIpv6(String label) {
        ipv6 = label;
    }

    /** Whether packets have an Ethernet header. */
    final boolean isEthernet() {
        return link == ETHERNET;
    }

    /** Whether the program only looks: then no step of it may change the frame. */
    boolean observes() {
        return false;
    }

    /** Parses what the tunnel carries. Falls through to the label {@link #ADDRESSES}. */
    void parse() {
        if (link == 0) {
            parsePacket();
        } else {
            parseFrame();
        }
    }

    /** The rare cases of {@link #parse}; emitted after everything else that is usual. */
    void slowPath() {
        if (link == 0) {
            rarelyPacket();
        } else {
            rarelyFrame();
        }
    }

    /**
     * Reads the frame's addresses: source in R8 and destination in R7, of IPv4 the header's, of ARP the sender's and the target's.
     * Falls through to the label {@link #ADDRESSES}.
     */
    private void parseFrame() {
        loadFrame(IPV4_FRAME, Jump.GT, "not-linear");
        asm.label("parse")
                .add(Width.WORD.load(R1, R6, VLAN_PRESENT))
                .add(Jump.NE.imm32(R1, 0, reasons.vlan().label()))
                .add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), "not-ipv4"))
                .add(Width.BYTE.load(R1, R2, ETHERNET))
                .add(Jump.NE.imm32(R1, 0x45, "ipv4-options"))
                .label("ipv4")
                .add(Width.BYTE.load(R1, R2, 0))
                .add(Jump.SET.imm32(R1, 1, "group-address"));
        checkLength();
        asm.label("ipv4-addresses")
                .add(Width.WORD.load(R8, R2, ETHERNET + 12), Instruction.toBigEndian(R8, 32))
                .add(Width.WORD.load(R7, R2, ETHERNET + 16), Instruction.toBigEndian(R7, 32))
                .label(ADDRESSES);
    }

    /**
     * Reads the packet's addresses where packets have no Ethernet header: source in R8 and destination in R7. Falls through to the
     * label {@link #ADDRESSES}; R2 is still the start of the packet then. Addresses are read by halves, as they are not aligned as in a frame.
     */
    private void parsePacket() {
        loadFrame(IPV4_HEADER, Jump.GT, "not-linear");
        asm.label("parse")
                .add(Width.BYTE.load(R1, R2, 0))
                .add(Jump.NE.imm32(R1, 0x45, "ipv4-options"))
                .label("ipv4");
        checkLength();
        asm.label("ipv4-addresses");
        loadAddress(R8, 12);
        loadAddress(R7, 16);
        asm.label(ADDRESSES);
    }

    /** Reads an address in the packet, by halves. */
    void loadAddress(Register address, int offset) {
        asm.add(Width.HALF.load(address, R2, offset), Instruction.toBigEndian(address, 16))
                .add(Width.HALF.load(R1, R2, offset + 2), Instruction.toBigEndian(R1, 16))
                .add(Alu.LSH.imm(address, 16), Alu.OR.reg(address, R1));
    }

    /** The header's total length against what there is; padding may follow. */
    private void checkLength() {
        asm.add(Width.HALF.load(R1, R2, link + 2), Instruction.toBigEndian(R1, 16))
                .add(Jump.LT.imm32(R1, IPV4_HEADER, "short-total"));
        if (link != 0) {
            asm.add(Alu.ADD.imm(R1, link));
        }
        asm.add(Width.WORD.load(R4, R6, LEN))
                .add(Jump.GT.reg(R1, R4, reasons.malformed().label())); // cut short on the way
    }

    /** Compares the linear part with what is wanted and jumps on the outcome; R2 and R3 hold its bounds. */
    void loadFrame(int bytes, Jump when, String label) {
        asm.add(Width.WORD.load(R2, R6, DATA))
                .add(Width.WORD.load(R3, R6, DATA_END))
                .add(Alu.MOV.reg(R4, R2), Alu.ADD.imm(R4, bytes))
                .add(when.reg(R4, R3, label));
    }

    /** The rare cases of {@link #parseFrame}. */
    private void rarelyFrame() {
        asm.label("not-linear");
        pull(IPV4_FRAME, "parse", reasons.malformed().label());

        asm.label("not-ipv4")
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_ARP), "arp"))
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_IPV6), ipv6))
                .add(Jump.EQ.imm32(
                        R1, asm.network16(ETH_P_8021Q), reasons.vlan().label()))
                .add(Jump.EQ.imm32(
                        R1, asm.network16(ETH_P_8021AD), reasons.vlan().label()));
        drop(reasons.other());

        rareLengths(reasons.malformed().label());

        asm.label("group-address")
                .add(Width.HALF.load(R1, R2, 0))
                .add(Jump.NE.imm32(R1, 0xffff, reasons.multicast().label()))
                .add(Width.WORD.load(R1, R2, 2))
                .add(Jump.NE.imm32(R1, -1, reasons.multicast().label()));
        drop(reasons.broadcast());

        asm.label("arp")
                .add(Alu.MOV.reg(R4, R2), Alu.ADD.imm(R4, ARP_FRAME))
                .add(Jump.GT.reg(R4, R3, "arp-not-linear"))
                .label("parse-arp");
        requireHalf(ETHERNET, 1); // hardware type: Ethernet
        requireHalf(ETHERNET + 2, ETH_P_IP); // protocol type: IPv4
        requireHalf(ETHERNET + 4, 0x0604); // lengths of their addresses
        asm.add(Width.HALF.load(R1, R2, ETHERNET + 6), Instruction.toBigEndian(R1, 16))
                .add(Alu.SUB.imm(R1, 1))
                .add(Jump.GE.imm32(R1, 2, reasons.malformed().label())) // neither request nor reply
                // Whoever believes the packet would send to another than the one that it came from.
                .add(Width.WORD.load(R1, R2, ETHERNET_SOURCE), Width.WORD.load(R4, R2, ETHERNET + 8))
                .add(Jump.NE.reg(R1, R4, reasons.malformed().label()))
                .add(Width.HALF.load(R1, R2, ETHERNET_SOURCE + 4), Width.HALF.load(R4, R2, ETHERNET + 12))
                .add(Jump.NE.reg(R1, R4, reasons.malformed().label()))
                .add(Width.BYTE.load(R1, R2, 0))
                .add(Jump.SET.imm32(R1, 1, "arp-to-a-group"))
                .label("arp-addresses");
        loadArpSender();
        asm.add(Width.WORD.load(R7, R2, ETHERNET + 24), Instruction.toBigEndian(R7, 32))
                .add(Jump.NE.imm32(R8, 0, ADDRESSES));
        drop(reasons.arpProbe());

        asm.label("arp-to-a-group") // a question to all, and no other group
                .add(Width.HALF.load(R1, R2, 0))
                .add(Jump.NE.imm32(R1, 0xffff, reasons.malformed().label()))
                .add(Width.WORD.load(R1, R2, 2))
                .add(Jump.EQ.imm32(R1, -1, "arp-addresses"))
                .add(Jump.to(reasons.malformed().label()));

        asm.label("arp-not-linear");
        pull(ARP_FRAME, "parse-arp", reasons.malformed().label());

        drops(reasons.vlan(), reasons.ipv6(), reasons.multicast());
    }

    /** The rare cases of {@link #parsePacket}, likewise. */
    private void rarelyPacket() {
        asm.label("not-linear");
        pull(IPV4_HEADER, "parse", reasons.malformed().label());
        rareLengths("other-version");
        asm.label("other-version")
                .add(Alu.AND.imm(R1, 0xf0))
                .add(Jump.NE.imm32(R1, 0x60, reasons.malformed().label()));
        drop(reasons.ipv6());
    }

    /** Headers with options, and total lengths that are none. */
    private void rareLengths(String otherVersion) {
        asm.label("ipv4-options")
                .add(Jump.LT.imm32(R1, 0x46, reasons.malformed().label()))
                .add(Jump.GT.imm32(R1, 0x4f, otherVersion))
                .add(Alu.AND.imm(R1, 0xf), Alu.LSH.imm(R1, 2)) // what the header says of its own length
                .add(Width.HALF.load(R4, R2, link + 2), Instruction.toBigEndian(R4, 16))
                .add(Jump.EQ.imm32(R4, 0, "ipv4"))
                .add(Jump.LE.reg(R1, R4, "ipv4"))
                .add(Jump.to(reasons.malformed().label()));

        // A packet of more than 65535 bytes (BIG TCP, still to be cut into segments) says 0.
        asm.label("short-total")
                .add(Jump.NE.imm32(R1, 0, reasons.malformed().label()))
                .add(Width.WORD.load(R1, R6, LEN))
                .add(Jump.GT.imm32(R1, link + 0xffff, "ipv4-addresses"));
        drop(reasons.malformed());
    }

    /** The sender's address of an ARP packet, into R8. */
    void loadArpSender() {
        loadAddress(R8, ETHERNET + 14);
    }

    private void requireHalf(int offset, int value) {
        asm.add(Width.HALF.load(R1, R2, offset))
                .add(Jump.NE.imm32(R1, asm.network16(value), reasons.malformed().label()));
    }

    /** Has the kernel gather the headers in the linear part and goes back; jumps elsewhere when the frame is too short for them. */
    void pull(int bytes, String back, String tooShort) {
        asm.add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, bytes), Helper.SKB_PULL_DATA.call());
        loadFrame(bytes, Jump.LE, back);
        asm.add(Jump.to(tooShort));
    }

    /** After {@link #parse}, of a frame: jumps when the frame's source is a group or nobody; a bridge drops such a frame and tells nobody. */
    void requireSender(String otherwise) {
        asm.add(Width.WORD.load(R1, R2, ETHERNET_SOURCE))
                .add(Jump.SET.imm32(R1, asm.network32(1 << 24), otherwise))
                .add(Jump.EQ.imm32(R1, 0, "from-nobody"))
                .label("sender");
    }

    /** The rare case of {@link #requireSender}. */
    void rarelyFromNobody(String otherwise) {
        asm.label("from-nobody")
                .add(Width.HALF.load(R1, R2, ETHERNET_SOURCE + 4))
                .add(Jump.NE.imm32(R1, 0, "sender"))
                .add(Jump.to(otherwise));
    }

    /** Jumps unless the address lies in the network. */
    void requireInside(Register address, Ipv4Prefix network, String otherwise) {
        asm.add(Alu.MOV.reg32(R1, address), Alu.AND.imm32(R1, network.mask()))
                .add(Jump.NE.imm32(R1, network.network().bits(), otherwise));
    }

    /**
     * Selects the fan whose overlay the destination, in R7, is in, and does for it what is left to do there; then goes on at the label
     * {@link #SELECTED}.
     *
     * @param otherwise where to go when the destination is in no overlay
     * @param checked whether the steps themselves see to that, for the last fan
     */
    void select(List<FanProgramSpec> fans, String otherwise, boolean checked, Consumer<FanProgramSpec> steps) {
        int last = fans.size() - 1;
        for (int i = 0; i <= last; i++) {
            FanProgramSpec fan = fans.get(i);
            String next = i == last ? otherwise : "after-" + i;
            if (i < last || !checked) {
                requireInside(R7, fan.mapping().overlay(), next);
            }
            steps.accept(fan);
            if (i < last) {
                asm.add(Jump.to(SELECTED)).label(next);
            }
        }
        asm.label(SELECTED);
    }

    /** Jumps unless the owner is one of the fan's addresses here; {@code found} is the label behind. */
    private void requireOneOf(Register owner, FanProgramSpec fan, String found, String otherwise) {
        List<Ipv4Address> addresses = fan.localAddresses();
        int last = addresses.size() - 1;
        for (int i = 0; i < last; i++) {
            asm.add(Jump.EQ.imm32(owner, addresses.get(i).bits(), found));
        }
        asm.add(Jump.NE.imm32(owner, addresses.get(last).bits(), otherwise)).label(found);
    }

    /** Turns an overlay address into its owner; jumps when that is the underlay's network or broadcast address. */
    void owner(FanProgramSpec fan, Register address, String noHost) {
        hostPart(fan, address);
        requireHost(fan.mapping().underlay(), address, noHost);
    }

    /** Turns a host part into the underlay address; jumps when that is the underlay's network or broadcast address. */
    void requireHost(Ipv4Prefix underlay, Register hostPart, String noHost) {
        int hostBits = 32 - underlay.prefixLength();
        if (hostBits > 1) { // in a /31 and a /32 every address is a host's
            asm.add(Alu.MOV.reg32(R1, hostPart), Alu.SUB.imm32(R1, 1))
                    .add(Jump.GE.imm32(R1, (int) ((1L << hostBits) - 2), noHost));
        }
        asm.add(Alu.OR.imm32(hostPart, underlay.network().bits()));
    }

    /** Turns an overlay address into its owner, without a check. */
    private void owner(FanProgramSpec fan, Register address) {
        hostPart(fan, address);
        asm.add(Alu.OR.imm32(address, fan.mapping().underlay().network().bits()));
    }

    private void hostPart(FanProgramSpec fan, Register address) {
        FanMapping mapping = fan.mapping();
        asm.add(Alu.AND.imm32(address, ~mapping.overlay().mask()), Alu.RSH.imm32(address, mapping.shift()));
    }

    /** Jumps unless the address is of a local slice; with several, R9 is left with the owner. */
    void requireLocal(FanProgramSpec fan, Register address, String otherwise) {
        FanMapping mapping = fan.mapping();
        List<Ipv4Address> locals = fan.localAddresses();
        if (locals.size() == 1) {
            requireInside(address, mapping.slice(locals.get(0)).cidr(), otherwise);
        } else {
            requireInside(address, mapping.overlay(), otherwise);
            asm.add(Alu.MOV.reg32(R9, address));
            owner(fan, R9);
            requireOneOf(R9, fan, address + "-local-" + mapping.overlay(), otherwise);
        }
    }

    /** The end of the usual way and of every drop: counts and leaves. */
    void finish(Counter passed) {
        asm.add(Alu.MOV.imm(R7, NEXT), Alu.MOV.imm(R1, passed.index()));
        count();
    }

    /** Where the verdict is in R7: counts and leaves. */
    void count(Counter counter) {
        asm.add(Alu.MOV.imm(R1, counter.index()));
        count();
    }

    /** Where the verdict is in R7 and the index of the counter in R1. */
    void count() {
        asm.label("count");
        lookUp();
        asm.add(Jump.EQ.imm(R0, 0, "leave"))
                // The value is this CPU's own and the hook runs with softirqs off: no atomic addition needed.
                .add(Width.DWORD.load(R1, R0, 0), Alu.ADD.imm(R1, 1), Width.DWORD.store(R0, 0, R1))
                .label("leave")
                .add(Alu.MOV.reg(R0, R7), Instruction.exit());
    }

    /** Where frames go that are dropped for one of these reasons; the verifier refuses code that no jump leads to. */
    void drops(Counter... reasons) {
        for (Counter reason : reasons) {
            if (asm.lacks(reason.label())) {
                drop(reason);
            }
        }
        noteTime();
    }

    /** Where {@link #drop} goes with what somebody should look at: writes when it is into the second half of the counters map; then counts. */
    void noteTime() {
        if (!asm.lacks(NOTE_TIME)) {
            return;
        }
        asm.label(NOTE_TIME).add(Alu.MOV.reg(R8, R1), Alu.ADD.imm(R1, FanPrograms.COUNTERS));
        lookUp();
        asm.add(Jump.EQ.imm(R0, 0, "leave"))
                .add(Alu.MOV.reg(R9, R0))
                .add(Helper.KTIME_GET_BOOT_NS.call())
                .add(Width.DWORD.store(R9, 0, R0), Alu.MOV.reg(R1, R8))
                .add(Jump.to("count"));
    }

    /** The address of a value of the counters map, its index in R1, into R0. */
    void lookUp() {
        asm.add(Width.WORD.store(R10, KEY, R1))
                .add(Instruction.mapFd(R1, countersFd))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, KEY))
                .add(Helper.MAP_LOOKUP_ELEM.call());
    }

    /** Drops what comes here or jumps to the reason's label. */
    void drop(Counter reason) {
        asm.label(reason.label())
                .add(Alu.MOV.imm(R7, DROP), Alu.MOV.imm(R1, reason.index()))
                .add(Jump.to(reason.kind() == Counter.Kind.SUSPICIOUS ? NOTE_TIME : "count"));
    }

    /** Why a parser refuses a frame, in one direction. */
    record FrameReasons(
            Counter malformed,
            Counter vlan,
            Counter ipv6,
            Counter other,
            Counter broadcast,
            Counter multicast,
            Counter arpProbe) {}
}
