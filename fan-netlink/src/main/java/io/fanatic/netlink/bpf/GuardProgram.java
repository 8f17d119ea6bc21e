package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LET_IN;
import static io.fanatic.netlink.bpf.FanEmitter.MARK;
import static io.fanatic.netlink.bpf.FanEmitter.NO_LINK;
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
import io.fanatic.core.Ipv4Address;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The program on the tunnel's ingress: no host speaks for another host's containers.
 *
 * <pre>
 *   not out of a tunnel over IPv4, other VNI        drop
 *   no IPv4 or ARP, VLAN, broadcast, multicast      drop
 *   shorter than its headers say, ARP that gives
 *   another Ethernet address than it came from      drop
 *   from an Ethernet group, or 00:00:00:00:00:00    drop
 *   inner destination not in a local slice          drop: the first and the last address of the slice are in it
 *   inner source not in the overlay                 drop
 *   its owner no host, or one of our own addresses  drop
 *   its owner not the outer source                  drop
 *   otherwise                                       pass, marked for gate
 * </pre>
 *
 * Source and destination are the inner IPv4 header's, or the ARP packet's sender and target. The owner is checked for being a
 * possible host although the outer source must equal it: whoever can send from 10.0.255.255 on the underlay, or as this host itself, must
 * not enter either.
 */
public final class GuardProgram {

    static final FanEmitter.FrameReasons REASONS = new FanEmitter.FrameReasons(
            Counter.RECEIVE_MALFORMED,
            Counter.RECEIVE_VLAN,
            Counter.RECEIVE_IPV6,
            Counter.RECEIVE_OTHER,
            Counter.RECEIVE_BROADCAST,
            Counter.RECEIVE_MULTICAST,
            Counter.RECEIVE_ARP_PROBE);

    private static final int IPPROTO_IPIP = 4;

    private static final String NO_KEY = "no-key";
    private static final String JUST_LET_IN = "just-let-in";
    private static final String LET_IN_ALREADY = "let-in-already";

    private GuardProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(FanProgramSpec spec, int countersFd, ByteOrder order) {
        return emit(spec, false, countersFd, order);
    }

    /**
     * Writes the program for a fan on the fast path: what comes out of no tunnel passes too when {@link CardGuardProgram} has marked it. No
     * other host can mark a frame, and what comes out of the kernel's tunnel is judged by its tunnel key, whatever its mark.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(FastProgramSpec spec, int countersFd, ByteOrder order) {
        return emit(spec.fan(), true, countersFd, order);
    }

    private static Assembler emit(FanProgramSpec spec, boolean fast, int countersFd, ByteOrder order) {
        return emit(spec, fast, new FanEmitter(ETHERNET, REASONS, countersFd, order));
    }

    /** Writes the program that decides as the others and only tells what it decided. */
    static Assembler observe(FanProgramSpec spec, boolean fast, ObservingEmitter emitter) {
        emit(spec, fast, emitter);
        emitter.count();
        return emitter.asm;
    }

    private static Assembler emit(FanProgramSpec spec, boolean fast, FanEmitter emitter) {
        Assembler asm = emitter.asm;

        readKey(asm, spec.setsLocalAddress(), fast ? NO_KEY : Counter.RECEIVE_NO_KEY.label());
        asm.add(Width.WORD.load(R1, R10, KEY + TunnelKey.ID))
                .add(Jump.NE.imm32(R1, spec.vni(), Counter.RECEIVE_OTHER_VNI.label()));
        spec.ipv6().ifPresent(ipv6 -> emitter.takeIpv6(Ipv6Steps.IPV6));
        emitter.parse();
        emitter.requireSender(Counter.RECEIVE_MALFORMED.label());
        emitter.requireLocal(spec, R7, Counter.RECEIVE_NOT_LOCAL.label());
        requireSender(emitter, spec, Counter.RECEIVE_SPOOFED.label());
        requireOuterSource(asm);
        if (!emitter.observes()) {
            asm.add(Width.WORD.load(R1, R6, MARK), Alu.OR.imm(R1, LET_IN), Width.WORD.store(R6, MARK, R1));
        }
        if (fast) {
            if (!emitter.observes()) {
                asm.label(JUST_LET_IN);
                noteReceived(emitter, spec);
            }
            asm.label(LET_IN_ALREADY);
        }
        emitter.finish(Counter.RECEIVED);

        emitter.slowPath();
        emitter.rarelyFromNobody(Counter.RECEIVE_MALFORMED.label());
        if (fast) {
            asm.label(NO_KEY)
                    .add(Width.WORD.load(R1, R6, MARK))
                    .add(Jump.SET.imm32(R1, LET_IN, LET_IN_ALREADY))
                    .add(Jump.to(Counter.RECEIVE_NO_KEY.label()));
        }
        spec.ipv6()
                .ifPresent(ipv6 ->
                        new Ipv6Steps(emitter, spec, ipv6).guard(fast ? Optional.of(JUST_LET_IN) : Optional.empty()));
        emitter.drops(
                Counter.RECEIVE_SPOOFED,
                Counter.RECEIVE_NOT_LOCAL,
                Counter.RECEIVE_NO_KEY,
                Counter.RECEIVE_OTHER_VNI,
                Counter.RECEIVE_HOP_LIMIT);
        return asm;
    }

    /** A fan of several addresses needs to know which one the packet was sent to. */
    private static void noteReceived(FanEmitter emitter, FanProgramSpec spec) {
        if (spec.localAddresses().size() > 1) {
            if (!spec.setsLocalAddress()) {
                return;
            }
            emitter.asm.add(Width.WORD.load(R1, R10, KEY + TunnelKey.LOCAL)).add(Jump.NE.reg32(R1, R9, "noted"));
        }
        PathWitness.note(emitter, spec, R8, PathWitness.RECEIVED);
    }

    private static void readKey(Assembler asm, boolean withLocal, String withoutKey) {
        asm.add(Alu.MOV.reg(R6, R1))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, KEY))
                .add(Alu.MOV.imm(R3, TunnelKey.size(withLocal)))
                .add(Alu.MOV.imm(R4, 0)) // no BPF_F_TUNINFO_IPV6: refuses an outer IPv6
                .add(Helper.SKB_GET_TUNNEL_KEY.call())
                .add(Jump.NE.imm(R0, 0, withoutKey));
    }

    /** The inner source, in R8, is of the overlay and has an owner, not this host; leaves the owner in R8. */
    static void requireSender(FanEmitter emitter, FanProgramSpec fan, String spoofed) {
        emitter.requireInside(R8, fan.mapping().overlay(), spoofed);
        requireAnotherHost(emitter, fan, spoofed);
    }

    /** An address of the overlay, in R8, has an owner, not this host; leaves the owner in R8. */
    static void requireAnotherHost(FanEmitter emitter, FanProgramSpec fan, String spoofed) {
        emitter.owner(fan, R8, spoofed);
        for (Ipv4Address local : fan.localAddresses()) {
            emitter.asm.add(Jump.EQ.imm32(R8, local.bits(), spoofed));
        }
    }

    private static void requireOuterSource(Assembler asm) {
        asm.add(Width.WORD.load(R1, R10, KEY + TunnelKey.REMOTE))
                .add(Jump.NE.reg32(R1, R8, Counter.RECEIVE_SPOOFED.label()));
    }

    /**
     * Writes the program for the device that all IPIP fans share. The inner destination's overlay says which fan a packet is of; then all is
     * as above. IPIP within IPIP is dropped: the kernel would unpack it a second time, and no fan host sends it.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(IpipProgramSpec spec, int countersFd, ByteOrder order) {
        return emit(spec, new FanEmitter(NO_LINK, REASONS, countersFd, order));
    }

    /** As {@link #observe(FanProgramSpec, boolean, ObservingEmitter)}, for the device that all IPIP fans share. */
    static Assembler observe(IpipProgramSpec spec, ObservingEmitter emitter) {
        emit(spec, emitter);
        emitter.count();
        return emitter.asm;
    }

    private static Assembler emit(IpipProgramSpec spec, FanEmitter emitter) {
        Assembler asm = emitter.asm;

        readKey(asm, spec.setsLocalAddress(), Counter.RECEIVE_NO_KEY.label());
        emitter.parse();
        asm.add(Width.BYTE.load(R1, R2, 9)).add(Jump.EQ.imm32(R1, IPPROTO_IPIP, Counter.RECEIVE_NESTED.label()));
        emitter.select(spec.fans(), Counter.RECEIVE_NOT_LOCAL.label(), true, fan -> {
            emitter.requireLocal(fan, R7, Counter.RECEIVE_NOT_LOCAL.label());
            requireSender(emitter, fan, Counter.RECEIVE_SPOOFED.label());
        });
        requireOuterSource(asm);
        emitter.finish(Counter.RECEIVED);

        emitter.slowPath();
        emitter.drops(
                Counter.RECEIVE_SPOOFED, Counter.RECEIVE_NOT_LOCAL, Counter.RECEIVE_NO_KEY, Counter.RECEIVE_NESTED);
        return asm;
    }
}
