package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ARP_FRAME;
import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_8021AD;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_8021Q;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_ARP;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IPV6;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_FRAME;
import static io.fanatic.netlink.bpf.FanEmitter.LET_IN;
import static io.fanatic.netlink.bpf.FanEmitter.MARK;
import static io.fanatic.netlink.bpf.FanEmitter.NEXT;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;

import io.fanatic.core.Counter;
import io.fanatic.core.Delivery;
import java.nio.ByteOrder;

/**
 * The program on the bridge's ingress, which sees what the bridge gives to the host itself: to be delivered or to be routed.
 *
 * <pre>
 *   source in a local slice, or 0.0.0.0             pass: a container of this host
 *   let in by guard, on VXLAN                       pass: a container of another host
 *   destination in a local slice, source in the
 *   overlay and no host address, IPv4, on VXLAN     pass: likewise, where somebody has overwritten guard's mark
 *   any other IPv4 or ARP, two VLAN tags            drop
 *   neither IPv4 nor ARP, or cut short              drop: a fan of IPv4 has no IPv6, and its host believes no container's
 * </pre>
 *
 * Source and destination are the IPv4 header's; of ARP only the sender counts. What is done with IPv6, where the fan has it, is in {@link
 * Ipv6Steps#gate}. Without it a container could give its packets the underlay
 * address of a host, and have them routed: to another host's tunnel, whose guard would believe them, or to this one's. encap does not see
 * what is routed, and the reverse path filter is the administrator's. With ARP it could have what this host sends to another one's
 * containers, and with IPv6 the host's default route.
 *
 * <p>That guard has let a frame in is told by a bit of its mark, since its addresses do not always tell it here: where bridged frames pass
 * the chains of IPv4 (br_netfilter), the destination has been translated already.
 */
public final class GateProgram {

    private static final String PASS = "pass";

    private GateProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map
     * @param order of the CPU that will run it
     */
    public static Assembler emit(FanProgramSpec spec, int countersFd, ByteOrder order) {
        return emit(spec, new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order));
    }

    /** Writes the program; one that only looks leaves guard's mark for the one that decides. */
    static Assembler emit(FanProgramSpec spec, FanEmitter emitter) {
        Assembler asm = emitter.asm;

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.loadFrame(IPV4_FRAME, Jump.GT, "not-linear");
        asm.label("parse")
                .add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), "not-ipv4"))
                .add(Width.WORD.load(R8, R2, ETHERNET + 12), Instruction.toBigEndian(R8, 32))
                .add(Width.WORD.load(R7, R2, ETHERNET + 16), Instruction.toBigEndian(R7, 32));
        asm.label("source");
        emitter.requireLocal(spec, R8, "not-from-here");
        asm.label(PASS).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());

        String spoofed = Counter.SEND_HOST_SPOOFED.label();
        asm.label("not-from-here").add(Jump.EQ.imm32(R8, 0, PASS));
        if (spec.type().delivery() == Delivery.BRIDGED) {
            asm.add(Width.WORD.load(R1, R6, MARK)).add(Jump.SET.imm32(R1, LET_IN, "let-in"));
            emitter.requireLocal(spec, R7, spoofed);
            emitter.requireInside(R8, spec.mapping().overlay(), spoofed);
            asm.add(Alu.AND.imm(R8, (1 << 32 - spec.mapping().slicePrefixLength()) - 1))
                    .add(Jump.NE.imm32(R8, 1, PASS))
                    .add(Jump.to(spoofed));
            asm.label("let-in");
            if (!emitter.observes()) {
                asm.add(Alu.AND.imm(R1, ~LET_IN), Width.WORD.store(R6, MARK, R1));
            }
            asm.add(Jump.to(PASS));
        } else {
            asm.add(Jump.to(spoofed)); // no other host's container is at this bridge
        }

        // One tag has gone by now; the kernel would take a second one out behind this hook.
        asm.label("not-ipv4")
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_ARP), "arp"))
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_8021Q), Counter.SEND_VLAN.label()))
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_8021AD), Counter.SEND_VLAN.label()));
        if (spec.ipv6().isPresent()) {
            asm.add(Jump.EQ.imm32(R1, asm.network16(ETH_P_IPV6), Ipv6Steps.IPV6));
        }
        asm.add(Jump.to(Counter.SEND_HOST_OTHER.label()));

        asm.label("arp")
                .add(Alu.MOV.reg(R4, R2), Alu.ADD.imm(R4, ARP_FRAME))
                .add(Jump.GT.reg(R4, R3, "arp-not-linear"))
                .label("parse-arp");
        emitter.loadArpSender();
        asm.add(Alu.MOV.imm(R7, 0)) // in no slice
                .add(Jump.to("source"));

        asm.label("not-linear");
        emitter.pull(IPV4_FRAME, "parse", Counter.SEND_HOST_OTHER.label());
        asm.label("arp-not-linear");
        emitter.pull(ARP_FRAME, "parse-arp", Counter.SEND_HOST_OTHER.label());

        spec.ipv6().ifPresent(ipv6 -> new Ipv6Steps(emitter, spec, ipv6).gate(PASS));
        emitter.drops(Counter.SEND_HOST_SPOOFED, Counter.SEND_VLAN, Counter.SEND_HOST_OTHER);
        emitter.count();
        return asm;
    }
}
