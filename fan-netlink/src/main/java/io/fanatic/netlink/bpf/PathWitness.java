package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.TC_INDEX;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R5;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Ipv4Address;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Outer flows whose packets went by the kernel's device a moment ago. A packet takes the fast path only where one of the same outer flow, that
 * is between the same two underlay addresses and with the same UDP source port, went by the kernel's device less than 101 ms before, on the same CPU, and came
 * through: out by the underlay's device, in as far as guard. So whatever stops or translates packets on the kernel's path (a rule of the
 * firewall, also one that asks connection tracking; a policy of IPsec; another route) closes the fast path too, for the flows that it concerns, and
 * nobody has to look for it.
 *
 * <p>The program that sees a packet before the kernel's device has it writes the source port into {@code skb->tc_index}, which stays with the
 * packet through the kernel's device, netfilter and GRO; the program that sees it behind reads it there. It is 0 where nobody wrote it, and
 * then nothing is noted.
 *
 * <p>A table of fixed size behind the counters, for each direction: a flow has one place in it, which the next flow with the same place takes over.
 * The packets of both then go by the kernel's device more often. A value is, from its upper end: the other host in 32 bits, the upper 6 bits of the
 * port (the lower 10 follow from the place), the number of this host's address in 4 bits, and the time in 22 bits.
 */
final class PathWitness {
    /** Places for flows in each direction; a power of two. */
    static final int PLACES = 1 << 10;

    /** What came in by the kernel's device. */
    static final int RECEIVED = FanPrograms.COUNTERS + FanPrograms.COUNTERS;

    /** What went out by it. */
    static final int SENT = RECEIVED + PLACES;

    private static final int PLACE_BITS = 10;
    private static final int PORT_BITS = 16 - PLACE_BITS;

    /** For the place of an address among the {@link FanProgramSpec#MAX_ADDRESSES} that programs take; a fan has 6 at most. */
    private static final int LOCAL_BITS = 4;

    private static final int TIME_BITS = 64 - 32 - PORT_BITS - LOCAL_BITS;
    private static final int TIME_MASK = (1 << TIME_BITS) - 1;

    /**
     * Of the clock's nanoseconds: a unit of 16.8 ms. So the time begins again after 19.5 hours: a flow that rested for exactly that long may find the
     * fast path open with its first packet.
     */
    private static final int UNIT_BITS = 24;

    /** For how long a packet vouches for others, in units begun: from 84 to 101 ms. */
    static final int VALID = 5;

    /** Offset below R10, on a multiple of 8, beneath what the programs of the fast path have there. */
    private static final int SEEN = KEY - 40;

    private PathWitness() {}

    /**
     * Jumps unless a packet vouches for those of an outer flow. R6 is the frame, with its source port in {@code tc_index}; R9 has this host's address
     * where the fan has several. Registers from R0 to R5 are lost.
     *
     * @param host has the other host's address
     * @param direction {@link #RECEIVED} or {@link #SENT}
     */
    static void require(FanEmitter emitter, FanProgramSpec fan, Register host, int direction, String otherwise) {
        emitter.asm.add(Width.WORD.load(R1, R6, TC_INDEX));
        lookUp(emitter, host, direction);
        emitter.asm
                .add(Jump.EQ.imm(R0, 0, otherwise))
                .add(Width.DWORD.load(R1, R0, 0), Width.DWORD.store(R10, SEEN, R1))
                .add(Alu.RSH.imm(R1, TIME_BITS))
                .add(Width.WORD.load(R5, R6, TC_INDEX));
        flow(emitter.asm, fan, host);
        emitter.asm
                .add(Jump.NE.reg(R1, R4, otherwise))
                .add(Helper.KTIME_GET_COARSE_NS.call())
                .add(Alu.RSH.imm(R0, UNIT_BITS))
                .add(Width.DWORD.load(R1, R10, SEEN), Alu.SUB.reg(R0, R1), Alu.AND.imm(R0, TIME_MASK))
                .add(Jump.GT.imm32(R0, VALID, otherwise));
    }

    /**
     * A packet has come through; nothing is noted of one without a source port in {@code tc_index}, which is 0 afterwards. R6 is the frame;
     * R9 has this host's address where the fan has several. Registers from R0 to R5 are lost, and R9.
     *
     * @param host has the other host's address
     * @param direction {@link #RECEIVED} or {@link #SENT}
     */
    static void note(FanEmitter emitter, FanProgramSpec fan, Register host, int direction) {
        emitter.asm
                .add(Width.WORD.load(R1, R6, TC_INDEX))
                .add(Jump.EQ.imm32(R1, 0, "noted"))
                .add(Helper.KTIME_GET_COARSE_NS.call())
                .add(Alu.RSH.imm(R0, UNIT_BITS), Alu.AND.imm(R0, TIME_MASK))
                .add(Width.WORD.load(R1, R6, TC_INDEX), Alu.MOV.reg32(R5, R1));
        flow(emitter.asm, fan, host);
        emitter.asm.add(Alu.MOV.reg(R9, R4), Alu.LSH.imm(R9, TIME_BITS), Alu.OR.reg(R9, R0));
        forget(emitter.asm);
        lookUp(emitter, host, direction);
        emitter.asm
                .add(Jump.EQ.imm(R0, 0, "noted"))
                .add(Width.DWORD.store(R0, 0, R9))
                .label("noted");
    }

    /** Takes the source port off the frame, in R6. R2 is lost. */
    static void forget(Assembler asm) {
        asm.add(Alu.MOV.imm(R2, 0), Width.WORD.store(R6, TC_INDEX, R2));
    }

    /** What a value has of a flow, whose port is in R5: into R4. */
    private static void flow(Assembler asm, FanProgramSpec fan, Register host) {
        asm.add(Alu.MOV.reg32(R4, host), Alu.LSH.imm(R4, PORT_BITS))
                .add(Alu.RSH.imm(R5, PLACE_BITS), Alu.OR.reg(R4, R5), Alu.LSH.imm(R4, LOCAL_BITS));
        List<Ipv4Address> locals = fan.localAddresses();
        for (int i = 1; i < locals.size(); i++) {
            asm.add(Jump.NE.imm32(R9, locals.get(i).bits(), "not-local-" + i), Alu.OR.imm(R4, i))
                    .label("not-local-" + i);
        }
    }

    /** The place of a flow, its port in R1. */
    private static void lookUp(FanEmitter emitter, Register host, int direction) {
        emitter.asm.add(Alu.XOR.reg32(R1, host), Alu.AND.imm32(R1, PLACES - 1), Alu.ADD.imm32(R1, direction));
        emitter.lookUp();
    }

    /** Where a flow has its place in the map. */
    static int place(Ipv4Address host, int port, int direction) {
        return direction + ((host.bits() ^ port) & PLACES - 1);
    }

    /**
     * The value that {@link #note} writes.
     *
     * @param local the number of this host's address among those of the fan
     */
    static long value(Ipv4Address host, int port, int local, long nanos) {
        long flow = (host.bits() & 0xffff_ffffL) << PORT_BITS | port >>> PLACE_BITS;
        return (flow << LOCAL_BITS | local) << TIME_BITS | nanos >>> UNIT_BITS & TIME_MASK;
    }

    /**
     * A program whose result is the time at which a packet would be noted. Java's clock is another one in a time namespace, and where a virtual
     * machine was not run for a while it is far ahead of this one.
     */
    static BpfProgram clock() {
        Assembler program = new Assembler(ByteOrder.nativeOrder())
                .add(Helper.KTIME_GET_COARSE_NS.call())
                .add(Alu.RSH.imm(R0, UNIT_BITS), Alu.AND.imm(R0, TIME_MASK))
                .add(Instruction.exit());
        return BpfProgram.load("fan_probe", program.bytes());
    }

    /**
     * As if a packet of the flow had come through on all CPUs, for programs of one address that are only tried.
     *
     * @param time what {@link #clock} says
     */
    static void vouch(BpfMap counters, Ipv4Address host, int port, int direction, int time) {
        counters.set(place(host, port, direction), value(host, port, 0, (long) time << UNIT_BITS));
    }
}
