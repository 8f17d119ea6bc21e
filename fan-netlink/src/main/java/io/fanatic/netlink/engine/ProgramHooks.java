package io.fanatic.netlink.engine;

import io.fanatic.netlink.bpf.AttachedProgram;
import io.fanatic.netlink.bpf.FanGate;
import io.fanatic.netlink.bpf.FanPrograms;
import java.util.Optional;

/**
 * Where the programs of tunnel and bridge hang: {@linkplain TcxHooks tcx} where the kernel has it (6.6 and later), else filters of a
 * {@linkplain ClsactHooks clsact} qdisc. Both outlive the process, and both leave other people's programs alone.
 */
interface ProgramHooks {

    /** Attaches both programs, or puts them in the place of ours; first the guard, so that nothing unguarded comes in. */
    void attach(int index, FanPrograms programs);

    /** Our guard on a tunnel. */
    Optional<AttachedProgram> guard(int index);

    /** Our encap on a tunnel. */
    Optional<AttachedProgram> encap(int index);

    /** Attaches the gate to a bridge, or puts it in the place of ours. */
    void attach(int index, FanGate gate);

    /** Our gate on a bridge. */
    Optional<AttachedProgram> gate(int index);

    /** Takes our programs away; none there is no error. */
    void detach(int index);
}
