package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.FanEmitter.ETHERNET;
import static io.fanatic.netlink.bpf.FanEmitter.ETH_P_IP;
import static io.fanatic.netlink.bpf.FanEmitter.GSO_SIZE;
import static io.fanatic.netlink.bpf.FanEmitter.KEY;
import static io.fanatic.netlink.bpf.FanEmitter.LEN;
import static io.fanatic.netlink.bpf.Register.R0;
import static io.fanatic.netlink.bpf.Register.R1;
import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;
import static io.fanatic.netlink.bpf.Register.R6;
import static io.fanatic.netlink.bpf.Register.R7;

import io.fanatic.core.Ipv4Prefix;
import java.util.List;

/** Packets without encapsulation: an IPv4 packet of a container in an Ethernet frame from one host to another. */
final class DirectPacket {
    /** struct bpf_redir_neigh: family, address. */
    private static final int NEXT_HOP_SIZE = 20;

    private static final String PREFIX = "direct-";

    private DirectPacket() {}

    /**
     * Sends a frame to the owner of its destination, in R7, R2 and R3 being the bounds of the linear part; leaves the verdict in R7.
     *
     * @param offLink where to go, R2 and R3 as before, when the owner is not on-link
     * @param otherwise where to go, the frame being untouched, with what is not IPv4 without options or does not fit the device
     */
    static void send(FanEmitter emitter, DirectProgramSpec spec, String offLink, String otherwise) {
        Assembler asm = emitter.asm;
        requireOnLink(emitter, R7, spec.onLink(), offLink);
        asm.add(Width.HALF.load(R1, R2, 12))
                .add(Jump.NE.imm32(R1, asm.network16(ETH_P_IP), otherwise))
                .add(Width.BYTE.load(R1, R2, ETHERNET))
                .add(Jump.NE.imm32(R1, 0x45, otherwise))
                .add(Width.WORD.load(R4, R6, LEN), Alu.SUB.imm(R4, ETHERNET))
                .add(Width.WORD.load(R1, R6, GSO_SIZE))
                .add(Jump.NE.imm32(R1, 0, PREFIX + OuterHeaders.SEGMENTS));
        OuterHeaders.requireFits(asm, PREFIX, Alu.MOV.imm(R2, spec.card()), otherwise);
        asm.add(Alu.MOV.imm(R1, spec.card()));
        redirectToNeighbour(asm, R7);
        asm.add(Alu.MOV.reg(R7, R0));
    }

    /** The rare case of {@link #send}. */
    static void slowPath(FanEmitter emitter, String otherwise) {
        OuterHeaders.directSegments(emitter, PREFIX, otherwise);
    }

    /** Jumps unless the address is in one of the networks. */
    static void requireOnLink(FanEmitter emitter, Register address, List<Ipv4Prefix> networks, String otherwise) {
        int last = networks.size() - 1;
        for (int i = 0; i < last; i++) {
            emitter.asm
                    .add(
                            Alu.MOV.reg32(R1, address),
                            Alu.AND.imm32(R1, networks.get(i).mask()))
                    .add(Jump.EQ.imm32(R1, networks.get(i).network().bits(), "on-link"));
        }
        emitter.requireInside(address, networks.get(last), otherwise);
        emitter.asm.label("on-link");
    }

    /** Sends the packet, R1 being the index of a device, with the Ethernet addresses of a neighbour there; the verdict is in R0. */
    static void redirectToNeighbour(Assembler asm, Register neighbour) {
        asm.add(Alu.MOV.reg32(R2, neighbour), Instruction.toBigEndian(R2, 32))
                .add(Width.WORD.storeImm(R10, KEY, FibLookup.AF_INET), Width.WORD.store(R10, KEY + 4, R2))
                .add(Width.DWORD.storeImm(R10, KEY + 8, 0), Width.WORD.storeImm(R10, KEY + 16, 0))
                .add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, KEY))
                .add(Alu.MOV.imm(R3, NEXT_HOP_SIZE), Alu.MOV.imm(R4, 0))
                .add(Helper.REDIRECT_NEIGH.call());
    }
}
