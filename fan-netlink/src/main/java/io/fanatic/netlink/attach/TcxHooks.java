package io.fanatic.netlink.attach;

import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.FanObserver;
import io.fanatic.netlink.bpf.Tcx;
import java.util.List;
import java.util.Set;

/** Programs on the device itself. */
public final class TcxHooks implements ProgramHooks {

    @Override
    public void attach(int index, Tcx.Hook hook, BpfProgram program, Set<Integer> ours, int slot, boolean clsactOurs) {
        Tcx.attach(index, hook, program, ours);
    }

    @Override
    public List<Integer> attached(int index, Tcx.Hook hook) {
        return Tcx.query(index, hook);
    }

    @Override
    public void detach(int index, Tcx.Hook hook, int id) {
        Tcx.detach(index, hook, id);
    }

    @Override
    public Set<Integer> observers(int index, Tcx.Hook hook) {
        return FanObserver.among(Tcx.query(index, hook));
    }

    @Override
    public boolean hasLeftObserver(int index, Tcx.Hook hook) {
        return false;
    }

    @Override
    public boolean needsClsact(int index) {
        return false;
    }

    @Override
    public boolean isClsactOurs(int index) {
        return false;
    }

    @Override
    public void deleteClsact(int index) {
        // None was made.
    }
}
