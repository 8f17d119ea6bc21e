package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The programs of one specification, loaded, with the counters map that they share.
 *
 * <pre>{@code
 * FanProgramSpec spec = new FanProgramSpec(mapping, vni, addresses, BpfFeatures.probe().tunnelLocalAddress());
 * try (FanPrograms programs = FanPrograms.load(spec)) {
 *     programs.attach(tunnelIndex);               // or a clsact filter with programs.get(Role.ENCAP).fd()
 * }
 * for (AttachedProgram found : FanPrograms.attached(tunnelIndex, Tcx.Hook.EGRESS)) {
 *     Map<Counter, Long> counts = FanPrograms.counters(found.countersMapId());
 * }
 * }</pre>
 *
 * <p>A program's name ends in a fingerprint of its instructions, so that comparing names tells whether what is attached is what is
 * wanted. To ask the kernel for the name of an attached program takes CAP_SYS_ADMIN; who has less knows them by a {@link ProgramRecord}.
 */
public final class FanPrograms implements AutoCloseable {

    /** The name of the counters map in the kernel. */
    static final String COUNTERS_NAME = "fan_counters";

    /** Counters in that map, one for each {@link Counter}: room for more reasons, so that a later release can keep the map. */
    static final int COUNTERS = 32;

    /**
     * Entries of that map: the counters, then for each the time of its last frame in nanoseconds since the machine was started, then what
     * {@link PathWitness} has.
     */
    static final int ENTRIES = PathWitness.SENT + PathWitness.PLACES;

    private final BpfMap counters;
    private final List<Role> roles;
    private final List<String> names;
    private final List<BpfProgram> programs = new ArrayList<>();

    private boolean keepsCounters;

    private FanPrograms(BpfMap counters, ProgramSpec spec) {
        this.counters = counters;
        this.roles = spec.roles();
        this.names = spec.names();
    }

    /**
     * Loads the programs with new counters.
     *
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    public static FanPrograms load(ProgramSpec spec) {
        return loadWith(spec, newCounters());
    }

    /**
     * Loads the programs and goes on counting where others stopped. Counters of another shape, as a different release may have left them,
     * are not taken over; new ones start at zero.
     *
     * @param existing the counters of the programs that are to be replaced; closed with these ones
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    public static FanPrograms load(ProgramSpec spec, BpfMap existing) {
        if (existing.info().isPerCpuArray(ENTRIES)) {
            return loadWith(spec, existing);
        }
        existing.close();
        return load(spec);
    }

    private static BpfMap newCounters() {
        return BpfMap.createPerCpuArray(COUNTERS_NAME, ENTRIES);
    }

    private static FanPrograms loadWith(ProgramSpec spec, BpfMap counters) {
        FanPrograms loaded = new FanPrograms(counters, spec);
        List<String> functions = new ArrayList<>();
        spec.roles().forEach(role -> functions.add(role.function()));
        try (FanObject object =
                FanObject.load(spec.constants().bytes(), functions, Optional.of(counters), Optional.empty())) {
            for (String function : functions) {
                loaded.programs.add(new BpfProgram(object.programFd(function)));
            }
            return loaded;
        } catch (RuntimeException e) {
            loaded.close();
            throw e;
        }
    }

    /** As {@link ProgramSpec#names}. */
    public List<String> names() {
        return names;
    }

    /** The programs, in the order of {@link ProgramSpec#roles}. */
    public List<BpfProgram> all() {
        return List.copyOf(programs);
    }

    /**
     * One of the programs.
     *
     * @param role one of {@link ProgramSpec#roles}
     */
    public BpfProgram get(Role role) {
        return programs.get(roles.indexOf(role));
    }

    /** The map that they count in, {@link Counter#index} by index. */
    public BpfMap counters() {
        return counters;
    }

    /**
     * Attaches the programs to a device of ours through tcx, in the place of a fan's programs that are there. Programs of others stay. To
     * know the names of those that are there takes CAP_SYS_ADMIN; who has less attaches each by itself, see {@link ProgramRecord}.
     *
     * @param interfaceIndex of the device, in the calling thread's network namespace
     * @throws ErrnoException when the kernel refuses; what was attached before the failure stays
     */
    public void attach(int interfaceIndex) {
        for (Role role : roles) {
            Tcx.attach(interfaceIndex, role.hook(), get(role), ours(interfaceIndex));
        }
    }

    /**
     * Detaches every fan's program from a tunnel's or bridge's tcx hooks and leaves the others; nothing there is no error. Takes CAP_SYS_ADMIN.
     *
     * @throws ErrnoException ENODEV without the device
     */
    public static void detach(int interfaceIndex) {
        for (int id : ours(interfaceIndex)) {
            for (Tcx.Hook hook : Tcx.Hook.values()) {
                Tcx.detach(interfaceIndex, hook, id);
            }
        }
    }

    /** The numbers of all fans' programs on a device. */
    static Set<Integer> ours(int interfaceIndex) {
        Set<Integer> ids = new HashSet<>();
        for (Tcx.Hook hook : Tcx.Hook.values()) {
            for (AttachedProgram found : attached(interfaceIndex, hook)) {
                if (found.role() != AttachedProgram.Role.FOREIGN) {
                    ids.add(found.id());
                }
            }
        }
        return ids;
    }

    /**
     * What a device has on a tcx hook, in the order in which it runs; takes CAP_SYS_ADMIN.
     *
     * @throws ErrnoException ENODEV without the device, EINVAL on a kernel without tcx
     */
    public static List<AttachedProgram> attached(int interfaceIndex, Tcx.Hook hook) {
        List<Integer> ids = Tcx.query(interfaceIndex, hook);
        List<AttachedProgram> found = new ArrayList<>(ids.size());
        for (int id : ids) {
            try {
                found.add(AttachedProgram.ofId(id));
            } catch (ErrnoException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                } // it was detached in between
            }
        }
        return found;
    }

    /**
     * Reads the counters, each summed over all CPUs; the map has every counter, in declaration order.
     *
     * @throws ErrnoException ENOENT when the map is gone, EPERM without CAP_SYS_ADMIN
     */
    public static Map<Counter, Long> counters(int countersMapId) {
        try (BpfMap map = BpfMap.byId(countersMapId)) {
            return counters(map);
        }
    }

    /** As {@link #counters(int)}. */
    public static Map<Counter, Long> counters(BpfMap map) {
        long[] sums = map.sums(COUNTERS);
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, sums[counter.index()]);
        }
        return counts;
    }

    /**
     * {@return when the last frame was dropped for each reason that somebody should look at; a reason that there was not is left out}
     */
    public static Map<Counter, Instant> lastDrops(BpfMap map) {
        Map<Counter, Instant> times = new EnumMap<>(Counter.class);
        Instant start = Uptime.start();
        for (Counter counter : Counter.values()) {
            long nanos = map.largest(COUNTERS + counter.index());
            if (nanos > 0) {
                times.put(counter, start.plusNanos(nanos));
            }
        }
        return times;
    }

    /** Sets all counters to zero, and forgets the times. A frame that is counted meanwhile on another CPU may be lost. */
    public static void reset(BpfMap map) {
        for (int i = 0; i < 2 * COUNTERS; i++) {
            map.clear(i);
        }
    }

    /** The counters, which {@link #close} leaves open now. */
    public BpfMap keepCounters() {
        keepsCounters = true;
        return counters;
    }

    /** Gives the descriptors back; what is attached stays attached. Again is harmless. */
    @Override
    public void close() {
        programs.forEach(BpfProgram::close);
        if (!keepsCounters) {
            counters.close();
        }
    }
}
