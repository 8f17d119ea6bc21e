package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.GSO_SIZE;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_FRAME;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_HEADER;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LEN;
import static io.fanatic.netlink.bpf.FanEmitter.LET_IN;
import static io.fanatic.netlink.bpf.FanEmitter.MARK;
import static io.fanatic.netlink.bpf.FanEmitter.NEXT;
import static io.fanatic.netlink.bpf.FanEmitter.PACKET_TYPE;
import static io.fanatic.netlink.bpf.FanEmitter.VLAN_PRESENT;
import static io.fanatic.netlink.bpf.FanEmitter.VLAN_TCI;
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
import io.fanatic.core.FanSlice;
import java.nio.ByteOrder;

/**
 * The anti-spoofing filter on the ingress of the underlay's device, for packets without encapsulation: no host on the segment speaks for
 * another host's containers.
 *
 * <pre>
 *   several tags, all of those that are seen for no VLAN      drop: the kernel takes them out behind this hook
 *   no IPv4, source not in the overlay, for another Ethernet
 *   address, tagged for a VLAN, or the bridge is gone         pass on
 *   to all or a group, tagged for no VLAN                     drop
 *   destination not in a local slice                          drop; without translation, to outside the overlay: pass on
 *   options, or shorter than its headers say                  drop: who sends directly sends these by VXLAN
 *   owner of the source no host, not on-link, or one of ours  drop
 *   the neighbour table lacks the owner's Ethernet address    drop
 *   the frame's Ethernet source is not that address           drop
 *   for an address of the host, or larger than the bridge     marked for gate, to the bridge's ingress
 *   otherwise                                                 to the container, by the bridge's neighbour table
 * </pre>
 *
 * Pass on is TC_ACT_UNSPEC: the programs of others, and then the kernel, have their say.
 */
public final class DirectGuardProgram {
    private static final String PASS = "pass-on";

    /** PACKET_BROADCAST, PACKET_OTHERHOST. */
    private static final int TO_ALL = 1;

    private static final int TO_ANOTHER = 3;

    private static final int VLAN_ID = 0xfff;

    /** BPF_F_INGRESS: as if the device had received it. */
    private static final int INGRESS = 1;

    /** Offset below R10 of the struct, beneath the tunnel key and what {@link OuterHeaders} has there. */
    private static final int LOOKUP = KEY - 16 - FibLookup.SIZE;

    private DirectGuardProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(DirectGuardSpec spec, int countersFd, ByteOrder order) {
        return emit(spec, new FanEmitter(ETHERNET, GuardProgram.REASONS, countersFd, order));
    }

    /** Writes the program that decides as the other and only tells what it decided. */
    static Assembler observe(DirectGuardSpec spec, ObservingEmitter emitter) {
        emit(spec, emitter);
        emitter.count();
        return emitter.asm;
    }

    private static Assembler emit(DirectGuardSpec spec, FanEmitter emitter) {
        Assembler asm = emitter.asm;
        FanProgramSpec fan = spec.fan();
        String malformed = Counter.RECEIVE_MALFORMED.label();
        String spoofed = Counter.RECEIVE_SPOOFED.label();

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.loadFrame(IPV4_FRAME, Jump.GT, "not-linear");
        asm.label("linear")
                .add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), "not-ipv4"))
                .add(Width.WORD.load(R8, R2, ETHERNET + 12), Instruction.toBigEndian(R8, 32));
        emitter.requireInside(R8, fan.mapping().overlay(), PASS);
        asm.add(Width.WORD.load(R7, R2, ETHERNET + 16), Instruction.toBigEndian(R7, 32))
                .add(Alu.MOV.reg(R9, R2));
        OuterHeaders.checkMtu(asm, Instruction.deviceIndex(R2, spec.bridge()), PASS);
        asm.add(Alu.MOV.reg(R2, R9))
                .add(Width.WORD.load(R1, R6, PACKET_TYPE))
                .add(Jump.NE.imm32(R1, 0, "not-to-this-host"))
                .add(Width.WORD.load(R1, R6, VLAN_PRESENT))
                .add(Jump.NE.imm32(R1, 0, "tagged"));
        emitter.requireLocal(fan, R7, "not-local");
        header(asm, malformed);
        GuardProgram.requireAnotherHost(emitter, fan, spoofed);
        DirectPacket.requireOnLink(emitter, R8, spec.onLink(), spoofed);
        asm.add(Alu.MOV.reg(R9, R2));
        requireSender(asm, spec.card(), spoofed);
        if (emitter.observes()) {
            emitter.finish(Counter.RECEIVED);
        } else {
            deliver(emitter, spec);
        }

        asm.label(PASS).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        if (!emitter.observes()) {
            toTheHost(asm, spec, malformed);
        }
        rarely(emitter, spec, malformed);
        emitter.drops(
                Counter.RECEIVE_MALFORMED,
                Counter.RECEIVE_SPOOFED,
                Counter.RECEIVE_NO_NEIGHBOUR,
                Counter.RECEIVE_NOT_LOCAL,
                Counter.RECEIVE_VLAN,
                Counter.RECEIVE_BROADCAST,
                Counter.RECEIVE_MULTICAST);
        return asm;
    }

    private static void deliver(FanEmitter emitter, DirectGuardSpec spec) {
        Assembler asm = emitter.asm;
        for (FanSlice slice : spec.slices()) {
            asm.add(Alu.MOV.reg32(R1, R7), Alu.SUB.imm32(R1, slice.hostAddress().bits()))
                    .add(Jump.LT.imm32(R1, slice.hostReserve(), "to-the-host"));
        }
        // A bridge drops without a word what is larger than it carries; the host answers that (RFC 1191), or cuts it
        // where that is allowed.
        asm.add(Width.WORD.load(R1, R10, OuterHeaders.MTU), Alu.ADD.imm(R1, ETHERNET))
                .add(Width.WORD.load(R2, R6, LEN))
                .add(Jump.GT.reg(R2, R1, "larger"))
                .label("fits");
        asm.add(Instruction.deviceIndex(R1, spec.bridge()));
        DirectPacket.redirectToNeighbour(asm, R7);
        asm.label("taken").add(Alu.MOV.reg(R7, R0));
        emitter.count(Counter.RECEIVED);
    }

    /** No options, and a total length that fits what there is; padding may follow. */
    private static void header(Assembler asm, String malformed) {
        asm.add(Width.BYTE.load(R1, R2, ETHERNET))
                .add(Jump.NE.imm32(R1, 0x45, malformed))
                .add(Width.HALF.load(R1, R2, ETHERNET + 2), Instruction.toBigEndian(R1, 16))
                .add(Jump.LT.imm32(R1, IPV4_HEADER, "short-total"))
                .add(Alu.ADD.imm(R1, ETHERNET))
                .add(Width.WORD.load(R4, R6, LEN))
                .add(Jump.GT.reg(R1, R4, malformed))
                .label("length-fits");
    }

    /** The frame at R9 comes from the Ethernet address that the neighbour table has for R8, an address on the segment. */
    private static void requireSender(Assembler asm, int card, String spoofed) {
        for (int at = 0; at < FibLookup.SIZE; at += 8) {
            asm.add(Width.DWORD.storeImm(R10, LOOKUP + at, 0));
        }
        asm.add(Width.BYTE.storeImm(R10, LOOKUP + FibLookup.FAMILY, FibLookup.AF_INET))
                .add(Width.WORD.storeImm(R10, LOOKUP + FibLookup.IFINDEX, card))
                .add(Alu.MOV.reg32(R1, R8), Instruction.toBigEndian(R1, 32))
                .add(Width.WORD.store(R10, LOOKUP + FibLookup.DESTINATION, R1))
                .add(Alu.MOV.reg(R1, R6))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, LOOKUP))
                .add(Alu.MOV.imm(R3, FibLookup.SIZE), Alu.MOV.imm(R4, FibLookup.MAIN_TABLE_OUTPUT))
                .add(Helper.FIB_LOOKUP.call())
                .add(Jump.NE.imm(R0, 0, Counter.RECEIVE_NO_NEIGHBOUR.label()))
                .add(Alu.MOV.imm(R4, 0));
        for (int at = 0; at < 6; at += 2) {
            asm.add(Width.HALF.load(R1, R9, FanEmitter.ETHERNET_SOURCE + at))
                    .add(Width.HALF.load(R2, R10, LOOKUP + FibLookup.NEXT_HOP_MAC + at))
                    .add(Jump.NE.reg(R1, R2, spoofed))
                    .add(Alu.OR.reg(R4, R1));
        }
        // Older kernels tell the address of an entry that has none yet.
        asm.add(Jump.EQ.imm(R4, 0, Counter.RECEIVE_NO_NEIGHBOUR.label()));
    }

    /** As the bridge gives to its host what comes out of the tunnel. */
    private static void toTheHost(Assembler asm, DirectGuardSpec spec, String malformed) {
        long mac = spec.bridgeMac().bits();
        asm.label("to-the-host")
                .add(Width.WORD.storeImm(R10, KEY, asm.network32((int) (mac >>> 16))))
                .add(Width.HALF.storeImm(R10, KEY + 4, asm.network16((int) mac & 0xffff)))
                .add(Alu.MOV.reg(R1, R6), Alu.MOV.imm(R2, 0))
                .add(Alu.MOV.reg(R3, R10), Alu.ADD.imm(R3, KEY))
                .add(Alu.MOV.imm(R4, 6), Alu.MOV.imm(R5, 0))
                .add(Helper.SKB_STORE_BYTES.call())
                .add(Jump.NE.imm(R0, 0, malformed))
                .add(Width.WORD.load(R1, R6, MARK), Alu.OR.imm(R1, LET_IN), Width.WORD.store(R6, MARK, R1))
                .add(Instruction.deviceIndex(R1, spec.bridge()), Alu.MOV.imm(R2, INGRESS))
                .add(Helper.REDIRECT.call())
                .add(Jump.to("taken"));
    }

    private static void rarely(FanEmitter emitter, DirectGuardSpec spec, String malformed) {
        Assembler asm = emitter.asm;
        asm.label("not-linear");
        emitter.pull(IPV4_FRAME, "linear", PASS);
        asm.label("not-to-this-host")
                .add(Jump.EQ.imm32(R1, TO_ANOTHER, PASS))
                .add(Jump.EQ.imm32(R1, TO_ALL, Counter.RECEIVE_BROADCAST.label()))
                .add(Jump.to(Counter.RECEIVE_MULTICAST.label()));
        // The kernel takes a frame with a priority and no VLAN for one without a tag.
        asm.label("tagged")
                .add(Width.WORD.load(R1, R6, VLAN_TCI), Alu.AND.imm(R1, VLAN_ID))
                .add(Jump.NE.imm32(R1, 0, PASS))
                .add(Jump.to(Counter.RECEIVE_VLAN.label()));
        // A tag behind the one that the kernel has taken out: it takes out all that are for no VLAN, behind this hook.
        asm.label("not-ipv4")
                .add(Jump.EQ.imm32(R1, asm.network16(FanEmitter.ETH_P_8021Q), "more-tags"))
                .add(Jump.NE.imm32(R1, asm.network16(FanEmitter.ETH_P_8021AD), PASS))
                .label("more-tags")
                .add(Width.HALF.load(R1, R2, ETHERNET))
                .add(Jump.SET.imm32(R1, asm.network16(VLAN_ID), PASS))
                .add(Width.WORD.load(R1, R6, PACKET_TYPE))
                .add(Jump.EQ.imm32(R1, TO_ANOTHER, PASS))
                .add(Width.WORD.load(R1, R6, VLAN_PRESENT))
                .add(Jump.EQ.imm32(R1, 0, Counter.RECEIVE_VLAN.label()))
                .add(Jump.to("tagged"));
        asm.label("not-local");
        if (!spec.translates()) {
            emitter.requireInside(R7, spec.fan().mapping().overlay(), PASS);
        }
        asm.add(Jump.to(Counter.RECEIVE_NOT_LOCAL.label()));
        if (!emitter.observes()) {
            asm.label("larger")
                    .add(Width.WORD.load(R1, R6, GSO_SIZE))
                    .add(Jump.NE.imm32(R1, 0, "fits"))
                    .add(Jump.to("to-the-host"));
        }
        // A packet of more than 65535 bytes (BIG TCP, still to be cut into segments) says 0.
        asm.label("short-total")
                .add(Jump.NE.imm32(R1, 0, malformed))
                .add(Width.WORD.load(R1, R6, LEN))
                .add(Jump.GT.imm32(R1, ETHERNET + 0xffff, "length-fits"))
                .add(Jump.to(malformed));
    }
}
