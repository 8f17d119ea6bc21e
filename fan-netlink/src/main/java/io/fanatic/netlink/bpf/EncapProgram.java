package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.NO_LINK;
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
 * The program on the tunnel's egress: decides by arithmetic which host gets a frame.
 *
 * <pre>
 *   no IPv4 or ARP, VLAN, broadcast, multicast      drop
 *   source not in a local slice                     drop: a container speaks for itself only
 *   destination not in the overlay                  drop
 *   host part of its owner all zeros or all ones    drop: no host has that address
 *   owner is one of our own addresses               drop: the bridge has delivered it already
 *   otherwise   tunnel key: id = VNI, remote = owner of the destination, local = owner of the source, TTL 64
 * </pre>
 *
 * Source and destination are the IPv4 header's, or the ARP packet's sender and target. IPv6, where the fan has it, is decided in the same
 * way, see {@link Ipv6Steps}.
 */
public final class EncapProgram {

    /** Of the outer header; the underlay is routed like any other traffic. */
    static final int TTL = 64;

    private static final String KERNEL = "by-the-kernel";
    private static final String OFF_LINK = "off-link";

    private EncapProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(FanProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order);
        decide(emitter, spec);
        spec.ipv6().ifPresent(ipv6 -> emitter.asm.label(KERNEL));
        putKey(emitter, spec);
        emitter.finish(Counter.SENT);

        emitter.slowPath();
        spec.ipv6().ifPresent(ipv6 -> new Ipv6Steps(emitter, spec, ipv6).encap(KERNEL));
        drops(emitter);
        return emitter.asm;
    }

    /**
     * Writes the program for the device that all IPIP fans share. The destination's overlay says which fan a packet is of; then all is as
     * above, only that the tunnel key forbids to fragment what the packet itself forbids to fragment: so the kernel tells the sender
     * when the underlay takes less than it was. Where the host does not learn that, routers may fragment.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(IpipProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(NO_LINK, FanEmitter.SEND_REASONS, countersFd, order);
        Assembler asm = emitter.asm;

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.parse();
        if (spec.learnsPathMtu()) {
            // DF (0x4000) where BPF_F_DONT_FRAGMENT (4) is; no call comes before it is needed.
            asm.add(Width.HALF.load(R5, R2, 6), Instruction.toBigEndian(R5, 16))
                    .add(Alu.RSH.imm(R5, 12), Alu.AND.imm(R5, TunnelKey.DONT_FRAGMENT));
        } else {
            asm.add(Alu.MOV.imm(R5, 0));
        }
        select(emitter, spec);
        putKey(
                emitter,
                0,
                spec.setsLocalAddress()
                        ? Optional.of(Width.WORD.store(R10, KEY + TunnelKey.LOCAL, R9))
                        : Optional.empty(),
                Alu.MOV.reg(R4, R5));
        emitter.finish(Counter.SENT);

        emitter.slowPath();
        drops(emitter);
        return asm;
    }

    /**
     * Writes the program for a fan on the fast path: what is usual leaves with outer headers of our own, {@link OuterHeaders}, by the
     * underlay's device; all else gets its tunnel key, as above.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(FastProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order);
        decide(emitter, spec.fan());
        OuterHeaders.send(emitter, spec, KERNEL);
        emitter.count(Counter.SENT);

        emitter.asm.label(KERNEL);
        putKey(emitter, spec.fan());
        emitter.asm
                .add(Alu.MOV.imm(R7, FanEmitter.NEXT), Alu.MOV.imm(R1, Counter.SENT.index()))
                .add(Jump.to("count"));
        OuterHeaders.slowPath(emitter, spec, KERNEL);
        emitter.slowPath();
        spec.fan().ipv6().ifPresent(ipv6 -> new Ipv6Steps(emitter, spec.fan(), ipv6).encap(OuterHeaders.IPV6));
        drops(emitter);
        return emitter.asm;
    }

    /**
     * Writes the program for a fan that sends without encapsulation: what is usual, fits, and is for a host on the segment leaves as it is,
     * {@link DirectPacket}; all else as without.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(DirectProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order);
        Assembler asm = emitter.asm;
        decide(emitter, spec.fan());
        DirectPacket.send(emitter, spec, spec.fast().isPresent() ? OFF_LINK : KERNEL, KERNEL);
        emitter.count(Counter.SENT_DIRECT);

        spec.fast().ifPresent(fast -> {
            asm.label(OFF_LINK);
            OuterHeaders.send(emitter, fast, KERNEL);
            asm.add(Alu.MOV.imm(R1, Counter.SENT.index())).add(Jump.to("count"));
        });
        asm.label(KERNEL);
        putKey(emitter, spec.fan());
        asm.add(Alu.MOV.imm(R7, FanEmitter.NEXT), Alu.MOV.imm(R1, Counter.SENT.index()))
                .add(Jump.to("count"));
        DirectPacket.slowPath(emitter, KERNEL);
        spec.fast().ifPresent(fast -> OuterHeaders.slowPath(emitter, fast, KERNEL));
        emitter.slowPath();
        String onward = spec.fast().isPresent() ? OuterHeaders.IPV6 : KERNEL;
        spec.fan().ipv6().ifPresent(ipv6 -> new Ipv6Steps(emitter, spec.fan(), ipv6).encap(onward));
        drops(emitter);
        return asm;
    }

    /** Writes the program that decides as the others and only tells what it decided. */
    static Assembler observe(FanProgramSpec spec, ObservingEmitter emitter) {
        decide(emitter, spec);
        spec.ipv6().ifPresent(ipv6 -> emitter.asm.label(KERNEL));
        emitter.finish(Counter.SENT);
        spec.ipv6().ifPresent(ipv6 -> new Ipv6Steps(emitter, spec, ipv6).encap(KERNEL));
        return observed(emitter);
    }

    /** The same for the device that all IPIP fans share. */
    static Assembler observe(IpipProgramSpec spec, ObservingEmitter emitter) {
        emitter.asm.add(Alu.MOV.reg(R6, R1));
        emitter.parse();
        select(emitter, spec);
        emitter.finish(Counter.SENT);
        return observed(emitter);
    }

    private static Assembler observed(ObservingEmitter emitter) {
        emitter.slowPath();
        drops(emitter);
        emitter.count();
        return emitter.asm;
    }

    /** Selects the fan of a packet and decides: leaves the owner of its destination in R7, that of its source in R9. */
    private static void select(FanEmitter emitter, IpipProgramSpec spec) {
        emitter.select(spec.fans(), Counter.SEND_OFF_OVERLAY.label(), false, fan -> {
            emitter.requireLocal(fan, R8, Counter.SEND_SPOOFED.label());
            owner(emitter, fan);
            if (fan.localAddresses().size() == 1) {
                emitter.asm.add(Alu.MOV.imm32(R9, fan.localAddresses().get(0).bits()));
            }
        });
    }

    /** Whether a frame leaves, and to whom: leaves its owner in R7, and with several addresses that of its source in R9. */
    private static void decide(FanEmitter emitter, FanProgramSpec spec) {
        emitter.asm.add(Alu.MOV.reg(R6, R1));
        spec.ipv6().ifPresent(ipv6 -> emitter.takeIpv6(Ipv6Steps.IPV6));
        emitter.parse();
        emitter.requireLocal(spec, R8, Counter.SEND_SPOOFED.label());
        emitter.requireInside(R7, spec.mapping().overlay(), Counter.SEND_OFF_OVERLAY.label());
        owner(emitter, spec);
    }

    /** Puts the tunnel key of a VXLAN fan on the frame, after {@link #decide}. */
    private static void putKey(FanEmitter emitter, FanProgramSpec spec) {
        List<Ipv4Address> locals = spec.localAddresses();
        Instruction putLocal = locals.size() == 1
                ? Width.WORD.storeImm(R10, KEY + TunnelKey.LOCAL, locals.get(0).bits())
                : Width.WORD.store(R10, KEY + TunnelKey.LOCAL, R9);
        putKey(
                emitter,
                spec.vni(),
                spec.setsLocalAddress() ? Optional.of(putLocal) : Optional.empty(),
                Alu.MOV.imm(R4, TunnelKey.ZERO_CHECKSUM));
    }

    /** Turns the destination, in R7, into its owner, another host. */
    private static void owner(FanEmitter emitter, FanProgramSpec fan) {
        emitter.owner(fan, R7, Counter.SEND_NO_HOST.label());
        for (Ipv4Address local : fan.localAddresses()) {
            emitter.asm.add(Jump.EQ.imm32(R7, local.bits(), Counter.SEND_OWN_SLICE.label()));
        }
    }

    /**
     * Puts the tunnel key on the frame, with the owner in R7 as remote, and lets it go; R6 is the frame.
     *
     * @param putLocal writes the local address into the key; empty when the kernel chooses it
     * @param putFlags writes the call's flags into R4
     */
    private static void putKey(FanEmitter emitter, int id, Optional<Instruction> putLocal, Instruction putFlags) {
        Assembler asm = emitter.asm;
        // The verifier of older kernels wants every byte written, the unused ones too.
        asm.add(Width.WORD.storeImm(R10, KEY + TunnelKey.ID, id))
                .add(Width.WORD.store(R10, KEY + TunnelKey.REMOTE, R7))
                .add(Width.DWORD.storeImm(R10, KEY + TunnelKey.IPV6_REST_OF_REMOTE, 0))
                .add(Width.WORD.storeImm(R10, KEY + TunnelKey.IPV6_REST_OF_REMOTE + 8, 0))
                .add(Width.WORD.storeImm(R10, KEY + TunnelKey.TOS_TTL_EXT, asm.network32(TTL << 16)))
                .add(Width.WORD.storeImm(R10, KEY + TunnelKey.LABEL, 0));
        putLocal.ifPresent(put -> asm.add(put)
                .add(Width.DWORD.storeImm(R10, KEY + TunnelKey.IPV6_REST_OF_LOCAL, 0))
                .add(Width.WORD.storeImm(R10, KEY + TunnelKey.IPV6_REST_OF_LOCAL + 8, 0)));
        asm.add(Alu.MOV.reg(R1, R6))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, KEY))
                .add(Alu.MOV.imm(R3, TunnelKey.size(putLocal.isPresent())))
                .add(putFlags)
                .add(Helper.SKB_SET_TUNNEL_KEY.call())
                .add(Jump.NE.imm(R0, 0, Counter.SEND_KEY_REFUSED.label()));
    }

    private static void drops(FanEmitter emitter) {
        emitter.drops(
                Counter.SEND_SPOOFED,
                Counter.SEND_OFF_OVERLAY,
                Counter.SEND_NO_HOST,
                Counter.SEND_OWN_SLICE,
                Counter.SEND_KEY_REFUSED,
                Counter.SEND_IPV6,
                Counter.SEND_HOP_LIMIT);
    }
}
