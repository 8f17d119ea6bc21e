package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.TrafficControl.Direction;
import java.util.List;
import java.util.Set;

/**
 * Programs as direct-action filters of tc-bpf(8), at a priority and handle of their own. The tunnel is ours, so is usually its
 * clsact; but somebody may hang filters there too, and with a clsact all its filters go: it is never deleted, it ends with the
 * tunnel.
 */
final class ClsactHooks implements ProgramHooks {
    private static final int PRIORITY = 250;
    private static final int HANDLE = 1;

    private final TrafficControl trafficControl;

    ClsactHooks(TrafficControl trafficControl) {
        this.trafficControl = trafficControl;
    }

    @Override
    public void attach(int index, FanPrograms programs, Set<Integer> ours) {
        if (!trafficControl.hasClsact(index)) {
            trafficControl.addClsact(index);
        }
        for (Direction direction : Direction.values()) {
            if (!ours.containsAll(at(index, direction))) {
                throw new FanException(
                        FanException.Reason.CONFLICT,
                        "a filter that is not ours has priority " + PRIORITY + " and handle " + HANDLE
                                + " on the tunnel (\"tc filter show\" lists it); remove that filter");
            }
        }
        int guard = programs.guard().fd();
        trafficControl.replaceFilter(index, Direction.INGRESS, PRIORITY, HANDLE, guard, "fan guard");
        int encap = programs.encap().fd();
        trafficControl.replaceFilter(index, Direction.EGRESS, PRIORITY, HANDLE, encap, "fan encap");
    }

    @Override
    public List<Integer> ingress(int index) {
        return at(index, Direction.INGRESS);
    }

    @Override
    public List<Integer> egress(int index) {
        return at(index, Direction.EGRESS);
    }

    private List<Integer> at(int index, Direction direction) {
        for (BpfFilter filter : trafficControl.filters(index, direction)) {
            if (filter.priority() == PRIORITY && filter.handle() == HANDLE) {
                return List.of(filter.programId());
            }
        }
        return List.of();
    }

    @Override
    public void detach(int index, Set<Integer> ours) {
        for (Direction direction : Direction.values()) {
            for (int id : at(index, direction)) {
                if (ours.contains(id)) {
                    delete(index, direction);
                }
            }
        }
    }

    private void delete(int index, Direction direction) {
        try {
            trafficControl.deleteFilter(index, direction, PRIORITY, HANDLE);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }
}
