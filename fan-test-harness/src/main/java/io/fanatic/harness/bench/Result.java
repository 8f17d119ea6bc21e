package io.fanatic.harness.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What one load came to on one path.
 *
 * @param path its name
 * @param samples one of each round, in the order of the rounds; at least one
 */
public record Result(String path, List<Sample> samples) {
    public Result {
        samples = List.copyOf(samples);
    }

    /** The middle rate; of an even number the mean of the two in the middle. */
    public double median() {
        return median(rates());
    }

    public double lowest() {
        return rates().stream().mapToDouble(rate -> rate).min().orElseThrow();
    }

    public double highest() {
        return rates().stream().mapToDouble(rate -> rate).max().orElseThrow();
    }

    /** Median by median: what of this rate is left of the other. */
    public double ratioTo(Result other) {
        return median() / other.median();
    }

    /**
     * The median of the rounds' own ratios. The samples of one round are taken right after each other, so that a machine which
     * slows down in the meantime counts less.
     */
    public double ratioByRoundTo(Result other) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            ratios.add(samples.get(i).rate() / other.samples.get(i).rate());
        }
        return median(ratios);
    }

    /** TCP segments sent again, in all rounds. */
    public long retransmits() {
        return samples.stream().mapToLong(Sample::retransmits).sum();
    }

    /** Mean share of datagrams lost, 0 to 1. */
    public double lost() {
        return samples.stream().mapToDouble(Sample::lost).average().orElseThrow();
    }

    /** Median of {@link Sample#waited}: as the median of the rates, it stands a few spoiled samples. */
    public double waited() {
        return median(samples.stream().map(Sample::waited).toList());
    }

    /** Median of {@link Sample#cpu}. */
    public double cpu() {
        return median(samples.stream().map(Sample::cpu).toList());
    }

    private List<Double> rates() {
        return samples.stream().map(Sample::rate).toList();
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
