package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.NEXT;
import static io.fanatic.netlink.bpf.FanEmitter.TC_INDEX;
import static io.fanatic.netlink.bpf.OuterHeaders.INNER;
import static io.fanatic.netlink.bpf.OuterHeaders.IPV4;
import static io.fanatic.netlink.bpf.OuterHeaders.UDP;
import static io.fanatic.netlink.bpf.OuterHeaders.VXLAN;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;
import static io.fanatic.netlink.bpf.Register.R9;

import io.fanatic.core.Ipv4Address;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The program of a fan on the fast path on the egress of the underlay's device: notes what the kernel's device sends, see
 * {@link PathWitness}. What leaves encrypted, by another device or not at all is not seen here. It lets everything pass.
 *
 * <pre>
 *   not UDP to the tunnel's port, from one of the fan's addresses, of its VNI     pass on
 *   not from the UDP source port that encap would have written: sent by the fast
 *   path, or translated on the way                                                pass on
 *   otherwise                                         note destination and source port, pass on
 * </pre>
 */
public final class CardWitnessProgram {
    private static final String PASS = "pass-on";

    private CardWitnessProgram() {}

    /**
     * Writes the program.
     *
     * @param countersFd descriptor of the counters map of the programs on the tunnel
     * @param order of the CPU that will run it
     */
    public static Assembler emit(CardProgramSpec spec, int countersFd, ByteOrder order) {
        FanEmitter emitter = new FanEmitter(ETHERNET, FanEmitter.SEND_REASONS, countersFd, order);
        Assembler asm = emitter.asm;

        asm.add(Alu.MOV.reg(R6, R1));
        emitter.loadFrame(INNER, Jump.GT, PASS);
        asm.add(Width.HALF.load(R1, R2, UDP + 2))
                .add(Jump.NE.imm32(R1, asm.network16(spec.port()), PASS))
                .add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), PASS))
                .add(Width.HALF.load(R4, R2, UDP), Instruction.toBigEndian(R4, 16))
                .add(Width.WORD.load(R1, R6, TC_INDEX))
                .add(Jump.NE.reg32(R1, R4, PASS))
                .add(Width.BYTE.load(R1, R2, IPV4))
                .add(Jump.NE.imm32(R1, 0x45, PASS))
                .add(Width.BYTE.load(R1, R2, IPV4 + 9))
                .add(Jump.NE.imm32(R1, OuterHeaders.IPPROTO_UDP, PASS))
                .add(Width.WORD.load(R1, R2, VXLAN + 4))
                .add(Jump.NE.imm32(R1, asm.network32(spec.fan().vni() << 8), PASS));
        emitter.loadAddress(R9, IPV4 + 12);
        List<Ipv4Address> locals = spec.fan().localAddresses();
        int last = locals.size() - 1;
        for (int i = 0; i < last; i++) {
            asm.add(Jump.EQ.imm32(R9, locals.get(i).bits(), "from-us"));
        }
        asm.add(Jump.NE.imm32(R9, locals.get(last).bits(), PASS)).label("from-us");
        emitter.loadAddress(R7, IPV4 + 16);
        PathWitness.note(emitter, spec.fan(), R7, PathWitness.SENT);
        asm.label(PASS).add(Alu.MOV.imm(R0, NEXT), Instruction.exit());
        return asm;
    }
}
