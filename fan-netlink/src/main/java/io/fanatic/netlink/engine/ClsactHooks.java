package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.TrafficControl.Direction;
import java.util.List;
import java.util.Set;

/**
 * Programs as direct-action filters of tc-bpf(8), at a priority and handle of their own. Tunnel and bridge are ours, so is usually
 * their clsact; but somebody may hang filters there too, and with a clsact all its filters go: it ends with the device, and is
 * deleted only by the run that made it, while it is empty, so that undoing leaves a bridge of somebody else's as it was.
 */
final class ClsactHooks implements ProgramHooks {
    private static final int PRIORITY = 250;
    private static final int HANDLE = 1;

    private final TrafficControl trafficControl;
    private final Set<Integer> made;

    /** @param made the devices whose clsact this run has made; changes with what is done here */
    ClsactHooks(TrafficControl trafficControl, Set<Integer> made) {
        this.trafficControl = trafficControl;
        this.made = made;
    }

    @Override
    public void attach(int index, Tcx.Hook hook, BpfProgram program, Set<Integer> ours) {
        if (!trafficControl.hasClsact(index)) {
            trafficControl.addClsact(index);
            made.add(index);
        }
        if (!ours.containsAll(attached(index, hook))) {
            throw new FanException(
                    FanException.Reason.CONFLICT,
                    "a filter that is not ours has priority " + PRIORITY + " and handle " + HANDLE
                            + " on a device of the fan (\"tc filter show\" lists it); remove that filter");
        }
        String name = program.info().name();
        String label = "fan " + name.substring(0, Math.max(0, name.indexOf('_')));
        trafficControl.replaceFilter(index, direction(hook), PRIORITY, HANDLE, program.fd(), label);
    }

    @Override
    public List<Integer> attached(int index, Tcx.Hook hook) {
        for (BpfFilter filter : trafficControl.filters(index, direction(hook))) {
            if (filter.priority() == PRIORITY && filter.handle() == HANDLE) {
                return List.of(filter.programId());
            }
        }
        return List.of();
    }

    @Override
    public void detach(int index, Tcx.Hook hook, int id) {
        if (!attached(index, hook).contains(id)) {
            return;
        }
        try {
            trafficControl.deleteFilter(index, direction(hook), PRIORITY, HANDLE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
        boolean empty = trafficControl.filters(index, Direction.INGRESS).isEmpty()
                && trafficControl.filters(index, Direction.EGRESS).isEmpty();
        if (empty && made.remove(index)) {
            trafficControl.deleteClsact(index);
        }
    }

    private static Direction direction(Tcx.Hook hook) {
        return hook == Tcx.Hook.INGRESS ? Direction.INGRESS : Direction.EGRESS;
    }
}
