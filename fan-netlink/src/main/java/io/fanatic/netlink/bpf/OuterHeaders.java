package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IPV6;
import static io.fanatic.netlink.bpf.FanEmitter.GSO_SIZE;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_HEADER;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LEN;
import static io.fanatic.netlink.bpf.FanEmitter.TC_INDEX;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R5;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import java.util.List;

/**
 * The outer headers of VXLAN (RFC 7348) as the kernel's device writes them: TTL 64, no DF, a random identification, since a router may
 * fragment, ECN copied (RFC 6040), a source port from the flow's hash, no UDP checksum.
 *
 * <pre>
 *    0  Ethernet    26  source         42  VXLAN flags
 *   14  IPv4        30  destination    46  VNI
 *   16  length      34  source port    50  inner Ethernet
 *   18  id          36  port           64  inner IPv4
 *   20  fragment    38  UDP length
 *   24  checksum    40  UDP checksum
 * </pre>
 */
final class OuterHeaders {
    static final int IPV4 = ETHERNET;
    static final int UDP = IPV4 + IPV4_HEADER;
    static final int VXLAN = UDP + 8;
    static final int INNER = VXLAN + 8;
    static final int INNER_IPV4 = INNER + ETHERNET;

    /** What is written, and with the inner headers what has to be in the linear part. */
    static final int BYTES = INNER;

    static final int WITH_INNER = INNER_IPV4 + IPV4_HEADER;

    static final int FLAG_VNI = 0x08000000;

    /** Label of {@link #segments}. */
    static final String SEGMENTS = "segments";

    /** Label of {@link #requireFits}. */
    private static final String FITS = "largest";

    /** Where IPv6 goes that is to be sent. */
    static final String IPV6 = "fast-ipv6";

    static final int IPPROTO_TCP = 6;
    static final int IPPROTO_UDP = 17;

    /** TTL and protocol, as they stand beside each other. */
    private static final int TTL_UDP = EncapProgram.TTL << 8 | IPPROTO_UDP;

    /** BPF_ADJ_ROOM_MAC: the room is behind the Ethernet header. */
    static final int BEHIND_ETHERNET = 1;

    /** BPF_F_ADJ_ROOM_FIXED_GSO: the segments stay as large as they are. */
    static final int FIXED_GSO = 1;

    /** With it ENCAP_L3_IPV4, ENCAP_L4_UDP and ENCAP_L2_ETH: tells the kernel how to cut what is still to be cut into segments. */
    private static final int ENCAP_VXLAN = FIXED_GSO | 1 << 1 | 1 << 4 | 1 << 6;

    /** BPF_F_ADJ_ROOM_ENCAP_L2: the length of the inner Ethernet header, in the uppermost byte. */
    private static final int ENCAP_L2_SHIFT = 56;

    // Offsets below R10, beside the tunnel key, which ends where they begin.
    // MTU: what checkMtu was told, in bytes.
    static final int MTU = KEY - 4;
    private static final int LARGEST = KEY - 8;

    /** The header of a packet inside: where it tells the next header's protocol, and its length in bytes. */
    private enum Inner {
        IPV4(9, IPV4_HEADER),
        IPV6(6, 40);

        private final int protocol;
        private final int bytes;

        Inner(int protocol, int bytes) {
            this.protocol = protocol;
            this.bytes = bytes;
        }
    }

    private OuterHeaders() {}

    /**
     * Puts the headers before a frame and sends it, R7 being the owner of the destination, R9 with several addresses that of the source, R2
     * and R3 the bounds of the linear part. Leaves the verdict in R7.
     *
     * @param otherwise where to go, the frame being untouched, with what is not IPv4 without options, does not fit the device, or is of an outer
     *     flow of which nothing went by the kernel's device lately
     */
    static void send(FanEmitter emitter, FastProgramSpec spec, String otherwise) {
        Assembler asm = emitter.asm;
        asm.add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), otherwise))
                .add(Width.BYTE.load(R1, R2, ETHERNET))
                .add(Jump.NE.imm32(R1, 0x45, otherwise));
        outerLength(asm, SEGMENTS, otherwise);
        requireFits(asm, "", Alu.MOV.imm(R2, spec.card()), otherwise);
        sourcePort(asm, spec.sourcePorts());
        PathWitness.require(emitter, spec.fan(), R7, PathWitness.SENT, otherwise);
        asm.add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, BYTES), Alu.MOV.imm(R3, BEHIND_ETHERNET))
                .add(Alu.MOV.imm(R4, ETHERNET), Alu.LSH.imm(R4, ENCAP_L2_SHIFT), Alu.OR.imm(R4, ENCAP_VXLAN))
                .add(Helper.SKB_ADJUST_ROOM.call())
                .add(Jump.NE.imm(R0, 0, otherwise))
                .add(Helper.GET_PRANDOM_U32.call());
        emitter.loadFrame(WITH_INNER, Jump.GT, Counter.SEND_MALFORMED.label());
        write(asm, spec.fan(), spec.port());
        PathWitness.forget(asm);
        asm.add(Alu.MOV.imm(R1, spec.card()), Alu.MOV.imm(R2, 0), Alu.MOV.imm(R3, 0), Alu.MOV.imm(R4, 0))
                .add(Helper.REDIRECT_NEIGH.call())
                .add(Alu.MOV.reg(R7, R0));
    }

    /**
     * The rare cases of {@link #send}, and IPv6: {@link Ipv6Steps#encap} goes on here, and the owners are in the registers as there. Whatever
     * headers it has, its addresses say all, unless it is still to be cut: then only what has no extension headers.
     */
    static void slowPath(FanEmitter emitter, FastProgramSpec spec, String otherwise) {
        Assembler asm = emitter.asm;
        segments(emitter, Inner.IPV4, "", BYTES, otherwise);
        if (spec.fan().ipv6().isEmpty()) {
            return;
        }
        asm.label(IPV6);
        emitter.loadFrame(ETHERNET + Inner.IPV6.bytes, Jump.GT, otherwise);
        outerLength(asm, "ipv6-" + SEGMENTS, otherwise);
        asm.add(Jump.to(FITS));
        segments(emitter, Inner.IPV6, "ipv6-", BYTES, otherwise);
        asm.label("ipv6-ecn")
                .add(Width.HALF.storeImm(R2, 12, asm.network16(ETH_P_IP)))
                .add(Width.BYTE.load(R3, R2, INNER_IPV4 + 1), Alu.RSH.imm(R3, 4))
                .add(Jump.to("inner-ecn"));
    }

    /** The length of the outer packet into R8, and into R4 that of the longest that a device has to take. */
    private static void outerLength(Assembler asm, String segments, String otherwise) {
        asm.add(Width.WORD.load(R8, R6, LEN), Alu.ADD.imm(R8, BYTES - ETHERNET))
                .add(Jump.GT.imm32(R8, 0xffff, otherwise)) // longer than its header can tell
                .add(Alu.MOV.reg(R4, R8))
                .add(Width.WORD.load(R1, R6, GSO_SIZE))
                .add(Jump.NE.imm32(R1, 0, segments));
    }

    /**
     * Jumps unless an IPv4 packet, its size in R4, fits a device; {@link #segments} comes back here.
     *
     * @param prefix of the labels
     */
    static void requireFits(Assembler asm, String prefix, Instruction putDevice, String otherwise) {
        asm.label(prefix + FITS).add(Width.WORD.store(R10, LARGEST, R4));
        checkMtu(asm, putDevice, otherwise);
        asm.add(Width.WORD.load(R1, R10, MTU), Width.WORD.load(R4, R10, LARGEST))
                .add(Jump.GT.reg(R4, R1, otherwise));
    }

    /** Of an IPv4 packet that is to leave as it is. */
    static void directSegments(FanEmitter emitter, String prefix, String otherwise) {
        segments(emitter, Inner.IPV4, prefix, 0, otherwise);
    }

    /**
     * Of a frame that is still to be cut, R1 being the payload of each, the size of the segments counts.
     *
     * @param inner the header of its packet
     * @param prefix of the labels
     * @param more bytes that each is to get before its own header
     */
    private static void segments(FanEmitter emitter, Inner inner, String prefix, int more, String otherwise) {
        emitter.asm
                .label(prefix + SEGMENTS)
                .add(Width.BYTE.load(R5, R2, ETHERNET + inner.protocol))
                .add(Jump.NE.imm32(R5, IPPROTO_TCP, prefix + "no-tcp"))
                .add(Alu.MOV.reg(R4, R2), Alu.ADD.imm(R4, ETHERNET + inner.bytes + 13))
                .add(Jump.GT.reg(R4, R3, otherwise))
                .add(Width.BYTE.load(R4, R2, ETHERNET + inner.bytes + 12))
                .add(Alu.RSH.imm(R4, 4), Alu.LSH.imm(R4, 2))
                .label(prefix + "segment")
                .add(Alu.ADD.reg(R4, R1), Alu.ADD.imm(R4, more + inner.bytes))
                .add(Jump.to(inner == Inner.IPV6 ? FITS : prefix + FITS));
        emitter.asm
                .label(prefix + "no-tcp")
                .add(Jump.NE.imm32(R5, IPPROTO_UDP, otherwise))
                .add(Alu.MOV.imm(R4, 8))
                .add(Jump.to(prefix + "segment"));
    }

    /** Asks for a device's MTU; jumps when there is no such device. */
    static void checkMtu(Assembler asm, Instruction putDevice, String withoutDevice) {
        asm.add(Width.WORD.storeImm(R10, MTU, 0))
                .add(Alu.MOV.reg(R1, R6), putDevice)
                .add(Alu.MOV.reg(R3, R10), Alu.ADD.imm(R3, MTU))
                .add(Alu.MOV.imm(R4, 0), Alu.MOV.imm(R5, 0))
                .add(Helper.CHECK_MTU.call())
                .add(Jump.SLT.imm(R0, 0, withoutDevice));
    }

    /** As {@link SourcePorts#of}, into {@code tc_index}, where {@link PathWitness} has it. */
    private static void sourcePort(Assembler asm, SourcePorts ports) {
        asm.add(Alu.MOV.reg(R1, R6), Helper.GET_HASH_RECALC.call())
                .add(Alu.MOV.reg32(R1, R0), Alu.LSH.imm32(R1, 16), Alu.XOR.reg32(R0, R1))
                .add(Alu.MUL.imm(R0, ports.last() - ports.first()), Alu.RSH.imm(R0, 32))
                .add(Alu.ADD.imm(R0, ports.first()))
                .add(Width.WORD.store(R6, TC_INDEX, R0));
    }

    /** R0 has a random number, R8 the length of the outer packet; R2 is the start of the frame. */
    private static void write(Assembler asm, FanProgramSpec fan, int port) {
        for (int at = 0; at < ETHERNET; at += 2) {
            asm.add(Width.HALF.load(R1, R2, at), Width.HALF.store(R2, INNER + at, R1));
        }
        if (fan.ipv6().isPresent()) {
            asm.add(Jump.EQ.imm32(R1, asm.network16(ETH_P_IPV6), "ipv6-ecn")); // the type, copied last
        }
        asm.add(Width.BYTE.load(R3, R2, INNER_IPV4 + 1))
                .label("inner-ecn")
                .add(Alu.AND.imm(R3, 3))
                .add(Jump.NE.imm32(R3, 3, "ecn"))
                .add(Alu.MOV.imm(R3, 2)) // congestion is told inside
                .label("ecn")
                .add(Alu.OR.imm(R3, 0x4500));
        // The header's checksum, in the order of the CPU: R4 is the sum.
        asm.add(Alu.AND.imm(R0, 0xffff))
                .add(Alu.MOV.reg(R4, R3), Alu.ADD.reg(R4, R8), Alu.ADD.reg(R4, R0), Alu.ADD.imm(R4, TTL_UDP));
        asm.add(Alu.MOV.reg(R1, R8), Alu.SUB.imm(R1, IPV4_HEADER));
        putHalf(asm, UDP + 4, R1);
        putHalf(asm, IPV4, R3);
        putHalf(asm, IPV4 + 2, R8);
        putHalf(asm, IPV4 + 4, R0);
        asm.add(Width.HALF.storeImm(R2, IPV4 + 6, 0)).add(Width.HALF.storeImm(R2, IPV4 + 8, asm.network16(TTL_UDP)));
        List<Ipv4Address> locals = fan.localAddresses();
        if (locals.size() == 1) {
            asm.add(Alu.MOV.imm32(R5, locals.get(0).bits()));
        } else {
            asm.add(Alu.MOV.reg32(R5, R9));
        }
        addHalves(asm, R5);
        addHalves(asm, R7);
        fold(asm);
        asm.add(Alu.XOR.imm(R4, 0xffff));
        putHalf(asm, IPV4 + 10, R4);
        asm.add(Instruction.toBigEndian(R5, 32), Width.WORD.store(R2, IPV4 + 12, R5))
                .add(Alu.MOV.reg32(R1, R7), Instruction.toBigEndian(R1, 32), Width.WORD.store(R2, IPV4 + 16, R1));

        asm.add(Width.WORD.load(R1, R6, TC_INDEX));
        putHalf(asm, UDP, R1);
        asm.add(Width.HALF.storeImm(R2, UDP + 2, asm.network16(port)))
                .add(Width.HALF.storeImm(R2, UDP + 6, 0))
                .add(Width.WORD.storeImm(R2, VXLAN, asm.network32(FLAG_VNI)))
                .add(Width.WORD.storeImm(R2, VXLAN + 4, asm.network32(fan.vni() << 8)));
    }

    /** Writes a half in network order; the register has it so afterwards. */
    private static void putHalf(Assembler asm, int offset, Register value) {
        asm.add(Instruction.toBigEndian(value, 16), Width.HALF.store(R2, offset, value));
    }

    private static void addHalves(Assembler asm, Register address) {
        asm.add(Alu.MOV.reg32(R1, address), Alu.RSH.imm32(R1, 16), Alu.ADD.reg(R4, R1))
                .add(Alu.MOV.reg32(R1, address), Alu.AND.imm32(R1, 0xffff), Alu.ADD.reg(R4, R1));
    }

    /** The sum in R4, of less than 2^32, as one's complement of 16 bits. */
    static void fold(Assembler asm) {
        for (int i = 0; i < 2; i++) {
            asm.add(Alu.MOV.reg(R1, R4), Alu.RSH.imm(R1, 16), Alu.AND.imm(R4, 0xffff), Alu.ADD.reg(R4, R1));
        }
    }
}
