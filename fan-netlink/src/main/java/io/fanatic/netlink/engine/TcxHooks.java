package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.FanGate;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.Tcx;
import java.util.Optional;

/** Programs on the device itself; replaced atomically. */
final class TcxHooks implements ProgramHooks {

    @Override
    public void attach(int index, FanPrograms programs) {
        programs.attach(index);
    }

    @Override
    public Optional<AttachedProgram> guard(int index) {
        return find(index, Tcx.Hook.INGRESS, AttachedProgram.Role.GUARD);
    }

    @Override
    public Optional<AttachedProgram> encap(int index) {
        return find(index, Tcx.Hook.EGRESS, AttachedProgram.Role.ENCAP);
    }

    @Override
    public void attach(int index, FanGate gate) {
        gate.attach(index);
    }

    @Override
    public Optional<AttachedProgram> gate(int index) {
        return find(index, Tcx.Hook.INGRESS, AttachedProgram.Role.GATE);
    }

    private static Optional<AttachedProgram> find(int index, Tcx.Hook hook, AttachedProgram.Role role) {
        for (AttachedProgram program : FanPrograms.attached(index, hook)) {
            if (program.role() == role) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    @Override
    public void detach(int index) {
        FanPrograms.detach(index);
    }
}
