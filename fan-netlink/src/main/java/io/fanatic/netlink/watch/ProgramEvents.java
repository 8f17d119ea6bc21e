package io.fanatic.netlink.watch;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import jnr.ffi.Pointer;

/**
 * Reports when an eBPF program is gone, no matter who removed it. Netlink is silent when a program is detached from a tcx hook;
 * perf_event_open(2) is not: an event of no count, with {@code bpf_event}, writes a record into a ring for each program that
 * the kernel frees. One ring for each CPU, since the record is written where it happens; all namespaces see all programs.
 */
final class ProgramEvents implements AutoCloseable {
    /** linux/perf_event.h: struct perf_event_attr, the size with bpf_event (PERF_ATTR_SIZE_VER5) and its fields. */
    private static final int ATTRIBUTES = 112;

    private static final long NUMBER = number(System.getProperty("os.arch", ""));

    private static final int PERF_TYPE_SOFTWARE = 1;
    private static final long PERF_COUNT_SW_DUMMY = 9;
    /** The 31st of a row of one-bit fields, which compilers lay out from the end that numbers begin with. */
    private static final long BPF_EVENT = bit(30);
    /** The 15th: wakes us after so many bytes. Records that are no samples do not count as events, but wake at half a ring. */
    private static final long WATERMARK = bit(14);

    private static final int ONE_BYTE = 1;

    private static final int PERF_FLAG_FD_CLOEXEC = 8;

    private static final int PERF_RECORD_LOST = 2;
    private static final int PERF_RECORD_BPF_EVENT = 18;
    private static final int UNLOADED = 2;

    private static final int DATA_HEAD = 1024;
    private static final int DATA_TAIL = 1032;
    private static final int DATA_SIZE = 1048;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int LARGEST_PAGE = 65536;
    private static final int MIN_PAGE = 4096;

    private final List<Ring> rings = new ArrayList<>();

    private ProgramEvents() {}

    /**
     * Listens from now on.
     *
     * @return empty when this kernel does not let us: built without perf events, or CAP_PERFMON is missing
     */
    static Optional<ProgramEvents> open() {
        return open(MIN_PAGE);
    }

    /** @param firstPage bytes, where the search for the kernel's page begins; a power of two */
    static Optional<ProgramEvents> open(int firstPage) {
        ProgramEvents events = new ProgramEvents();
        try {
            for (int cpu : cpus()) {
                events.rings.add(Ring.of(cpu, firstPage));
            }
            return Optional.of(events);
        } catch (ErrnoException | IOException refused) {
            events.close();
            return Optional.empty();
        }
    }

    private static List<Integer> cpus() throws IOException {
        List<Integer> cpus = new ArrayList<>();
        String online = Files.readString(Path.of("/sys/devices/system/cpu/online"));
        for (String range : online.strip().split(",", -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = Integer.parseInt(range.substring(dash + 1));
            for (int cpu = first; cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    /** The descriptors, readable when something has come. */
    List<Integer> descriptors() {
        List<Integer> descriptors = new ArrayList<>();
        for (Ring ring : rings) {
            descriptors.add(ring.fd);
        }
        return descriptors;
    }

    /**
     * Reads what has come.
     *
     * @param gone is given the number of each program that was freed
     * @return false when records were lost
     */
    boolean read(IntConsumer gone) {
        boolean complete = true;
        for (Ring ring : rings) {
            complete &= ring.read(gone);
        }
        return complete;
    }

    @Override
    public void close() {
        rings.forEach(Ring::close);
        rings.clear();
    }

    private static long bit(int number) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 1L << number : 1L << (63 - number);
    }

    /** The number of the system call. */
    private static long number(String arch) {
        return switch (arch) {
            case "amd64", "x86_64" -> 298;
            case "s390x" -> 331;
            case "ppc64", "ppc64le" -> 319;
            default -> 241; // asm-generic/unistd.h
        };
    }

    /** What one CPU writes: a page of bookkeeping, then a page of records. */
    private record Ring(int fd, Pointer memory, int page) {

        static Ring of(int cpu, int firstPage) {
            ByteBuffer attributes = Native.buffer(ATTRIBUTES);
            attributes
                    .putInt(0, PERF_TYPE_SOFTWARE)
                    .putInt(4, ATTRIBUTES)
                    .putLong(8, PERF_COUNT_SW_DUMMY)
                    .putLong(40, BPF_EVENT | WATERMARK)
                    .putInt(48, ONE_BYTE);
            long result = Native.events().syscall(NUMBER, attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
            int fd = (int) check("open perf events", result);
            for (int page = firstPage; page <= LARGEST_PAGE; page *= 2) {
                long address = Native.events().mmap(null, 2L * page, PROT_READ_WRITE, MAP_SHARED, fd, 0);
                if (address != -1) {
                    Pointer memory = Native.memory(address, 2L * page);
                    // The kernel rounds up: to one page without records where its own are larger.
                    if (memory.getLong(DATA_SIZE) > 0) {
                        return new Ring(fd, memory, page);
                    }
                    Native.events().munmap(memory, 2L * page);
                }
            }
            int errno = Native.errno();
            LIBC.close(fd);
            throw new ErrnoException("map perf events", errno == 0 ? Errno.EINVAL : errno);
        }

        boolean read(IntConsumer gone) {
            boolean complete = true;
            long head = memory.getLong(DATA_HEAD);
            VarHandle.acquireFence();
            long at = memory.getLong(DATA_TAIL);
            while (at < head) {
                int type = number(at);
                int size = number(at + 4) >>> 16;
                if (type == PERF_RECORD_LOST || size == 0) {
                    complete = false;
                } else if (type == PERF_RECORD_BPF_EVENT && (number(at + 8) & 0xffff) == UNLOADED) {
                    gone.accept(number(at + 12));
                }
                at = size == 0 ? head : at + size;
            }
            VarHandle.fullFence();
            memory.putLong(DATA_TAIL, head);
            return complete;
        }

        /** Records are multiples of 8 bytes, so no number is torn by the ring's end. */
        private int number(long at) {
            return memory.getInt(page + at % page);
        }

        void close() {
            Native.events().munmap(memory, 2L * page);
            LIBC.close(fd);
        }
    }
}
