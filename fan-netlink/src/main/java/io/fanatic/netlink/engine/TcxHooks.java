package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.bpf.Tcx;
import java.util.List;
import java.util.Set;

/** Programs on the device itself. */
final class TcxHooks implements ProgramHooks {

    @Override
    public void attach(int index, FanPrograms programs, Set<Integer> ours) {
        programs.attach(index, ours);
    }

    @Override
    public List<Integer> ingress(int index) {
        return Tcx.query(index, Tcx.Hook.INGRESS);
    }

    @Override
    public List<Integer> egress(int index) {
        return Tcx.query(index, Tcx.Hook.EGRESS);
    }

    @Override
    public void detach(int index, Set<Integer> ours) {
        FanPrograms.detach(index, ours);
    }
}
