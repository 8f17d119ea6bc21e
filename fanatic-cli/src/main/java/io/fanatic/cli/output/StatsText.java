package io.fanatic.cli.output;

import io.fanatic.core.Counter;
import io.fanatic.netlink.engine.Fan;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a fan's programs counted, for {@code show --stats}. */
public final class StatsText {
    private StatsText() {}

    /** Passed frames always; drops only where there are any, those that somebody should look at with a mark. */
    public static void append(StringBuilder text, Fan fan, StatsOptions.Counts counts) {
        text.append('\n')
                .append(fan.bridge())
                .append(" (")
                .append(fan.tunnel())
                .append("), frames since it came up or was last reset:\n");
        for (Map.Entry<Counter, Long> entry : counts.counters().entrySet()) {
            Counter counter = entry.getKey();
            long count = entry.getValue();
            if (count != 0 || counter == Counter.SENT || counter == Counter.RECEIVED) {
                String number = Long.toString(count);
                text.append(counter.kind() == Counter.Kind.SUSPICIOUS ? " ! " : "   ")
                        .append(" ".repeat(Math.max(0, 14 - number.length())))
                        .append(number)
                        .append("  ")
                        .append(counter.kind() == Counter.Kind.PASSED ? "" : "dropped: ")
                        .append(counter.sentence())
                        .append(last(counts.lastDrops().get(counter)))
                        .append('\n');
            }
        }
        counts.ipsec().ifPresent(state -> IpsecText.append(text, fan, state));
    }

    private static String last(@Nullable Instant time) {
        return time == null
                ? ""
                : "; the last at "
                        + time.atZone(ZoneId.systemDefault()).toOffsetDateTime().truncatedTo(ChronoUnit.SECONDS);
    }
}
