package io.fanatic.harness.report.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * How often which value came up, as the coordinates of a drawing 640 wide and 240 high.
 *
 * @param sorted at least two values, ascending
 * @param noun what they are values of
 */
record Histogram(String title, String noun, double[] sorted, DoubleFunction<Figures.Unit> units, Scale scale) {
    private static final int LEFT = 8;
    private static final int RIGHT = 632;
    private static final int TOP = 40;
    private static final int BOTTOM = 200;
    private static final int MAX_BINS = 32;

    /** Of the values of a matrix, at least two. */
    static Histogram of(String title, HostMatrix matrix, DoubleFunction<Figures.Unit> units) {
        // Two containers of a host are a pair, too.
        String noun = matrix.hasOwn() ? "pairs of hosts, those of a host with itself included," : "pairs of hosts";
        return new Histogram(title, noun, matrix.values(), units, Scale.over(matrix.values()));
    }

    String summary() {
        double high = sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
        return "Half of the " + sorted.length + " " + noun + " lie at or below " + median() + ", 99 of 100 at or below "
                + words(high) + ".";
    }

    String median() {
        return words(HostMatrix.median(sorted));
    }

    private String words(double value) {
        return units.apply(value).withUnit(value);
    }

    record Bar(double x, double y, double width, double height, int count, String from, String to) {}

    List<Bar> bars() {
        int bins = (int) Math.max(6, Math.min(MAX_BINS, Math.round(2 * Math.sqrt(sorted.length))));
        int[] counts = new int[bins];
        for (double value : sorted) {
            counts[(int) Math.min(bins - 1, scale.share(value) * bins)]++;
        }
        int most = Arrays.stream(counts).max().orElse(1);
        double width = (double) (RIGHT - LEFT) / bins;
        List<Bar> bars = new ArrayList<>();
        for (int bin = 0; bin < bins; bin++) {
            if (counts[bin] > 0) {
                // A bin with a single pair must still be seen beside one with a thousand.
                double height = Math.max(2, (double) (BOTTOM - TOP) * counts[bin] / most);
                String from = words(scale.at((double) bin / bins));
                String to = words(scale.at((bin + 1.0) / bins));
                bars.add(new Bar(LEFT + bin * width + 1, BOTTOM - height, width - 2, height, counts[bin], from, to));
            }
        }
        return bars;
    }

    double medianX() {
        return x(medianShare());
    }

    String medianAnchor() {
        return medianShare() < 0.25 ? "start" : medianShare() > 0.75 ? "end" : "middle";
    }

    private double medianShare() {
        return scale.share(HostMatrix.median(sorted));
    }

    private static double x(double share) {
        return LEFT + share * (RIGHT - LEFT);
    }

    record Tick(double x, boolean minor, String anchor, String text) {}

    List<Tick> ticks() {
        Figures.Unit unit = units.apply(HostMatrix.median(sorted));
        List<Tick> ticks = new ArrayList<>();
        for (int tick = 0; tick <= 4; tick++) {
            double share = tick / 4.0;
            String anchor = tick == 0 ? "start" : tick == 4 ? "end" : "middle";
            double value = scale.at(share);
            ticks.add(new Tick(
                    x(share), tick % 2 == 1, anchor, unit.number(value) + (tick == 4 ? " " + unit.name() : "")));
        }
        return ticks;
    }
}
