package io.fanatic.harness.lab;

import io.fanatic.netlink.bpf.Alu;
import io.fanatic.netlink.bpf.Assembler;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Helper;
import io.fanatic.netlink.bpf.Instruction;
import io.fanatic.netlink.bpf.Jump;
import io.fanatic.netlink.bpf.Register;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.nio.ByteOrder;

/**
 * Loses a share of the packets that leave an interface, at random: an eBPF program of six instructions, since few kernels have
 * the netem qdisc built in, and all that run a fan have eBPF.
 */
final class PacketLoss {
    private static final String NAME = "fanlab_loss";
    /** linux/pkt_cls.h. */
    private static final int TC_ACT_OK = 0;

    private static final int TC_ACT_SHOT = 2;
    private static final int PRIORITY = 1;
    private static final int HANDLE = 1;
    private static final double ALL = 4294967296.0;

    private PacketLoss() {}

    /**
     * Sets the share; to be called inside the interface's namespace.
     *
     * @param index the interface
     * @param share 0 to 1
     */
    static void set(int index, double share) {
        clear(index);
        if (share == 0) {
            return;
        }
        try (BpfProgram program = BpfProgram.load(NAME, code(share))) {
            if (Tcx.isSupported()) {
                Tcx.attach(index, Tcx.Hook.EGRESS, program);
            } else {
                try (NetlinkSocket netlink = NetlinkSocket.open()) {
                    TrafficControl control = new TrafficControl(netlink);
                    if (!control.hasClsact(index)) {
                        control.addClsact(index);
                    }
                    control.replaceFilter(index, TrafficControl.Direction.EGRESS, PRIORITY, HANDLE, program.fd(), NAME);
                }
            }
        }
    }

    private static byte[] code(double share) {
        int threshold = (int) (long) Math.min(ALL - 1, share * ALL);
        return new Assembler(ByteOrder.nativeOrder())
                .add(
                        Helper.GET_PRANDOM_U32.call(),
                        Jump.LT.imm32(Register.R0, threshold, "lose"),
                        Alu.MOV.imm(Register.R0, TC_ACT_OK),
                        Instruction.exit())
                .label("lose")
                .add(Alu.MOV.imm(Register.R0, TC_ACT_SHOT), Instruction.exit())
                .bytes();
    }

    private static void clear(int index) {
        if (Tcx.isSupported()) {
            for (int id : Tcx.query(index, Tcx.Hook.EGRESS)) {
                try (BpfProgram program = BpfProgram.byId(id)) {
                    if (program.info().name().equals(NAME)) {
                        Tcx.detach(index, Tcx.Hook.EGRESS, id);
                    }
                }
            }
            return;
        }
        try (NetlinkSocket netlink = NetlinkSocket.open()) {
            TrafficControl control = new TrafficControl(netlink);
            if (control.hasClsact(index)) {
                try {
                    control.deleteFilter(index, TrafficControl.Direction.EGRESS, PRIORITY, HANDLE);
                } catch (ErrnoException none) {
                    // It was not there.
                    return;
                }
            }
        }
    }
}
