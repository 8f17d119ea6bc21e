package io.fanatic.netlink.health;

import io.fanatic.core.Counter;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What encap, guard and gate dropped and should not have had to: a note when it was, a warning while it goes on. */
final class CountersCheck implements Check {
    @Override
    public String name() {
        return "drop counters";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        for (Fan fan : host.fans()) {
            findings.looked();
            Map<Counter, Long> before = host.countersBefore(fan);
            boolean moves = false;
            List<String> lines = new ArrayList<>();
            for (Map.Entry<Counter, Long> each : host.counters(fan).entrySet()) {
                long count = each.getValue();
                if (count > 0 && each.getKey().kind() == Counter.Kind.SUSPICIOUS) {
                    long growth = count - before.getOrDefault(each.getKey(), count);
                    moves |= growth > 0;
                    lines.add(each.getKey().label() + " " + count + (growth > 0 ? " (" + growth + " just now)" : "")
                            + ": " + each.getKey().sentence());
                }
            }
            if (!lines.isEmpty()) {
                Finding finding = Finding.of(
                        Code.DROPS,
                        fan.overlay().toString(),
                        moves
                                ? "the fan's programs are dropping frames that no healthy fan sends"
                                : "the fan's programs have dropped frames that no healthy fan sends",
                        lines,
                        "fanctl show --stats");
                findings.add(moves ? finding.as(Severity.WARNING) : finding);
            }
        }
    }
}
