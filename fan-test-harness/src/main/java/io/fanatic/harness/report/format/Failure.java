package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that failed, once or between several pairs in the same way.
 *
 * @param what the stage, or the group and name of a trial
 * @param explanation why, in a sentence; may be empty
 * @param command what to try; may be empty
 * @param pairs {@code h1 to h2}, those that it happened to; none for a trial
 */
record Failure(String what, String explanation, String command, List<String> pairs) {

    /**
     * Trials first, then the first stage of each pair that failed (what failed after it mostly failed because of it): pairs of
     * one explanation are one failure.
     */
    static List<Failure> of(Report report) {
        List<Failure> failures = new ArrayList<>();
        for (Trial trial : report.trials()) {
            if (trial.outcome() == Outcome.FAILED) {
                failures.add(new Failure(
                        trial.group() + ": " + trial.name(), trial.explanation(), trial.command(), List.of()));
            }
        }
        Map<Failure, List<String>> alike = new LinkedHashMap<>();
        for (Pair pair : report.pairs()) {
            pair.failure().ifPresent(stage -> {
                Failure kind = new Failure(stage.name(), stage.explanation(), stage.command(), List.of());
                alike.computeIfAbsent(kind, each -> new ArrayList<>()).add(pair.title());
            });
        }
        alike.forEach((kind, pairs) ->
                failures.add(new Failure(kind.what, kind.explanation, kind.command, List.copyOf(pairs))));
        return failures;
    }

    boolean several() {
        return pairs.size() > 1;
    }

    String which() {
        return String.join(", ", pairs);
    }

    /** {@code h1 to h2: ping}, or {@code ping, 14 pairs}. */
    String title() {
        return switch (pairs.size()) {
            case 0 -> what;
            case 1 -> pairs.get(0) + ": " + what;
            default -> what + ", " + pairs.size() + " pairs";
        };
    }
}
