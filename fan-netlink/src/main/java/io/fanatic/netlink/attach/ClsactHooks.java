package io.fanatic.netlink.attach;

import io.fanatic.core.FanException;
import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Tcx;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.route.BpfFilter;
import io.fanatic.netlink.route.TrafficControl;
import io.fanatic.netlink.route.TrafficControl.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Programs as direct-action filters of tc-bpf(8), at a priority of their own, with the slot as handle. Somebody else may hang filters into
 * the same clsact, and with a clsact all its filters go: so it is deleted only while it is empty. That of a device of ours ends with the
 * device, or with the run that made it when that is undone, so that a bridge of somebody else's stays as it was. On a device of somebody
 * else's, each filter says by its name whether the clsact was made for fans: that is true as long as the filter is there, and does not go with
 * the tunnel, as the record of the programs does.
 */
public final class ClsactHooks implements ProgramHooks {
    static final int PRIORITY = 250;
    private static final String NAME = "fan ";
    private static final String MADE_FOR_FANS = " clsact";

    private final TrafficControl trafficControl;
    private final Set<Integer> made;
    private final ClsactObservers observers;

    /** @param made the devices whose clsact this run has made; changes with what is done here */
    public ClsactHooks(TrafficControl trafficControl, Set<Integer> made) {
        this.trafficControl = trafficControl;
        this.made = made;
        this.observers = new ClsactObservers(trafficControl);
    }

    @Override
    public void attach(int index, Tcx.Hook hook, BpfProgram program, Set<Integer> ours, int slot, boolean clsactOurs) {
        if (needsClsact(index)) {
            trafficControl.addClsact(index);
            made.add(index);
        }
        for (BpfFilter filter : filters(index, hook)) {
            if (filter.handle() == slot && !ours.contains(filter.programId())) {
                throw new FanException(
                        FanException.Reason.CONFLICT,
                        "a filter that is not ours has priority " + PRIORITY + " and handle " + slot
                                + " on a device of the fan (\"tc filter show\" lists it); remove that filter");
            }
        }
        String label = NAME + program.info().name() + (clsactOurs ? MADE_FOR_FANS : "");
        trafficControl.replaceFilter(index, direction(hook), PRIORITY, slot, program.fd(), label);
        observers.deleteLeft(index, hook);
    }

    @Override
    public List<Integer> attached(int index, Tcx.Hook hook) {
        List<Integer> ids = new ArrayList<>();
        for (BpfFilter filter : filters(index, hook)) {
            ids.add(filter.programId());
        }
        return ids;
    }

    private List<BpfFilter> filters(int index, Tcx.Hook hook) {
        List<BpfFilter> filters = new ArrayList<>(trafficControl.filters(index, direction(hook)));
        filters.removeIf(filter -> filter.priority() != PRIORITY);
        return filters;
    }

    @Override
    public void detach(int index, Tcx.Hook hook, int id) {
        for (BpfFilter filter : filters(index, hook)) {
            if (filter.programId() == id) {
                try {
                    trafficControl.deleteFilter(index, direction(hook), PRIORITY, filter.handle());
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.ENOENT && e.errno() != Errno.EINVAL) {
                        throw e;
                    }
                }
            }
        }
        observers.deleteAll(index, hook);
        if (made.contains(index)) {
            deleteClsact(index);
        }
    }

    @Override
    public Set<Integer> observers(int index, Tcx.Hook hook) {
        return observers.ids(index, hook);
    }

    @Override
    public boolean hasLeftObserver(int index, Tcx.Hook hook) {
        return observers.hasLeft(index, hook);
    }

    @Override
    public boolean needsClsact(int index) {
        return !trafficControl.hasClsact(index);
    }

    @Override
    public boolean isClsactOurs(int index) {
        for (Tcx.Hook hook : Tcx.Hook.values()) {
            for (BpfFilter filter : filters(index, hook)) {
                if (filter.name().startsWith(NAME) && filter.name().endsWith(MADE_FOR_FANS)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void deleteClsact(int index) {
        boolean empty = trafficControl.filters(index, Direction.INGRESS).isEmpty()
                && trafficControl.filters(index, Direction.EGRESS).isEmpty();
        if (empty && trafficControl.hasClsact(index)) {
            trafficControl.deleteClsact(index);
            made.remove(index);
        }
    }

    static Direction direction(Tcx.Hook hook) {
        return hook == Tcx.Hook.INGRESS ? Direction.INGRESS : Direction.EGRESS;
    }
}
