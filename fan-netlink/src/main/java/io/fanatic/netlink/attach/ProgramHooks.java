package io.fanatic.netlink.attach;

import io.fanatic.netlink.bpf.BpfProgram;
import io.fanatic.netlink.bpf.Tcx;
import java.util.List;
import java.util.Set;

/**
 * Where our programs hang: {@linkplain TcxHooks tcx} where the kernel has it (6.6 and later), else filters of a
 * {@linkplain ClsactHooks clsact} qdisc. Both outlive the process, and both leave other people's programs alone. Programs are known by
 * their numbers, see {@link io.fanatic.netlink.bpf.ProgramRecord}.
 */
public interface ProgramHooks {

    /** The slot of programs on a device of ours. */
    int OWN_DEVICE = 1;

    /**
     * Attaches a program, in the place of ours.
     *
     * @param ours the numbers of those that may be there
     * @param slot tells apart the programs of several fans on one device, from 1 on; {@link #OWN_DEVICE} on a device of ours
     * @param clsactOurs whether the device's clsact was made for fans, see {@link #isClsactOurs}
     */
    void attach(int index, Tcx.Hook hook, BpfProgram program, Set<Integer> ours, int slot, boolean clsactOurs);

    /** The numbers of the programs where ours belong. */
    List<Integer> attached(int index, Tcx.Hook hook);

    /** Takes a program away; not there is no error. */
    void detach(int index, Tcx.Hook hook, int id);

    /** The numbers of the programs of monitors there, as far as this process may ask what a program is. */
    Set<Integer> observers(int index, Tcx.Hook hook);

    /** Whether a monitor that was killed has left a program there; to attach ours takes it away. */
    boolean hasLeftObserver(int index, Tcx.Hook hook);

    /** Whether to attach a program there makes a clsact qdisc. */
    boolean needsClsact(int index);

    /** Whether a program of a fan's that hangs there says that the device's clsact was made for fans, and is to go with the last of them. */
    boolean isClsactOurs(int index);

    /** Takes a device's clsact away, unless somebody has a filter in it; not there is no error. */
    void deleteClsact(int index);
}
