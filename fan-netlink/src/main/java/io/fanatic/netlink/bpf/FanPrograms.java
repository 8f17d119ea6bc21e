package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The two programs on a fan's tunnel, loaded, with the counters map they share. The third program, on the bridge, is {@link FanGate}.
 *
 * <pre>{@code
 * FanProgramSpec spec = new FanProgramSpec(mapping, vni, addresses, BpfFeatures.probe().tunnelLocalAddress());
 * try (FanPrograms programs = FanPrograms.load(spec)) {
 *     programs.attach(tunnelIndex);               // or a clsact filter with programs.encap().fd()
 * }
 * for (AttachedProgram found : FanPrograms.attached(tunnelIndex)) {
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

    /** Entries of that map, one for each {@link Counter}: room for more reasons, so that a later release can keep the map. */
    static final int COUNTERS = 32;

    private static final String ENCAP = "encap_";
    private static final String GUARD = "guard_";
    private static final int FINGERPRINT_DIGITS = 8;

    private final BpfMap counters;
    private final BpfProgram encap;
    private final BpfProgram guard;

    private FanPrograms(BpfMap counters, BpfProgram encap, BpfProgram guard) {
        this.counters = counters;
        this.encap = encap;
        this.guard = guard;
    }

    /** The names that the programs of this specification have on this CPU; asks the kernel nothing. */
    public static Names names(ProgramSpec spec) {
        return names(spec.encap(0, ByteOrder.nativeOrder()), spec.guard(0, ByteOrder.nativeOrder()));
    }

    private static Names names(Assembler encap, Assembler guard) {
        return new Names(ENCAP + fingerprint(encap), GUARD + fingerprint(guard));
    }

    static String fingerprint(Assembler program) {
        CRC32 crc = new CRC32();
        crc.update(program.bytesWithoutMaps());
        String digits = Integer.toHexString((int) crc.getValue());
        return "0".repeat(FINGERPRINT_DIGITS - digits.length()) + digits;
    }

    /**
     * Loads both programs with new counters.
     *
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    public static FanPrograms load(ProgramSpec spec) {
        return loadWith(spec, newCounters());
    }

    /**
     * Loads both programs and goes on counting where others stopped. Counters of another shape, as a different release may have left them,
     * are not taken over; new ones start at zero.
     *
     * @param existing the counters of the programs that are to be replaced; closed with these ones
     * @throws VerifierException when the verifier refuses
     * @throws ErrnoException when the kernel refuses for another reason
     */
    public static FanPrograms load(ProgramSpec spec, BpfMap existing) {
        return loadWith(spec, usable(existing));
    }

    /** The map that programs to be replaced count in, or a new one when it has another shape. */
    static BpfMap usable(BpfMap existing) {
        if (existing.info().isPerCpuArray(COUNTERS)) {
            return existing;
        }
        existing.close();
        return newCounters();
    }

    static BpfMap newCounters() {
        return BpfMap.createPerCpuArray(COUNTERS_NAME, COUNTERS);
    }

    private static FanPrograms loadWith(ProgramSpec spec, BpfMap counters) {
        BpfProgram encap = null;
        try {
            Assembler encapCode = spec.encap(counters.fd(), ByteOrder.nativeOrder());
            Assembler guardCode = spec.guard(counters.fd(), ByteOrder.nativeOrder());
            Names names = names(encapCode, guardCode);
            encap = BpfProgram.load(names.encap(), encapCode.bytes());
            return new FanPrograms(counters, encap, BpfProgram.load(names.guard(), guardCode.bytes()));
        } catch (RuntimeException e) {
            if (encap != null) {
                encap.close();
            }
            counters.close();
            throw e;
        }
    }

    /** The program for the tunnel's egress. */
    public BpfProgram encap() {
        return encap;
    }

    /** The program for the tunnel's ingress. */
    public BpfProgram guard() {
        return guard;
    }

    /** The map that both count in, {@link Counter#index} by index. */
    public BpfMap counters() {
        return counters;
    }

    /**
     * Attaches both programs to a tunnel through tcx, in the place of a fan's programs that are there; the guard goes first, so that a frame
     * which the new encap has an answered is let in. Programs of others stay. To know the names of those that are there takes CAP_SYS_ADMIN;
     * who has less attaches each by itself, see {@link ProgramRecord}.
     *
     * @param interfaceIndex of the tunnel, in the calling thread's network namespace
     * @throws ErrnoException when the kernel refuses; what was attached before the failure stays
     */
    public void attach(int interfaceIndex) {
        Tcx.attach(interfaceIndex, Tcx.Hook.INGRESS, guard, ours(interfaceIndex));
        Tcx.attach(interfaceIndex, Tcx.Hook.EGRESS, encap, ours(interfaceIndex));
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

    /** What the name of a program promises; {@link AttachedProgram#ofId} also looks at its map. */
    static AttachedProgram.Role role(String name) {
        if (name.length() == FanGate.PREFIX.length() + FINGERPRINT_DIGITS && name.startsWith(FanGate.PREFIX)) {
            return AttachedProgram.Role.GATE;
        } else if (name.length() == ENCAP.length() + FINGERPRINT_DIGITS) {
            if (name.startsWith(ENCAP)) {
                return AttachedProgram.Role.ENCAP;
            } else if (name.startsWith(GUARD)) {
                return AttachedProgram.Role.GUARD;
            }
        }
        return AttachedProgram.Role.FOREIGN;
    }

    /** Gives the descriptors back; what is attached stays attached. Again is harmless. */
    @Override
    public void close() {
        encap.close();
        guard.close();
        counters.close();
    }

    /**
     * The names of the two programs: {@code encap_} and {@code guard_}, each with 8 hexadecimal digits of fingerprint.
     *
     * @param encap on the tunnel's egress
     * @param guard on the tunnel's ingress
     */
    public record Names(String encap, String guard) {
        // Written out to start fast, see Ipv4Address.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Names that && encap.equals(that.encap) && guard.equals(that.guard);
        }

        @Override
        public int hashCode() {
            return Objects.hash(encap, guard);
        }
    }
}
