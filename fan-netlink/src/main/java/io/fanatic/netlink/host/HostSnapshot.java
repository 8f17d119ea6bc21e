package io.fanatic.netlink.host;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network namespace looks like, as lines of text that can be compared: links, IPv4 addresses, routes of all tables,
 * rules, permanent neighbours and forwarding entries, qdiscs, BPF filters and tcx programs, VNI filters, nftables rules, and the sysctls
 * under net/ipv4/conf and force_forwarding under net/ipv6/conf. Two snapshots of a host that nobody changed are equal: no counters, ages, learned entries or
 * interface indexes.
 *
 * @param lines sorted, except that nftables rules keep their order and come last
 */
public record HostSnapshot(List<String> lines) {
    /** Copies the lines. */
    public HostSnapshot {
        lines = List.copyOf(lines);
    }

    /**
     * Takes a snapshot of the calling thread's network namespace.
     *
     * @return what is there now
     * @throws io.fanatic.core.FanaticException when the kernel does not tell
     */
    public static HostSnapshot take() {
        try (SnapshotReader reader = new SnapshotReader()) {
            return new HostSnapshot(reader.read());
        }
    }

    /**
     * {@return what is different later: {@code - line} for what is gone, {@code + line} for what is new; empty when
     * nothing is}
     *
     * @param later a snapshot of the same namespace
     */
    public List<String> changesTo(HostSnapshot later) {
        Map<String, Integer> surplus = new HashMap<>();
        for (String line : later.lines) {
            surplus.merge(line, 1, Integer::sum);
        }
        List<String> changes = new ArrayList<>();
        for (String line : lines) {
            if (!take(surplus, line)) {
                changes.add("- " + line);
            }
        }
        for (String line : later.lines) {
            if (take(surplus, line)) {
                changes.add("+ " + line);
            }
        }
        if (changes.isEmpty() && !lines.equals(later.lines)) {
            changes.add("~ the order of the nftables rules");
        }
        return changes;
    }

    private static boolean take(Map<String, Integer> counts, String line) {
        int count = counts.getOrDefault(line, 0);
        if (count > 0) {
            counts.put(line, count - 1);
        }
        return count > 0;
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
