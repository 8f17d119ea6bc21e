package io.fanatic.harness.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What the kernel itself holds: slab, per-CPU and vmalloc memory, kernel stacks and page tables, by /proc/meminfo (proc(5)).
 * It covers the whole machine; the difference of two values is the growth in between, from any cause. It excludes the page
 * cache and the memory of processes.
 *
 * @param bytes all together
 */
public record KernelMemory(long bytes) {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Set<String> COUNTED = Set.of("Slab", "Percpu", "VmallocUsed", "KernelStack", "PageTables");

    /** {@return what the kernel holds at this moment} */
    public static KernelMemory now() {
        try {
            return of(Files.readString(MEMINFO));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + MEMINFO, e);
        }
    }

    /** From the text of that file, in which sizes are KiB. */
    static KernelMemory of(String meminfo) {
        long kibibytes = meminfo.lines()
                .map(line -> line.split(":? +"))
                .filter(words -> COUNTED.contains(words[0]))
                .mapToLong(words -> Long.parseLong(words[1]))
                .sum();
        return new KernelMemory(kibibytes * 1024);
    }
}
