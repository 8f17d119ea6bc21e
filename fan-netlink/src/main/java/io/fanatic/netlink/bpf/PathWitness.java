package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Ipv4Address;

/**
 * Hosts whose packets went by the kernel's device a moment ago. A packet takes the fast path only where one of the same other host went by the
 * kernel's device at most {@link #VALID} before, on the same CPU, and came through: out by the underlay's device, in as far as guard. So whatever
 * stops packets on the kernel's path (a rule of the firewall, a policy of IPsec, another route) closes the fast path too, and nobody has to
 * look for it.
 *
 * <p>A table of fixed size behind the counters, for each direction: a host has one place in it, which the next host with the same place takes over.
 * The packets of both then go by the kernel's device more often. A value is the host in its upper half and the time in the lower one.
 */
final class PathWitness {
    /** Places for hosts in each direction; a power of two. */
    static final int PLACES = 256;

    /** What came in by the kernel's device. */
    static final int RECEIVED = FanPrograms.COUNTERS + FanPrograms.COUNTERS;

    /** What went out by it. */
    static final int SENT = RECEIVED + PLACES;

    /** Of the clock's nanoseconds: a unit of 1.05 ms. */
    private static final int UNIT_BITS = 20;

    /** For how long a packet vouches for others, in units: 100 ms. */
    static final int VALID = 95;

    /** The clock of the programs is this much behind that of Java, at most. */
    private static final long COARSE_NANOS = 20_000_000;

    /** Offset below R10, on a multiple of 8, beneath what the programs of the fast path have there. */
    private static final int SEEN = KEY - 40;

    private PathWitness() {}

    /**
     * Jumps unless a packet vouches for those of a host. Registers from R0 to R5 are lost.
     *
     * @param host has the other host's address
     * @param direction {@link #RECEIVED} or {@link #SENT}
     */
    static void require(FanEmitter emitter, Register host, int direction, String otherwise) {
        lookUp(emitter, host, direction);
        emitter.asm
                .add(Jump.EQ.imm(R0, 0, otherwise))
                .add(Width.DWORD.load(R1, R0, 0), Width.DWORD.store(R10, SEEN, R1))
                .add(Helper.KTIME_GET_COARSE_NS.call())
                .add(Alu.RSH.imm(R0, UNIT_BITS))
                .add(Width.DWORD.load(R1, R10, SEEN), Alu.MOV.reg(R4, R1), Alu.RSH.imm(R4, 32))
                .add(Jump.NE.reg32(R4, host, otherwise))
                .add(Alu.SUB.reg32(R0, R1))
                .add(Jump.GT.imm32(R0, VALID, otherwise));
    }

    /**
     * A packet of a host has come through. Registers from R0 to R5 are lost, and R9.
     *
     * @param host has the other host's address
     * @param direction {@link #RECEIVED} or {@link #SENT}
     */
    static void note(FanEmitter emitter, Register host, int direction) {
        lookUp(emitter, host, direction);
        emitter.asm
                .add(Jump.EQ.imm(R0, 0, "noted"))
                .add(Alu.MOV.reg(R9, R0))
                .add(Helper.KTIME_GET_COARSE_NS.call())
                .add(Alu.RSH.imm(R0, UNIT_BITS), Alu.MOV.reg32(R0, R0))
                .add(Alu.MOV.reg32(R1, host), Alu.LSH.imm(R1, 32), Alu.OR.reg(R1, R0))
                .add(Width.DWORD.store(R9, 0, R1))
                .label("noted");
    }

    /** Neighbours in an underlay have places of their own. */
    private static void lookUp(FanEmitter emitter, Register host, int direction) {
        emitter.asm
                .add(Alu.MOV.reg32(R1, host), Alu.RSH.imm32(R1, 8), Alu.XOR.reg32(R1, host))
                .add(Alu.AND.imm32(R1, PLACES - 1), Alu.ADD.imm32(R1, direction));
        emitter.lookUp();
    }

    /** Where a host has its place in the map. */
    static int place(Ipv4Address host, int direction) {
        return direction + ((host.bits() ^ host.bits() >>> 8) & PLACES - 1);
    }

    /** The value that {@link #note} writes. */
    static long value(Ipv4Address host, long nanos) {
        return (long) host.bits() << 32 | nanos >>> UNIT_BITS & 0xffff_ffffL;
    }

    /** As if a packet of the host had just come through on all CPUs, for programs that are only tried. */
    static void vouch(BpfMap counters, Ipv4Address host, int direction) {
        counters.set(place(host, direction), value(host, System.nanoTime() - COARSE_NANOS));
    }
}
