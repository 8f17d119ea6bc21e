package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Programs that only look, in front of those of fans: each decides as the one behind it will, tells what it would drop or pass, and
 * hands the frame on as it is. The programs of the fans are never touched.
 *
 * <p>Not safe for use by several threads.
 */
public final class FanObserver implements AutoCloseable {
    private static final int RING_BYTES = 1 << 20;
    /** Of the map that they count in, by which they are known. */
    private static final String NAME = "fan_observed";

    private final Set<Counter> reasons;
    private final BpfMap records;
    private final RecordReader reader;
    private final Map<Integer, BpfMap> counts = new HashMap<>();
    private final Instant started = Uptime.start();

    /**
     * Begins with nothing attached.
     *
     * @param reasons what to tell of, of both directions
     * @throws ErrnoException when the kernel refuses
     */
    public FanObserver(Set<Counter> reasons) {
        this.reasons = Set.copyOf(reasons);
        this.records = BpfMap.createRingBuffer("fan_monitor", RING_BYTES);
        this.reader = new RecordReader(records);
    }

    /**
     * Only frames of which one address lies here, or that came from this host.
     *
     * @param inner of source or destination inside: in one of these; of those of IPv6, where there is an Ethernet header
     * @param outerSource of the packet that the frame came in
     */
    public record Filter(List<Prefix> inner, Optional<Ipv4Address> outerSource) {
        /** Copies the list. */
        public Filter {
            inner = List.copyOf(inner);
        }
    }

    /** What is attached until it is closed. */
    public interface Attachment extends AutoCloseable {
        @Override
        void close();
    }

    /** Where programs are attached, in front of those of a fan. */
    public interface Hooks {
        /**
         * {@return what detaches the program}
         *
         * @param hook the direction
         * @param program what is attached
         */
        Attachment attach(Tcx.Hook hook, BpfProgram program);
    }

    /**
     * Attaches a program by a link of this process, with which it goes, however that ends (tcx, Linux 6.6).
     *
     * @param interfaceIndex of the device, in the calling thread's network namespace
     * @param hook the direction
     * @param program what is attached
     * @param others the numbers of the programs that it shall be in front of
     * @return what detaches it
     */
    public static Attachment byLink(int interfaceIndex, Tcx.Hook hook, BpfProgram program, Set<Integer> others) {
        int link = Tcx.link(interfaceIndex, hook, program, others);
        return () -> Native.LIBC.close(link);
    }

    /**
     * Attaches the programs to a device.
     *
     * @param fan its number, which the frames will have
     * @param spec of the programs that are there
     * @param hooks where
     * @param filters frames have to fit each of these
     * @return what detaches them again
     * @throws ErrnoException when the kernel refuses; then nothing is attached
     */
    public Attachment attach(int fan, ProgramSpec spec, Hooks hooks, List<Filter> filters) {
        BpfMap map = counts.computeIfAbsent(fan, number -> BpfMap.createPerCpuArray(NAME, FanPrograms.ENTRIES));
        List<String> functions = new ArrayList<>();
        List<Attachment> attached = new ArrayList<>();
        Attachment all = () -> attached.forEach(Attachment::close);
        try {
            for (Role role : spec.roles()) {
                if (role.isObserved()) {
                    functions.add(role.function());
                }
            }
            if (functions.isEmpty()) {
                return all;
            }
            try (FanObject object = FanObject.load(
                    spec.constants().observe(reasons, fan, filters).bytes(),
                    functions,
                    Optional.of(map),
                    Optional.of(records))) {
                for (Role role : spec.roles()) {
                    if (role.isObserved()) {
                        try (BpfProgram program = new BpfProgram(object.programFd(role.function()))) {
                            attached.add(hooks.attach(role.hook(), program));
                        }
                    }
                }
            }
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /**
     * {@return the next frame that was told of; empty when there is none now}
     */
    public Optional<ObservedFrame> next() {
        for (Optional<ByteBuffer> record = reader.next(); record.isPresent(); record = reader.next()) {
            Optional<ObservedFrame> frame = PacketRecord.read(record.get(), started);
            if (frame.isPresent()) {
                return frame;
            }
        }
        return Optional.empty();
    }

    /**
     * {@return how many frames there were of a fan, for each reason that was asked for; more than were told of, where there were too many}
     *
     * @param fan its number
     */
    public Map<Counter, Long> seen(int fan) {
        Map<Counter, Long> seen = new EnumMap<>(Counter.class);
        BpfMap map = counts.get(fan);
        if (map != null) {
            FanPrograms.counters(map).forEach((counter, count) -> {
                if (reasons.contains(counter)) {
                    seen.put(counter, count);
                }
            });
        }
        return seen;
    }

    /** {@return whether attaching failed because the device, or the programs there, were going} */
    public static boolean isGone(ErrnoException e) {
        return e.errno() == Errno.ENODEV || e.errno() == Errno.ENOENT;
    }

    /**
     * {@return those that are programs of a monitor; none where this process may not ask what a program is}
     *
     * @param ids numbers of programs
     */
    public static Set<Integer> among(List<Integer> ids) {
        Set<Integer> found = new HashSet<>();
        for (int id : ids) {
            try {
                if (AttachedProgram.uses(id, NAME)) {
                    found.add(id);
                }
            } catch (ErrnoException e) {
                // It may have gone meanwhile.
                if (e.errno() != Errno.EPERM && e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
        return found;
    }

    /** Gives back what it reads from; what is attached is to be closed before. */
    @Override
    public void close() {
        counts.values().forEach(BpfMap::close);
        reader.close();
        records.close();
    }
}
