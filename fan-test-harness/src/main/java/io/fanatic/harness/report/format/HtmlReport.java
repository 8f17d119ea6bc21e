package io.fanatic.harness.report.format;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;

/**
 * The report as one page that needs nothing else: no script, no font, no image from anywhere, and its own policy forbids the
 * browser to fetch any. What it looks like is in report.html; this is what is filled in there.
 */
record HtmlReport(Report report, HostMatrix rates, HostMatrix rtts) {
    private static final int SIDE_BY_SIDE = 6;
    private static final int FAILURES_OPEN = 12;
    private static final int MAX_TRIALS_OPEN = 24;
    private static final int MAX_FAILURES = 500;

    /** More rows than this are for programs, and those read the JSON. */
    private static final int MAX_ROWS = 600;

    static String of(Report report) {
        HtmlReport view = new HtmlReport(
                report, HostMatrix.ofRate(report, IpFamily.IPV4), HostMatrix.ofRtt(report, IpFamily.IPV4));
        return Templates.fill("report.html", view, HtmlReport::escape);
    }

    /** Safe as text and in quoted attributes; control characters, which HTML forbids, become U+FFFD. */
    private static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (char c : text.toCharArray()) {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 ? '\ufffd' : c);
            }
        }
        return safe.toString();
    }

    List<Palette.Colour> colours() {
        return Palette.colours();
    }

    String verdict() {
        return Summary.verdict(report);
    }

    List<Summary.Fact> tiles() {
        List<Summary.Fact> tiles = new ArrayList<>();
        int hosts = report.topology().hosts().size();
        addTile(tiles, "hosts", hosts);
        addTile(tiles, "containers", report.topology().containers());
        addTile(tiles, "pairs tested", report.pairs().size());
        if (!rtts.isEmpty()) {
            tiles.add(new Summary.Fact("median round trip", Figures.time(rtts.median())));
        }
        if (!rates.isEmpty()) {
            tiles.add(new Summary.Fact("median throughput", Figures.rate(rates.median())));
        }
        return tiles;
    }

    private static void addTile(List<Summary.Fact> tiles, String name, int count) {
        if (count > 0) {
            tiles.add(new Summary.Fact(name, Integer.toString(count)));
        }
    }

    List<Summary.Fact> facts() {
        return Summary.facts(report);
    }

    boolean failed() {
        return !report.ok();
    }

    Optional<String> common() {
        return Summary.common(report);
    }

    /** @param cut whether there are more than are shown */
    record FailureList(List<Failure> list, int count, boolean cut) {}

    FailureList failures() {
        List<Failure> all = Failure.of(report);
        return new FailureList(all.subList(0, Math.min(FAILURES_OPEN, all.size())), all.size(), false);
    }

    Optional<FailureList> moreFailures() {
        List<Failure> all = Failure.of(report);
        if (all.size() <= FAILURES_OPEN) {
            return Optional.empty();
        }
        List<Failure> shown = all.subList(FAILURES_OPEN, Math.min(MAX_FAILURES, all.size()));
        return Optional.of(new FailureList(shown, all.size() - FAILURES_OPEN, all.size() > MAX_FAILURES));
    }

    /** Whether the trials are the story itself, as the steps of a scenario are. */
    boolean story() {
        return report.trials().stream().map(Trial::group).distinct().count() == 1;
    }

    record TrialList(String heading, List<Trial> list) {
        int count() {
            return list.size();
        }

        boolean folded() {
            return count() > MAX_TRIALS_OPEN;
        }
    }

    Optional<TrialList> trials() {
        return report.trials().stream()
                .findFirst()
                .map(first ->
                        new TrialList(story() ? capital(first.group()) : "What was tried besides", report.trials()));
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    /** Two small maps find room beside each other. */
    boolean small() {
        return Math.max(rates.size(), rtts.size()) <= SIDE_BY_SIDE;
    }

    List<HeatMap> heatMaps() {
        return Arrays.stream(IpFamily.values())
                .flatMap(family -> Stream.of(
                        HeatMap.ofRate("Throughput", report, family), HeatMap.ofRtt("Round trip time", report, family)))
                .flatMap(Optional::stream)
                .toList();
    }

    List<Histogram> charts() {
        List<Histogram> charts = new ArrayList<>();
        for (IpFamily family : IpFamily.values()) {
            addChart(charts, "Throughput", family, HostMatrix.ofRate(report, family), Figures::rateUnit);
            addChart(charts, "Round trip time", family, HostMatrix.ofRtt(report, family), Figures::timeUnit);
        }
        return charts;
    }

    private static void addChart(
            List<Histogram> charts,
            String title,
            IpFamily family,
            HostMatrix matrix,
            DoubleFunction<Figures.Unit> units) {
        if (matrix.values().length > 1) {
            charts.add(Histogram.of(HeatMap.title(title, family), matrix, units));
        }
    }

    boolean spread() {
        return !charts().isEmpty();
    }

    Optional<TopologyDrawing> topology() {
        return report.topology().hosts().isEmpty() ? Optional.empty() : Optional.of(new TopologyDrawing(report));
    }

    record StageRow(Pair pair, Stage stage, String figures) {}

    record StageTable(List<StageRow> rows) {
        int count() {
            return rows.size();
        }

        boolean tooMany() {
            return count() > MAX_ROWS;
        }
    }

    Optional<StageTable> stages() {
        List<StageRow> rows = new ArrayList<>();
        for (Pair pair : report.pairs()) {
            for (Stage stage : pair.stages()) {
                rows.add(new StageRow(pair, stage, figures(stage)));
            }
        }
        return rows.isEmpty() ? Optional.empty() : Optional.of(new StageTable(rows));
    }

    private static String figures(Stage stage) {
        Measured measured = stage.measured();
        List<String> parts = new ArrayList<>();
        measured.rtt()
                .ifPresent(rtt -> parts.add(Figures.time(rtt.average()) + " (" + Figures.time(rtt.min()) + " to "
                        + Figures.time(rtt.p99()) + ")"));
        measured.bitsPerSecond().ifPresent(rate -> parts.add(Figures.rate(rate)));
        measured.bytes().ifPresent(bytes -> parts.add(Figures.size(bytes)));
        measured.loss().ifPresent(loss -> {
            if (loss > 0) {
                parts.add(Figures.number(loss * 100) + " % lost");
            }
        });
        measured.streams().ifPresent(streams -> parts.add(Figures.count(streams, "stream")));
        measured.retransmits().ifPresent(segments -> parts.add(Figures.count(segments, "retransmit")));
        if (!stage.explanation().isEmpty()) {
            parts.add(stage.explanation());
        }
        return String.join(", ", parts);
    }
}
