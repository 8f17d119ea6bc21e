package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.FanPrograms;
import java.util.List;
import java.util.Set;

/**
 * Where a tunnel's programs hang: {@linkplain TcxHooks tcx} where the kernel has it (6.6 and later), else filters of a
 * {@linkplain ClsactHooks clsact} qdisc. Both outlive the process, and both leave other people's programs alone. Programs
 * are known by their numbers, see {@link io.fanatic.netlink.bpf.ProgramNote}.
 */
interface ProgramHooks {

    /**
     * Attaches both programs, in the place of ours; first the guard, so that nothing unguarded comes in.
     *
     * @param ours the numbers of those that may be there
     */
    void attach(int index, FanPrograms programs, Set<Integer> ours);

    /** The programs where our guard belongs. */
    List<Integer> ingress(int index);

    /** The programs where our encap belongs. */
    List<Integer> egress(int index);

    /** Takes programs of ours away; none there is no error. */
    void detach(int index, Set<Integer> ours);
}
