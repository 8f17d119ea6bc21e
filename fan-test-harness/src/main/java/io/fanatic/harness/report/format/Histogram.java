package io.fanatic.harness.report.format;

import java.util.Locale;
import java.util.function.DoubleFunction;

/** How often which value came up, as an SVG drawing that takes its colours from the page. */
final class Histogram {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 240;
    private static final int LEFT = 8;
    private static final int RIGHT = 632;
    private static final int TOP = 40;
    private static final int BOTTOM = 200;
    private static final int MAX_BINS = 32;

    private final StringBuilder html;

    private Histogram(StringBuilder html) {
        this.html = html;
    }

    /** Appends a figure of the values of a matrix, at least two. */
    static void append(StringBuilder html, String title, HostMatrix matrix, DoubleFunction<Figures.Unit> units) {
        // Two containers of a host are a pair, too.
        String noun = matrix.hasOwn() ? "pairs of hosts, those of a host with itself included," : "pairs of hosts";
        new Histogram(html).figure(title, noun, matrix.values(), units);
    }

    private void figure(String title, String noun, double[] sorted, DoubleFunction<Figures.Unit> units) {
        Scale scale = Scale.over(sorted);
        int bins = (int) Math.max(6, Math.min(MAX_BINS, Math.round(2 * Math.sqrt(sorted.length))));
        int[] counts = new int[bins];
        for (double value : sorted) {
            counts[(int) Math.min(bins - 1, scale.share(value) * bins)]++;
        }
        double median = HostMatrix.median(sorted);
        double high = sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
        String summary = "Half of the " + sorted.length + " " + noun + " lie at or below "
                + units.apply(median).withUnit(median) + ", 99 of 100 at or below "
                + units.apply(high).withUnit(high) + ".";
        html.append("<figure class=\"chart\"><figcaption><h3>")
                .append(Html.escape(title))
                .append("</h3><p>");
        html.append(summary).append("</p></figcaption>\n");
        html.append(String.format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH, HEIGHT, Html.escape("Histogram. " + summary)));
        bars(counts, scale, units);
        marker(scale.share(median), "median " + units.apply(median).withUnit(median), TOP - 22, "median");
        html.append(String.format(
                "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n", LEFT, BOTTOM, RIGHT, BOTTOM));
        ticks(scale, units.apply(median));
        html.append("</svg></figure>\n");
    }

    private void bars(int[] counts, Scale scale, DoubleFunction<Figures.Unit> units) {
        int most = 1;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        double width = (double) (RIGHT - LEFT) / counts.length;
        for (int bin = 0; bin < counts.length; bin++) {
            if (counts[bin] > 0) {
                // A bin with a single pair must still be seen beside one with a thousand.
                double height = Math.max(2, (double) (BOTTOM - TOP) * counts[bin] / most);
                double from = scale.at((double) bin / counts.length);
                double to = scale.at((bin + 1.0) / counts.length);
                html.append(String.format(
                        Locale.ROOT,
                        "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%d between %s and %s</title></rect>%n",
                        LEFT + bin * width + 1,
                        BOTTOM - height,
                        width - 2,
                        height,
                        counts[bin],
                        units.apply(from).withUnit(from),
                        units.apply(to).withUnit(to)));
            }
        }
    }

    private void marker(double share, String text, int y, String kind) {
        double x = LEFT + share * (RIGHT - LEFT);
        String anchor = share < 0.25 ? "start" : share > 0.75 ? "end" : "middle";
        html.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
                kind,
                x,
                y + 6,
                x,
                BOTTOM,
                x,
                y,
                anchor,
                Html.escape(text)));
    }

    private void ticks(Scale scale, Figures.Unit unit) {
        for (int tick = 0; tick <= 4; tick++) {
            double share = tick / 4.0;
            html.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
                    tick % 2 == 1 ? " minor" : "",
                    LEFT + share * (RIGHT - LEFT),
                    BOTTOM + 26,
                    tick == 0 ? "start" : tick == 4 ? "end" : "middle",
                    unit.number(scale.at(share)) + (tick == 4 ? " " + unit.name() : "")));
        }
    }
}
