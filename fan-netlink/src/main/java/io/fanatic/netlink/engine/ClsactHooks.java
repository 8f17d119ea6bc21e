package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.FanGate;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.TrafficControl.Direction;
import java.util.Optional;

/**
 * Programs as direct-action filters of tc-bpf(8), at a priority and handle of their own. Tunnel and bridge are ours, so is usually
 * their clsact; but somebody may hang filters there too, and with a clsact all its filters go: it is never deleted, it ends
 * with the device.
 */
final class ClsactHooks implements ProgramHooks {
    private static final int PRIORITY = 250;
    private static final int HANDLE = 1;

    private final TrafficControl trafficControl;

    ClsactHooks(TrafficControl trafficControl) {
        this.trafficControl = trafficControl;
    }

    @Override
    public void attach(int index, FanPrograms programs) {
        requireClsact(index);
        int guard = programs.guard().fd();
        trafficControl.replaceFilter(index, Direction.INGRESS, PRIORITY, HANDLE, guard, "fan guard");
        int encap = programs.encap().fd();
        trafficControl.replaceFilter(index, Direction.EGRESS, PRIORITY, HANDLE, encap, "fan encap");
    }

    @Override
    public void attach(int index, FanGate gate) {
        requireClsact(index);
        trafficControl.replaceFilter(
                index, Direction.INGRESS, PRIORITY, HANDLE, gate.program().fd(), "fan gate");
    }

    private void requireClsact(int index) {
        if (!trafficControl.hasClsact(index)) {
            trafficControl.addClsact(index);
        }
    }

    @Override
    public Optional<AttachedProgram> gate(int index) {
        return find(index, Direction.INGRESS, AttachedProgram.Role.GATE);
    }

    @Override
    public Optional<AttachedProgram> guard(int index) {
        return find(index, Direction.INGRESS, AttachedProgram.Role.GUARD);
    }

    @Override
    public Optional<AttachedProgram> encap(int index) {
        return find(index, Direction.EGRESS, AttachedProgram.Role.ENCAP);
    }

    private Optional<AttachedProgram> find(int index, Direction direction, AttachedProgram.Role role) {
        for (BpfFilter filter : trafficControl.filters(index, direction)) {
            if (filter.priority() == PRIORITY && filter.handle() == HANDLE) {
                AttachedProgram program = AttachedProgram.ofId(filter.programId());
                return program.role() == role ? Optional.of(program) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    @Override
    public void detach(int index) {
        for (Direction direction : Direction.values()) {
            try {
                trafficControl.deleteFilter(index, direction, PRIORITY, HANDLE);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                    throw e;
                }
            }
        }
    }
}
