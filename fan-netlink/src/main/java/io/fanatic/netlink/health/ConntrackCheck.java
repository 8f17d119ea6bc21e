package io.fanatic.netlink.health;

import io.fanatic.netlink.host.Sysctl;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's table of connections (nf_conntrack). When it is full the first packet of each new connection is dropped, and
 * only the kernel's log tells of it: containers reach nothing new, and what goes on goes on.
 */
final class ConntrackCheck implements Check {
    private static final String COUNT = "net.netfilter.nf_conntrack_count";
    private static final String MAX = "net.netfilter.nf_conntrack_max";
    private static final long NEARLY_PERCENT = 90;

    @Override
    public String name() {
        return "the table of connections";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        Optional<Long> count = Sysctl.find(COUNT).flatMap(ConntrackCheck::number);
        Optional<Long> max = Sysctl.find(MAX).flatMap(ConntrackCheck::number);
        if (host.fans().isEmpty() || count.isEmpty() || max.isEmpty()) {
            return;
        }
        findings.looked();
        // 0 is for no limit.
        if (max.get() > 0 && count.get() * 100 >= max.get() * NEARLY_PERCENT) {
            findings.add(finding(count.get(), max.get()));
        }
    }

    private static Finding finding(long count, long max) {
        boolean full = count >= max;
        Finding finding = Finding.of(
                Code.CONNTRACK_FULL,
                Finding.HOST,
                full
                        ? "the kernel's table of connections is full: new connections of containers fail"
                        : "the kernel's table of connections is nearly full: then new connections of containers fail",
                List.of(COUNT + " is " + count + ", " + MAX + " is " + max),
                "sysctl -w " + MAX + "=" + 4 * max);
        return full ? finding : finding.as(Severity.WARNING);
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException odd) {
            return Optional.empty();
        }
    }
}
