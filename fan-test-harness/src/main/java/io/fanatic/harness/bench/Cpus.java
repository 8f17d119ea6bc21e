package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The CPU that sends and the CPU that receives. They differ, and are different cores where the machine has two: the two
 * ends would take each other's time otherwise, and the scheduler's choice would decide the result.
 *
 * @param sender number of a CPU, from 0
 * @param receiver number of another one
 */
public record Cpus(int sender, int receiver) {

    private static final int MASK_BYTES = 1024 / 8;
    private static final int NICEST = -20;
    private static final long NANOS_PER_TICK = 10_000_000;

    /**
     * Picks two of the CPUs that this process may use.
     *
     * @throws IllegalStateException with only one: the figures would mean nothing
     */
    public static Cpus pick() {
        List<Integer> allowed = allowed();
        int first = allowed.get(0);
        List<Integer> siblings = siblings(first);
        for (int other : allowed) {
            if (!siblings.contains(other)) {
                return new Cpus(first, other);
            }
        }
        if (allowed.size() > 1) {
            return new Cpus(first, allowed.get(1));
        }
        throw new IllegalStateException("the benchmark needs two CPUs, this process may use only CPU " + first);
    }

    /** Binds the calling thread, sched_setaffinity(2). */
    static void pin(int cpu) {
        ByteBuffer mask = Native.buffer(MASK_BYTES);
        int word = cpu / Long.SIZE * Long.BYTES;
        mask.putLong(word, 1L << cpu % Long.SIZE);
        check("pin to CPU " + cpu, LIBC.sched_setaffinity(0, MASK_BYTES, mask));
    }

    /**
     * Gives the calling thread the best nice value. It counts among the threads of its session, where the kernel groups by session
     * (sched(7), autogroup), or of its cgroup; beyond that only an idle machine helps. Not a real-time priority: a spinning
     * real-time thread keeps the kernel's own threads, and everybody else's, from the CPU.
     */
    static void goFirst() {
        check("raise the priority", LIBC.setpriority(0, 0, NICEST));
    }

    /** How long the calling thread has waited for a CPU in its life, ns; 0 on a kernel without schedstats. */
    static long nanosWaited() {
        Path file = Path.of("/proc/thread-self/schedstat");
        return Files.exists(file) ? Long.parseLong(lines(file).get(0).split(" ")[1]) : 0;
    }

    /** How long a CPU has worked since the machine started, ns: all but idle, waiting and stolen time; to 10 ms. */
    static long nanosBusy(int cpu) {
        for (String line : lines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu" + cpu + " ")) {
                String[] ticks = line.split(" ");
                // After the name: user nice system idle iowait irq softirq, in USER_HZ.
                long busy = 0;
                for (int field : new int[] {1, 2, 3, 6, 7}) {
                    busy += Long.parseLong(ticks[field]);
                }
                return busy * NANOS_PER_TICK;
            }
        }
        throw new IllegalStateException("no CPU " + cpu + " in /proc/stat");
    }

    private static List<Integer> allowed() {
        for (String line : lines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return parse(line.substring(line.indexOf(':') + 1));
            }
        }
        throw new IllegalStateException("no Cpus_allowed_list in /proc/self/status");
    }

    private static List<Integer> siblings(int cpu) {
        Path file = Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
        return Files.exists(file) ? parse(lines(file).get(0)) : List.of(cpu);
    }

    /** The kernel's list format, {@code 0-3,8}. */
    static List<Integer> parse(String list) {
        List<Integer> cpus = new ArrayList<>();
        for (String range : list.strip().split(",", -1)) {
            int dash = range.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(range.substring(dash + 1));
            for (int cpu = from; cpu <= to; cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
