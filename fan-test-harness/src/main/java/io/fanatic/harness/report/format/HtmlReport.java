package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The report as one page that needs nothing else: no script, no font, no image from anywhere, and its own policy forbids the
 * browser to fetch any.
 */
final class HtmlReport {
    private static final int SIDE_BY_SIDE = 6;
    private static final int FAILURES_OPEN = 12;
    private static final int MAX_TRIALS_OPEN = 24;
    private static final int MAX_FAILURES = 500;
    /** More rows than this are for programs, and those read the JSON. */
    private static final int MAX_ROWS = 600;

    private final Report report;
    private final StringBuilder html = new StringBuilder(1 << 16);

    private HtmlReport(Report report) {
        this.report = report;
    }

    static String of(Report report) {
        return new HtmlReport(report).page();
    }

    private String page() {
        String title = Html.escape(report.title());
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        // Browsers ask the server for an icon unless the page brings one.
        html.append("<link rel=\"icon\" href=\"data:,\">\n<title>")
                .append(title)
                .append("</title>\n<style>\n");
        html.append(style()).append(Palette.css()).append("</style>\n</head>\n<body>\n");
        header(title);
        html.append("<main>\n");
        failures();
        if (isStory()) {
            trials();
        }
        HostMatrix rates = HostMatrix.ofRate(report);
        HostMatrix rtts = HostMatrix.ofRtt(report);
        // Two small maps find room beside each other.
        boolean small = Math.max(rates.size(), rtts.size()) <= SIDE_BY_SIDE;
        html.append(small ? "<div class=\"maps\">\n" : "");
        if (!rates.isEmpty()) {
            HeatTable.append(html, "throughput", "Throughput", rates, Figures::rateUnit, true);
        }
        if (!rtts.isEmpty()) {
            HeatTable.append(html, "rtt", "Round trip time", rtts, Figures::timeUnit, false);
        }
        html.append(small ? "</div>\n" : "");
        charts(rates, rtts);
        if (!report.topology().hosts().isEmpty()) {
            TopologyDrawing.append(html, report);
            hosts();
        }
        if (!isStory()) {
            trials();
        }
        pairs();
        html.append("</main>\n<footer><p>Made by fanatic ")
                .append(Html.escape(report.conditions().version()));
        html.append(". The same figures for programs are in ")
                .append(ReportFiles.JSON)
                .append(" and ");
        html.append(ReportFiles.JUNIT).append(" beside this page.</p></footer>\n</body>\n</html>\n");
        return html.toString();
    }

    private static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
            if (css == null) {
                throw new IllegalStateException("report.css is missing from the jar");
            }
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void header(String title) {
        html.append("<header class=\"")
                .append(report.ok() ? "good" : "poor")
                .append("\">\n<p class=\"kind\">fanatic report</p>\n<h1>");
        html.append(title).append("</h1>\n<p class=\"verdict\"><span aria-hidden=\"true\">");
        html.append(report.ok() ? "✓" : "✕").append("</span> ").append(Html.escape(Summary.verdict(report)));
        html.append("</p>\n");
        tiles();
        html.append("<dl class=\"facts\">\n");
        Summary.facts(report)
                .forEach((name, value) -> html.append("<div><dt>")
                        .append(name)
                        .append("</dt><dd>")
                        .append(Html.escape(value))
                        .append("</dd></div>\n"));
        html.append("</dl>\n");
        for (String note : report.notes()) {
            html.append("<p class=\"note\">").append(Html.escape(note)).append("</p>\n");
        }
        html.append("</header>\n");
    }

    private void tiles() {
        html.append("<ul class=\"tiles\">\n");
        if (!report.topology().hosts().isEmpty()) {
            tile(Integer.toString(report.topology().hosts().size()), "hosts");
            if (report.topology().containers() > 0) {
                tile(Integer.toString(report.topology().containers()), "containers");
            }
        }
        if (!report.pairs().isEmpty()) {
            tile(Integer.toString(report.pairs().size()), "pairs tested");
        }
        double[] rtts = HostMatrix.ofRtt(report).values();
        if (rtts.length > 0) {
            tile(Figures.time(HostMatrix.median(rtts)), "median round trip");
        }
        double[] rates = HostMatrix.ofRate(report).values();
        if (rates.length > 0) {
            tile(Figures.rate(HostMatrix.median(rates)), "median throughput");
        }
        html.append("</ul>\n");
    }

    private void tile(String value, String name) {
        html.append("<li><b>")
                .append(Html.escape(value))
                .append("</b> ")
                .append(name)
                .append("</li>\n");
    }

    private void failures() {
        List<Failure> failures = Failure.of(report);
        if (failures.isEmpty()) {
            return;
        }
        html.append("<section id=\"failures\"><h2>What failed</h2>\n");
        Summary.common(report)
                .ifPresent(sentence -> html.append("<p class=\"common\">")
                        .append(Html.escape(sentence))
                        .append("</p>\n"));
        int open = Math.min(FAILURES_OPEN, failures.size());
        failureList(failures.subList(0, open));
        if (failures.size() > open) {
            int last = Math.min(MAX_FAILURES, failures.size());
            html.append("<details><summary>").append(failures.size() - open).append(" more</summary>\n");
            failureList(failures.subList(open, last));
            if (last < failures.size()) {
                html.append("<p>The rest is in ").append(ReportFiles.JSON).append(".</p>\n");
            }
            html.append("</details>\n");
        }
        html.append("</section>\n");
    }

    private void failureList(List<Failure> failures) {
        html.append("<ul class=\"failures\">\n");
        for (Failure failure : failures) {
            html.append("<li><b>").append(Html.escape(failure.title())).append("</b>");
            if (!failure.explanation().isEmpty()) {
                html.append("<span>").append(Html.escape(failure.explanation())).append("</span>");
            }
            if (!failure.command().isEmpty()) {
                html.append("<code>").append(Html.escape(failure.command())).append("</code>");
            }
            if (failure.pairs().size() > 1) {
                html.append("<details><summary>which</summary><p>");
                html.append(Html.escape(String.join(", ", failure.pairs()))).append("</p></details>");
            }
            html.append("</li>\n");
        }
        html.append("</ul>\n");
    }

    private void charts(HostMatrix rates, HostMatrix rtts) {
        boolean both = rates.values().length > 1 || rtts.values().length > 1;
        if (!both) {
            return;
        }
        html.append("<section class=\"charts\"><h2>How the figures are spread</h2>\n<div>\n");
        if (rates.values().length > 1) {
            Histogram.append(html, "Throughput", rates, Figures::rateUnit);
        }
        if (rtts.values().length > 1) {
            Histogram.append(html, "Round trip time", rtts, Figures::timeUnit);
        }
        html.append("</div></section>\n");
    }

    private void hosts() {
        html.append(
                "<details class=\"data\"><summary>Hosts and addresses</summary>\n<div class=\"scroll\"><table><caption class=\"hidden\">Hosts and addresses</caption>");
        html.append(
                "<thead><tr><th scope=\"col\">host</th><th scope=\"col\">underlay</th><th scope=\"col\">overlay</th>");
        html.append("<th scope=\"col\" class=\"number\">containers</th></tr></thead>\n<tbody>\n");
        for (Topology.Host host : report.topology().hosts()) {
            html.append("<tr><th scope=\"row\">")
                    .append(Html.escape(host.name()))
                    .append("</th><td>");
            html.append(host.underlayAddress()).append("</td><td>");
            html.append(Summary.joined(host.overlayAddresses())).append("</td><td class=\"number\">");
            html.append(host.containers().size()).append("</td></tr>\n");
        }
        html.append("</tbody></table></div></details>\n");
    }

    /** Whether the trials are the story itself, as the steps of a scenario are. */
    private boolean isStory() {
        return report.trials().stream().map(Trial::group).distinct().count() == 1;
    }

    private void trials() {
        int count = report.trials().size();
        if (count == 0) {
            return;
        }
        String title = isStory() ? capital(report.trials().get(0).group()) : "What was tried besides";
        html.append("<section id=\"trials\"><h2>").append(Html.escape(title)).append("</h2>\n");
        html.append(count > MAX_TRIALS_OPEN ? "<details><summary>" + count + " trials</summary>\n" : "");
        html.append("<ul class=\"trials\">\n");
        for (Trial trial : report.trials()) {
            html.append("<li class=\"").append(trial.outcome().word()).append("\"><span class=\"mark\">");
            html.append(trial.outcome().word()).append("</span><div><b>").append(Html.escape(trial.name()));
            html.append("</b>");
            if (!isStory()) {
                html.append("<small>").append(Html.escape(trial.group())).append("</small>");
            }
            html.append("<span>").append(Html.escape(trial.explanation())).append("</span></div></li>\n");
        }
        html.append("</ul>").append(count > MAX_TRIALS_OPEN ? "</details>" : "").append("</section>\n");
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private void pairs() {
        int rows =
                report.pairs().stream().mapToInt(pair -> pair.stages().size()).sum();
        if (rows == 0) {
            return;
        }
        html.append("<details class=\"data\" id=\"pairs\"><summary>Every pair and stage</summary>\n");
        if (rows > MAX_ROWS) {
            html.append("<p>All ").append(rows).append(" of them are in ").append(ReportFiles.JSON);
            html.append("; a cell of the heat maps shows its pair when pointed at.</p></details>\n");
            return;
        }
        html.append(
                "<div class=\"scroll\"><table><caption class=\"hidden\">Every pair and stage</caption><thead><tr><th scope=\"col\">pair</th><th scope=\"col\">stage</th>");
        html.append("<th scope=\"col\">result</th><th scope=\"col\">figures</th></tr></thead>\n<tbody>\n");
        for (Pair pair : report.pairs()) {
            for (Stage stage : pair.stages()) {
                html.append("<tr class=\"").append(stage.outcome().word()).append("\"><th scope=\"row\">");
                html.append(Html.escape(pair.title())).append("</th><td>").append(Html.escape(stage.name()));
                html.append("</td><td>").append(stage.outcome().word()).append("</td><td>");
                html.append(Html.escape(figures(stage))).append("</td></tr>\n");
            }
        }
        html.append("</tbody></table></div></details>\n");
    }

    private static String figures(Stage stage) {
        Measured measured = stage.measured();
        StringBuilder text = new StringBuilder();
        measured.rtt()
                .ifPresent(rtt -> add(
                        text,
                        Figures.time(rtt.average()) + " (" + Figures.time(rtt.min()) + " to " + Figures.time(rtt.p99())
                                + ")"));
        measured.bitsPerSecond().ifPresent(rate -> add(text, Figures.rate(rate)));
        measured.bytes().ifPresent(bytes -> add(text, Figures.size(bytes)));
        measured.loss().ifPresent(loss -> {
            if (loss > 0) {
                add(text, Figures.number(loss * 100) + " % lost");
            }
        });
        measured.streams().ifPresent(streams -> add(text, Figures.count(streams, "stream")));
        measured.retransmits().ifPresent(segments -> add(text, Figures.count(segments, "retransmit")));
        if (!stage.explanation().isEmpty()) {
            add(text, stage.explanation());
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String part) {
        text.append(text.length() == 0 ? "" : ", ").append(part);
    }
}
