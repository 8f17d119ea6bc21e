package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Tcx;
import java.util.List;
import java.util.Set;

/**
 * Where the programs of tunnel and bridge hang: {@linkplain TcxHooks tcx} where the kernel has it (6.6 and later), else filters of a
 * {@linkplain ClsactHooks clsact} qdisc. Both outlive the process, and both leave other people's programs alone. Programs are known by
 * their numbers, see {@link io.fanatic.netlink.bpf.ProgramRecord}.
 */
interface ProgramHooks {

    /**
     * Attaches a program, in the place of ours.
     *
     * @param ours the numbers of those that may be there
     */
    void attach(int index, Tcx.Hook hook, BpfProgram program, Set<Integer> ours);

    /** The numbers of the programs where ours belong. */
    List<Integer> attached(int index, Tcx.Hook hook);

    /** Takes a program away; not there is no error. */
    void detach(int index, Tcx.Hook hook, int id);
}
