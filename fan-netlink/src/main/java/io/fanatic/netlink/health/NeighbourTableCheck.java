package io.fanatic.netlink.health;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.route.BridgePort;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.NeighbourTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kernel's table of neighbours, one for each family and all network namespaces. A container that asks for thousands of addresses fills it,
 * and then nobody on this machine finds a neighbour that he has not found before.
 */
final class NeighbourTableCheck implements Check {
    private static final long NEARLY_PERCENT = 90;

    @Override
    public String name() {
        return "the table of neighbours";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        if (host.fans().isEmpty()) {
            return;
        }
        findings.looked();
        for (NeighbourTable table : host.neighbourTables()) {
            long fulls = table.fulls();
            for (NeighbourTable before : host.neighbourTablesBefore()) {
                fulls -= before.family() == table.family() ? before.fulls() : 0;
            }
            // Permanent entries do not count.
            List<Neighbour> here = host.neighbours(table.family());
            long permanent = here.stream().filter(Neighbour::permanent).count();
            here.removeIf(Neighbour::permanent);
            long entries = table.entries() - permanent;
            if (fulls > 0 || entries * 100 >= table.limit() * NEARLY_PERCENT) {
                findings.add(finding(table, entries, fulls, holders(host, table.family(), here)));
            }
        }
    }

    static Finding finding(NeighbourTable table, long entries, long fulls, Map<String, Integer> holders) {
        boolean full = fulls > 0 || entries >= table.limit();
        String keys = "net." + (table.family() == IpFamily.IPV4 ? "ipv4" : "ipv6") + ".neigh.default.gc_thresh";
        List<String> evidence = new ArrayList<>();
        evidence.add(entries + " entries of all network namespaces, " + keys + "3 is " + table.limit());
        if (fulls > 0) {
            evidence.add(fulls + " entries were refused while this was looked at");
        }
        holders.entrySet().stream()
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .filter(most -> most.getValue() > 0)
                .ifPresent(most -> evidence.add("most of those seen, " + most.getValue() + ", has " + most.getKey()));
        Finding finding = Finding.of(
                Code.NEIGHBOURS_FULL,
                Finding.HOST,
                full
                        ? "the kernel's table of neighbours is full: this host and its containers find no new neighbours"
                        : "the kernel's table of neighbours is nearly full: then this host and its containers find no new neighbours",
                evidence,
                "sysctl -w " + keys + "2=" + 4 * table.limit() + " " + keys + "3=" + 8 * table.limit());
        return full ? finding : finding.as(Severity.WARNING);
    }

    /** Who has how many: devices of this host, and containers by their ports. */
    private static Map<String, Integer> holders(HealthHost host, IpFamily family, List<Neighbour> here) {
        Map<String, Integer> holders = new TreeMap<>();
        for (Neighbour neighbour : here) {
            String device = host.deviceOf(neighbour.index()).orElse("a device that has gone");
            holders.merge("this host, on " + device, 1, Integer::sum);
        }
        if (host.privileged()) {
            for (BridgePort port : host.containers().ports()) {
                host.containers()
                        .inside(port)
                        .ifPresent(inside -> holders.put(
                                "the container behind " + port.name() + " ("
                                        + inside.link().name() + ")",
                                inside.neighbours().getOrDefault(family, 0)));
            }
        }
        return holders;
    }
}
