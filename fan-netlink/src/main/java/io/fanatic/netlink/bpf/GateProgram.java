package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_8021AD;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_8021Q;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.IPV4_FRAME;
import static io.fanatic.netlink.bpf.FanEmitter.NEXT;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R8;

import io.fanatic.core.Counter;
import io.fanatic.core.TunnelType;
import java.nio.ByteOrder;

/**
 * The program on the bridge's ingress, which sees what the bridge gives to the host itself: to be delivered or to be routed.
 *
 * <pre>
 *   source in a local slice, or 0.0.0.0             pass: a container of this host
 *   destination in a local slice, source in the
 *   overlay, on VXLAN                               pass: a container of another host, which guard has let in
 *   any other IPv4 packet, two VLAN tags            drop
 *   no IPv4                                         pass: not routed
 * </pre>
 *
 * Without it a container could give its packets the underlay address of a host, and have them routed: to another host's tunnel, whose
 * guard would believe them, or to this one's. encap does not see what is routed, and the reverse path filter is the administrator's.
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
        FanEmitter emitter = new FanEmitter(TunnelType.VXLAN, FanEmitter.SEND_REASONS, countersFd, order);
        Assembler asm = emitter.asm;

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.loadFrame(IPV4_FRAME, Jump.GT, "not-linear");
        asm.label("parse")
                .add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), "not-ipv4"))
                .add(Width.WORD.load(R8, R2, ETHERNET + 12), Instruction.toBigEndian(R8, 32))
                .add(Width.WORD.load(R7, R2, ETHERNET + 16), Instruction.toBigEndian(R7, 32));
        emitter.requireLocal(spec, R8, "not-from-here");
        asm.label(PASS).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());

        String spoofed = Counter.SEND_HOST_SPOOFED.label();
        asm.label("not-from-here").add(Jump.EQ.imm32(R8, 0, PASS));
        if (spec.type() == TunnelType.VXLAN) {
            emitter.requireLocal(spec, R7, spoofed);
            emitter.requireInside(R8, spec.mapping().overlay(), spoofed);
            asm.add(Jump.to(PASS));
        } else {
            asm.add(Jump.to(spoofed)); // no other host's container is at this bridge
        }

        // One tag has gone by now; the kernel would take a second one out behind this hook.
        asm.label("not-ipv4")
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_8021Q), Counter.SEND_VLAN.label()))
                .add(Jump.EQ.imm32(R1, asm.network16(ETH_P_8021AD), Counter.SEND_VLAN.label()))
                .add(Jump.to(PASS));

        asm.label("not-linear");
        emitter.pull(IPV4_FRAME, "parse", PASS);

        emitter.drops(Counter.SEND_HOST_SPOOFED, Counter.SEND_VLAN);
        emitter.count();
        return asm;
    }
}
