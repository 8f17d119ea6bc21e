package io.fanatic.netlink.bpf;

import io.fanatic.core.Counter;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Prefix;
import io.fanatic.netlink.bpf.AttachedProgram.Role;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Programs that only look, in front of those of fans: each decides as the one behind it will, tells what it would drop or pass, and
 * hands the frame on as it is. They are held by links of this process, so they go when it ends, however it ends (tcx, Linux 6.6). The
 * programs of the fans are never touched.
 *
 * <p>Not safe for use by several threads.
 */
public final class FanObserver implements AutoCloseable {
    private static final int MAX_QUEUED = 4096;

    private final Set<Counter> reasons;
    private final BpfQueue queue;
    private final Map<Integer, BpfMap> counts = new HashMap<>();
    private final ByteBuffer record = Native.buffer(PacketRecord.BYTES);
    private final Instant started = Uptime.start();

    /**
     * Begins with nothing attached.
     *
     * @param reasons what to tell of, of both directions
     * @throws ErrnoException when the kernel refuses
     */
    public FanObserver(Set<Counter> reasons) {
        this.reasons = Set.copyOf(reasons);
        this.queue = BpfQueue.create("fan_monitor", PacketRecord.BYTES, MAX_QUEUED);
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

    /**
     * Attaches the programs to a device of ours.
     *
     * @param fan its number, which the frames will have
     * @param interfaceIndex of the device, in the calling thread's network namespace
     * @param spec of the programs that are there
     * @param attached the numbers of those
     * @param filters frames have to fit each of these
     * @return what detaches them again
     * @throws ErrnoException when the kernel refuses; then nothing is attached
     */
    public AutoCloseable attach(
            int fan, int interfaceIndex, ProgramSpec spec, Set<Integer> attached, List<Filter> filters) {
        BpfMap map = counts.computeIfAbsent(
                fan, number -> BpfMap.createPerCpuArray("fan_monitor", 2 * FanPrograms.COUNTERS));
        Observation observation = new Observation(reasons, filters, fan, queue.fd(), map.fd());
        Links links = new Links(new ArrayList<>());
        try {
            for (Role role : spec.roles()) {
                Optional<Assembler> code = spec.observe(role, observation, ByteOrder.nativeOrder());
                if (code.isPresent()) {
                    String name = "monitor_" + role.name().toLowerCase(Locale.ROOT);
                    try (BpfProgram program = BpfProgram.load(name, code.get().bytes())) {
                        links.fds().add(Tcx.link(interfaceIndex, role.hook(), program, attached));
                    }
                }
            }
            return links;
        } catch (RuntimeException e) {
            links.close();
            throw e;
        }
    }

    /** Descriptors of what is attached; with the last of one, it is detached. */
    private record Links(List<Integer> fds) implements AutoCloseable {
        @Override
        public void close() {
            fds.forEach(Native.LIBC::close);
            fds.clear();
        }
    }

    /**
     * {@return the next frame that was told of; empty when there is none now}
     */
    public Optional<ObservedFrame> next() {
        while (queue.pop(record)) {
            Optional<ObservedFrame> frame = PacketRecord.read(record, started);
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

    /** Gives back what it reads from; what is attached is to be closed before. */
    @Override
    public void close() {
        counts.values().forEach(BpfMap::close);
        queue.close();
    }
}
