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
        return new BpfFeatures(setsTunnelKey(TunnelKey.SIZE, 0), Tcx.isSupported());
    }

    /**
     * Whether a tunnel key may ask for no checksum in the outer UDP header (upstream 4.5): encap does.
     *
     * @throws ErrnoException as {@link #probe}
     */
    public static boolean zeroChecksum() {
        return setsTunnelKey(TunnelKey.SIZE_WITHOUT_LOCAL, TunnelKey.ZERO_CHECKSUM);
    }

    /** Sets a tunnel key on a frame that goes nowhere. */
    private static boolean setsTunnelKey(int size, int flags) {
        int key = -TunnelKey.SIZE - 4;
        Assembler program = new Assembler(ByteOrder.nativeOrder());
        for (int offset = key; offset < 0; offset += 8) {
            program.add(Width.DWORD.storeImm(R10, offset, 0));
        }
        program.add(Alu.MOV.reg(R2, R10), Alu.ADD.imm(R2, key))
                .add(Alu.MOV.imm(R3, size), Alu.MOV.imm(R4, flags))
                .add(Helper.SKB_SET_TUNNEL_KEY.call(), Instruction.exit());
        try (BpfProgram probe = BpfProgram.load("fan_probe", program.bytes())) {
            return probe.run(new byte[64]).result() == 0;
        }
    }
}
