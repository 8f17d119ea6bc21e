package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IPV6;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_HEADER;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LEN;
import static io.fanatic.netlink.bpf.FanEmitter.LET_IN;
import static io.fanatic.netlink.bpf.FanEmitter.MARK;
import static io.fanatic.netlink.bpf.FanEmitter.NEXT;
import static io.fanatic.netlink.bpf.FanEmitter.PACKET_TYPE;
import static io.fanatic.netlink.bpf.FanEmitter.TC_INDEX;
import static io.fanatic.netlink.bpf.FanEmitter.VLAN_PRESENT;
import static io.fanatic.netlink.bpf.OuterHeaders.INNER;
import static io.fanatic.netlink.bpf.OuterHeaders.INNER_IPV4;
import static io.fanatic.netlink.bpf.OuterHeaders.IPV4;
import static io.fanatic.netlink.bpf.OuterHeaders.UDP;
import static io.fanatic.netlink.bpf.OuterHeaders.VXLAN;
import static io.fanatic.netlink.bpf.OuterHeaders.WITH_INNER;
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
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The program of a fan on the fast path on the ingress of the underlay's device: takes the outer headers off what is usual and good, and
 * hands it to the tunnel, as the kernel's device would. It refuses nothing: whatever it does not take goes the way of today, through that
 * device to {@link GuardProgram}, which drops and counts. So what comes in this way would also come in the other.
 *
 * <pre>
 *   not UDP of the tunnel's port, whole, for this host          pass on
 *   an outer option, fragment, UDP checksum, VLAN tag,
 *   congestion experienced, lengths or checksum that are wrong  pass on
 *   other VNI or flags                                          pass on
 *   inside no IPv4, or with options, or what guard would drop   pass on
 *   not to the owner of the inner destination                   pass on
 *   no packet of its outer flow came in by the kernel's device lately   pass on
 *   the tunnel is gone                                          pass on
 *   otherwise                   take, mark for guard and gate, to the tunnel's ingress
 * </pre>
 *
 * Pass on is TC_ACT_UNSPEC: the programs of others, and then the kernel, have their say.
 */
public final class CardGuardProgram {
    private static final String PASS = "pass-on";
    private static final String GOOD = "good";
    private static final String NOT_IPV4 = "not-ipv4";

    /** BPF_F_INGRESS: as if the device had received it. */
    private static final int INGRESS = 1;

    private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3fff;

    /** Offset below R10 of the inner Ethernet header, beneath what {@link OuterHeaders} has there. */
    private static final int SAVED = KEY - 32;

    private CardGuardProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(CardProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order);
        Assembler asm = emitter.asm;
        FanProgramSpec fan = spec.fan();

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.loadFrame(VXLAN, Jump.GT, PASS);
        asm.add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), PASS))
                .add(Width.HALF.load(R1, R2, UDP + 2))
                .add(Jump.NE.imm32(R1, asm.network16(spec.port()), PASS));
        outer(asm);
        emitter.loadFrame(WITH_INNER, Jump.GT, "not-linear");
        asm.label("linear");
        outerChecksum(asm);
        asm.add(Width.WORD.load(R1, R2, VXLAN))
                .add(Jump.NE.imm32(R1, asm.network32(OuterHeaders.FLAG_VNI), PASS))
                .add(Width.WORD.load(R1, R2, VXLAN + 4))
                .add(Jump.NE.imm32(R1, asm.network32(fan.vni() << 8), PASS));
        inner(asm, spec);

        emitter.loadAddress(R8, INNER_IPV4 + 12);
        emitter.loadAddress(R7, INNER_IPV4 + 16);
        emitter.requireLocal(fan, R7, PASS);
        outerDestination(asm, fan.localAddresses());
        GuardProgram.requireSender(emitter, fan, PASS);
        outerSource(asm);
        asm.label(GOOD);
        PathWitness.require(emitter, fan, R8, PathWitness.RECEIVED, PASS);
        take(asm, spec.tunnel());

        asm.label(PASS).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        asm.label("not-linear");
        emitter.pull(WITH_INNER, "linear", PASS);
        fan.ipv6().ifPresent(ipv6 -> ipv6(emitter, spec, ipv6));
        emitter.drop(Counter.RECEIVE_MALFORMED);
        emitter.noteTime();
        emitter.count();
        return asm;
    }

    /** A whole packet for this host, of UDP, whose lengths fit each other and what there is. */
    private static void outer(Assembler asm) {
        asm.add(Width.BYTE.load(R1, R2, IPV4 + 9))
                .add(Jump.NE.imm32(R1, OuterHeaders.IPPROTO_UDP, PASS))
                .add(Width.BYTE.load(R1, R2, IPV4))
                .add(Jump.NE.imm32(R1, 0x45, PASS))
                .add(Width.HALF.load(R1, R2, UDP), Instruction.toBigEndian(R1, 16))
                .add(Width.WORD.store(R6, TC_INDEX, R1)) // for the guard on the tunnel
                .add(Width.WORD.load(R1, R6, PACKET_TYPE))
                .add(Jump.NE.imm32(R1, 0, PASS)) // PACKET_HOST
                .add(Width.WORD.load(R1, R6, VLAN_PRESENT))
                .add(Jump.NE.imm32(R1, 0, PASS))
                .add(Width.HALF.load(R1, R2, IPV4 + 6))
                .add(Jump.SET.imm32(R1, asm.network16(MORE_FRAGMENTS_AND_OFFSET), PASS))
                .add(Width.BYTE.load(R1, R2, IPV4 + 1), Alu.AND.imm(R1, 3))
                .add(Jump.EQ.imm32(R1, 3, PASS)) // the kernel copies it inside
                .add(Width.HALF.load(R1, R2, UDP + 6))
                .add(Jump.NE.imm32(R1, 0, PASS)) // the kernel checks it
                .add(Width.HALF.load(R4, R2, IPV4 + 2), Instruction.toBigEndian(R4, 16))
                .add(Width.HALF.load(R1, R2, UDP + 4), Instruction.toBigEndian(R1, 16))
                .add(Alu.ADD.imm(R1, IPV4_HEADER))
                .add(Jump.NE.reg(R1, R4, PASS))
                .add(Width.WORD.load(R5, R6, LEN))
                .add(Alu.ADD.imm(R4, ETHERNET))
                .add(Jump.NE.reg(R4, R5, PASS));
    }

    /** One's complement does not ask for the order of bytes. */
    private static void outerChecksum(Assembler asm) {
        asm.add(Alu.MOV.imm(R4, 0));
        for (int at = IPV4; at < UDP; at += 2) {
            asm.add(Width.HALF.load(R1, R2, at), Alu.ADD.reg(R4, R1));
        }
        OuterHeaders.fold(asm);
        asm.add(Jump.NE.imm32(R4, 0xffff, PASS));
    }

    /** The owner of the inner destination: that is the usual, and tells {@link PathWitness} this host's address. */
    private static void outerDestination(Assembler asm, List<Ipv4Address> locals) {
        asm.add(Width.WORD.load(R1, R2, IPV4 + 16), Instruction.toBigEndian(R1, 32))
                .add(locals.size() == 1 ? Jump.NE.imm32(R1, locals.get(0).bits(), PASS) : Jump.NE.reg32(R1, R9, PASS));
    }

    private static void outerSource(Assembler asm) {
        asm.add(Width.WORD.load(R1, R2, IPV4 + 12), Instruction.toBigEndian(R1, 32))
                .add(Jump.NE.reg32(R1, R8, PASS));
    }

    /** What is not IPv4, its type in R1. */
    private static void ipv6(FanEmitter emitter, CardProgramSpec spec, Ipv6ProgramSpec ipv6) {
        Assembler asm = emitter.asm;
        asm.label(NOT_IPV4).add(Jump.NE.imm32(R1, asm.network16(ETH_P_IPV6), PASS));
        requireSender(asm, spec, "ipv6-");
        Runnable outer = () -> {
            outerDestination(asm, spec.fan().localAddresses());
            outerSource(asm);
        };
        Optional<Instruction> bridge =
                spec.deliversIpv6() ? Optional.of(Instruction.deviceIndex(R1, spec.bridge())) : Optional.empty();
        Ipv6Steps.behindOuterHeaders(emitter, spec.fan(), ipv6).cardGuard(outer, SAVED, bridge, GOOD, PASS);
    }

    /** IPv4 without options from one Ethernet address to another, saved on the stack, not longer than what there is. */
    private static void inner(Assembler asm, CardProgramSpec spec) {
        asm.add(Width.BYTE.load(R1, R2, INNER)).add(Jump.SET.imm32(R1, 1, PASS));
        for (int at = 0; at < ETHERNET; at += 2) {
            asm.add(Width.HALF.load(R1, R2, INNER + at), Width.HALF.store(R10, SAVED + at, R1));
        }
        String otherwise = spec.fan().ipv6().isPresent() ? NOT_IPV4 : PASS;
        asm.add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), otherwise));
        requireSender(asm, spec, "");
        asm.add(Width.BYTE.load(R1, R2, INNER_IPV4))
                .add(Jump.NE.imm32(R1, 0x45, PASS))
                .add(Width.HALF.load(R1, R2, INNER_IPV4 + 2), Instruction.toBigEndian(R1, 16))
                .add(Jump.LT.imm32(R1, IPV4_HEADER, PASS))
                .add(Alu.ADD.imm(R1, INNER_IPV4))
                .add(Width.WORD.load(R4, R6, LEN))
                .add(Jump.GT.reg(R1, R4, PASS));
    }

    /**
     * The frame is from one Ethernet address, not from the tunnel's own.
     *
     * @param prefix of the label
     */
    private static void requireSender(Assembler asm, CardProgramSpec spec, String prefix) {
        String another = prefix + "not-from-the-tunnel";
        long tunnelMac = spec.tunnelMac().bits();
        asm.add(Width.HALF.load(R1, R2, INNER + 6))
                .add(Jump.SET.imm32(R1, asm.network16(0x0100), PASS))
                .add(Width.HALF.load(R4, R2, INNER + 8), Width.HALF.load(R5, R2, INNER + 10))
                .add(Jump.NE.imm32(R1, asm.network16((int) (tunnelMac >>> 32) & 0xffff), another))
                .add(Jump.NE.imm32(R4, asm.network16((int) (tunnelMac >>> 16) & 0xffff), another))
                .add(Jump.EQ.imm32(R5, asm.network16((int) tunnelMac & 0xffff), PASS))
                .label(another)
                .add(Alu.OR.reg(R1, R4), Alu.OR.reg(R1, R5))
                .add(Jump.EQ.imm32(R1, 0, PASS));
    }

    private static void take(Assembler asm, int tunnel) {
        OuterHeaders.checkMtu(asm, Instruction.deviceIndex(R2, tunnel), PASS);
        asm.add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, -OuterHeaders.BYTES))
                .add(Alu.MOV.imm(R3, OuterHeaders.BEHIND_ETHERNET), Alu.MOV.imm(R4, OuterHeaders.FIXED_GSO))
                .add(Helper.SKB_ADJUST_ROOM.call())
                .add(Jump.NE.imm(R0, 0, PASS))
                .add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, 0))
                .add(Alu.MOV.reg(R3, R10), Alu.ADD.imm(R3, SAVED))
                // Without BPF_F_RECOMPUTE_CSUM: a card that sums up the packet (CHECKSUM_COMPLETE) leaves the Ethernet
                // header out.
                .add(Alu.MOV.imm(R4, ETHERNET), Alu.MOV.imm(R5, 0))
                .add(Helper.SKB_STORE_BYTES.call())
                .add(Jump.NE.imm(R0, 0, Counter.RECEIVE_MALFORMED.label()))
                .add(Width.WORD.load(R1, R6, MARK), Alu.OR.imm(R1, LET_IN), Width.WORD.store(R6, MARK, R1));
        PathWitness.forget(asm);
        asm.add(Instruction.deviceIndex(R1, tunnel), Alu.MOV.imm(R2, INGRESS))
                .add(Helper.REDIRECT.call())
                .add(Instruction.exit());
    }
}
