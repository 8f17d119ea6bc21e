package io.fanatic.harness.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that failed.
 *
 * @param title {@code h1 to h2: ping}
 * @param explanation why, in a sentence; may be empty
 * @param command what to try; may be empty
 */
record Failure(String title, String explanation, String command) {

    /** Trials first, then the first stage of each pair that failed; what failed after it mostly failed because of it. */
    static List<Failure> of(Report report) {
        List<Failure> failures = new ArrayList<>();
        for (Trial trial : report.trials()) {
            if (trial.outcome() == Outcome.FAILED) {
                failures.add(new Failure(trial.group() + ": " + trial.name(), trial.explanation(), trial.command()));
            }
        }
        for (Pair pair : report.pairs()) {
            pair.failure()
                    .ifPresent(stage -> failures.add(
                            new Failure(pair.title() + ": " + stage.name(), stage.explanation(), stage.command())));
        }
        return failures;
    }
}
