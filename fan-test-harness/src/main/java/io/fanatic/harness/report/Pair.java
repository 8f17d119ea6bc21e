package io.fanatic.harness.report;

import java.util.List;
import java.util.Optional;

/**
 * Two ends and what was tried from the first to the second.
 *
 * @param from name of a host or container of the {@link Topology}
 * @param to name of another one
 * @param stages in the order in which they were tried
 */
public record Pair(String from, String to, List<Stage> stages) {

    /** Copies the list. */
    public Pair {
        stages = List.copyOf(stages);
    }

    /**
     * {@return {@link Outcome#FAILED} if one stage failed; {@link Outcome#SKIPPED} if none was tried; else {@link
     * Outcome#OK}}
     */
    public Outcome outcome() {
        Outcome outcome = Outcome.SKIPPED;
        for (Stage stage : stages) {
            if (stage.outcome() == Outcome.FAILED) {
                return Outcome.FAILED;
            }
            if (stage.outcome() == Outcome.OK) {
                outcome = Outcome.OK;
            }
        }
        return outcome;
    }

    /** {@return the first stage that failed; empty when none did} */
    public Optional<Stage> failure() {
        return stages.stream()
                .filter(stage -> stage.outcome() == Outcome.FAILED)
                .findFirst();
    }

    /** {@return the pair for people: {@code h1 to h2}} */
    public String title() {
        return from + " to " + to;
    }
}
