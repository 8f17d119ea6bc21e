package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.FanPrograms;
import java.util.Optional;

/**
 * Where a tunnel's programs hang: {@linkplain TcxHooks tcx} where the kernel has it (6.6 and later), else filters of a
 * {@linkplain ClsactHooks clsact} qdisc. Both outlive the process, and both leave other people's programs alone.
 */
interface ProgramHooks {

    /** Attaches both programs, or puts them in the place of ours; first the guard, so that nothing unguarded comes in. */
    void attach(int index, FanPrograms programs);

    /** Our guard on a tunnel. */
    Optional<AttachedProgram> guard(int index);

    /** Our encap on a tunnel. */
    Optional<AttachedProgram> encap(int index);

    /** Takes our programs away; none there is no error. */
    void detach(int index);
}
