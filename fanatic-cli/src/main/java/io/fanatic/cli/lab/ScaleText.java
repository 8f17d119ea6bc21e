package io.fanatic.cli.lab;

import io.fanatic.cli.terminal.Wrap;
import io.fanatic.harness.bench.Scale;
import io.fanatic.harness.bench.StateCount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** The counts of {@code lab bench --scale} as a table, a column for each number of hosts. */
final class ScaleText {
    private ScaleText() {}

    static List<String> lines(List<Scale> scales) {
        List<String> lines = new ArrayList<>();
        lines.add("What one host holds while all others talk to it");
        lines.add("");
        lines.add(row("hosts", scales, Scale::hosts));
        lines.add("configured");
        lines.add(state("  links", scales, StateCount::links));
        lines.add(state("  addresses", scales, StateCount::addresses));
        lines.add(state("  routes", scales, StateCount::routes));
        lines.add(state("  rules", scales, StateCount::rules));
        lines.add(state("  permanent neighbours", scales, StateCount::neighbours));
        lines.add(state("  permanent FDB entries", scales, StateCount::forwarding));
        lines.add(state("  map entries", scales, StateCount::mapEntries));
        lines.add(state("  together", scales, StateCount::configured));
        lines.add("learned, and forgotten again by themselves");
        lines.add(state("  neighbours", scales, StateCount::learnedNeighbours));
        lines.add(state("  FDB entries", scales, StateCount::learnedForwarding));
        lines.add("");
        boolean grows = scales.stream()
                        .map(each -> each.state().configured())
                        .distinct()
                        .count()
                > 1;
        lines.add(grows ? "Configured state GROWS with the hosts." : "Configured state does not grow with the hosts.");
        return lines;
    }

    private static String state(String title, List<Scale> scales, ToIntFunction<StateCount> number) {
        return row(title, scales, each -> number.applyAsInt(each.state()));
    }

    private static String row(String title, List<Scale> scales, ToIntFunction<Scale> number) {
        StringBuilder row = new StringBuilder(Wrap.pad(title, 24));
        for (Scale each : scales) {
            String text = Integer.toString(number.applyAsInt(each));
            row.append(" ".repeat(Math.max(1, 8 - text.length()))).append(text);
        }
        return row.toString();
    }
}
