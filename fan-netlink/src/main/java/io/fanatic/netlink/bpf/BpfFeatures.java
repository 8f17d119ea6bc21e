package io.fanatic.netlink.bpf;

import static io.fanatic.netlink.bpf.Register.R10;
import static io.fanatic.netlink.bpf.Register.R2;
import static io.fanatic.netlink.bpf.Register.R3;
import static io.fanatic.netlink.bpf.Register.R4;

import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteOrder;

/**
 * What the running kernel can do, found out by doing it: distributions move features between versions, so that a version number proves
 * nothing.
 *
 * @param tunnelLocalAddress whether the tunnel key carries a local address (upstream 6.0), see
 *     {@link FanProgramSpec#setsLocalAddress}
 * @param tcx whether devices have the tcx hooks (upstream 6.6); without them attach through a clsact filter
 */
public record BpfFeatures(boolean tunnelLocalAddress, boolean tcx) {

    /**
     * Tries everything; takes well below a millisecond.
     *
     * @throws ErrnoException EPERM when the caller may not use eBPF, ENOSYS when the kernel has none
     */
    public static BpfFeatures probe() {
        return new BpfFeatures(probeTunnelLocalAddress(), Tcx.isSupported());
    }

    /** Sets a tunnel key of the size that includes the local address, on a frame that goes nowhere. */
    private static boolean probeTunnelLocalAddress() {
        int key = -TunnelKey.SIZE - 4;
        Assembler program = new Assembler(ByteOrder.nativeOrder());
        for (int offset = key; offset < 0; offset += 8) {
            program.add(Width.DOUBLE.storeImm(R10, offset, 0));
        }
        program.add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, key))
                .add(Alu.MOV.imm(R3, TunnelKey.SIZE), Alu.MOV.imm(R4, 0))
                .add(Helper.SKB_SET_TUNNEL_KEY.call(), Instruction.exit());
        try (BpfProgram probe = BpfProgram.load("fan_probe", program.bytes())) {
            return probe.run(new byte[64]).result() == 0;
        }
    }
}
