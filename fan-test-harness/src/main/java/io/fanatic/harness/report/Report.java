package io.fanatic.harness.report;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What a test found.
 *
 * @param title what was tested, for the headline
 * @param when it began, to the second
 * @param seconds how long it took
 * @param conditions what its figures depend on
 * @param topology who was there
 * @param notes sentences that a reader must know, such as what was sampled
 * @param trials what is not about a pair, in the order in which it was tried
 * @param pairs who reached whom, in the order in which it was tried
 */
public record Report(
        String title,
        Instant when,
        double seconds,
        Conditions conditions,
        Topology topology,
        List<String> notes,
        List<Trial> trials,
        List<Pair> pairs) {

    /** Copies the lists, cuts the time to whole seconds, and checks how long it took. */
    public Report {
        when = when.truncatedTo(ChronoUnit.SECONDS);
        Measured.requireAmount("seconds", seconds);
        notes = List.copyOf(notes);
        trials = List.copyOf(trials);
        pairs = List.copyOf(pairs);
    }

    /**
     * {@return an empty report that begins now}
     *
     * @param title for the headline
     * @param conditions what its figures depend on
     */
    public static Report of(String title, Conditions conditions) {
        return new Report(title, Instant.now(), 0, conditions, Topology.UNKNOWN, List.of(), List.of(), List.of());
    }

    /**
     * Sets both when it began and how long it took, up to now.
     *
     * @param began {@link System#nanoTime} of the beginning
     * @return the same with these times
     */
    public Report timedSince(long began) {
        double took = (System.nanoTime() - began) / 1e9;
        Instant start = Instant.now().minusMillis(Math.round(took * 1000));
        return new Report(title, start, took, conditions, topology, notes, trials, pairs);
    }

    /**
     * {@return the same with a topology}
     *
     * @param value who was there
     */
    public Report with(Topology value) {
        return new Report(title, when, seconds, conditions, value, notes, trials, pairs);
    }

    /**
     * {@return the same with other pairs}
     *
     * @param value all of them
     */
    public Report withPairs(List<Pair> value) {
        return new Report(title, when, seconds, conditions, topology, notes, trials, value);
    }

    /**
     * {@return the same with other trials}
     *
     * @param value all of them
     */
    public Report withTrials(List<Trial> value) {
        return new Report(title, when, seconds, conditions, topology, notes, value, pairs);
    }

    /**
     * {@return the same with other notes}
     *
     * @param value all of them, a sentence each
     */
    public Report withNotes(List<String> value) {
        return new Report(title, when, seconds, conditions, topology, value, trials, pairs);
    }

    /** {@return whether pairs or trials passed, and none failed} What was skipped fails nothing, unless there is nothing else. */
    public boolean ok() {
        return count(Outcome.OK) + count(trials, Outcome.OK) > 0
                && count(Outcome.FAILED) + count(trials, Outcome.FAILED) == 0;
    }

    private static long count(List<Trial> trials, Outcome outcome) {
        return trials.stream().filter(trial -> trial.outcome() == outcome).count();
    }

    /**
     * {@return how many pairs came out so}
     *
     * @param outcome which
     */
    public long count(Outcome outcome) {
        return pairs.stream().filter(pair -> pair.outcome() == outcome).count();
    }
}
