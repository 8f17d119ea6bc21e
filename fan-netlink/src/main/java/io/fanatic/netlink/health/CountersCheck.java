package io.fanatic.netlink.health;

import io.fanatic.core.Counter;
import io.fanatic.netlink.engine.Fan;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            Map<Counter, Instant> times = host.lastDrops(fan);
            boolean moves = false;
            List<String> lines = new ArrayList<>();
            for (Map.Entry<Counter, Long> each : host.counters(fan).entrySet()) {
                Counter counter = each.getKey();
                long count = each.getValue();
                if (count > 0 && counter.kind() == Counter.Kind.SUSPICIOUS) {
                    long growth = count - before.getOrDefault(counter, count);
                    moves |= growth > 0;
                    String when = growth > 0
                            ? " (" + growth + " just now)"
                            : Optional.ofNullable(times.get(counter))
                                    .map(time -> " (the last at " + words(time) + ")")
                                    .orElse("");
                    lines.add(counter.label() + " " + count + when + ": " + counter.sentence());
                }
            }
            if (!lines.isEmpty()) {
                findings.add(moves ? now(fan, lines) : past(fan, lines, times));
            }
        }
    }

    private static Finding now(Fan fan, List<String> lines) {
        return Finding.of(
                        Code.DROPS,
                        fan.overlay().toString(),
                        "the fan's programs are dropping frames that no healthy fan sends",
                        lines,
                        "fanctl show --stats")
                .as(Severity.WARNING);
    }

    private static Finding past(Fan fan, List<String> lines, Map<Counter, Instant> times) {
        String last = times.isEmpty() ? "" : ", the last at " + words(Collections.max(times.values()));
        return Finding.of(
                Code.DROPS,
                fan.overlay().toString(),
                "the fan's programs have dropped frames that no healthy fan sends" + last,
                lines,
                "fanctl show --stats --reset");
    }

    private static String words(Instant time) {
        return time.atZone(ZoneId.systemDefault())
                .toOffsetDateTime()
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
