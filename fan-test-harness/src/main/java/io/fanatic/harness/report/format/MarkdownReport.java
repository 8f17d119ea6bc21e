package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Topology;
import io.fanatic.harness.report.Trial;
import java.util.List;
import java.util.stream.Collectors;

/** The report as Markdown (GitHub's tables): failures first, then figures as far as a table can hold them. */
final class MarkdownReport {
    private static final int MAX_FAILURES = 50;
    private static final int MAX_PAIRS = 10;
    private static final int WIDEST_MATRIX = 16;

    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    static String of(Report report) {
        MarkdownReport page = new MarkdownReport();
        page.head(report);
        page.failures(report);
        page.trials(report.trials());
        page.matrix("Round trip", HostMatrix.ofRtt(report), Figures::timeUnit);
        page.matrix("Throughput", HostMatrix.ofRate(report), Figures::rateUnit);
        page.hosts(report.topology());
        return page.text.toString();
    }

    private void head(Report report) {
        line("# " + escape(report.title()));
        blank();
        line("**" + escape(Summary.verdict(report)) + "**");
        blank();
        Summary.facts(report).forEach((name, value) -> line("- " + name + ": " + escape(value)));
        blank();
        report.notes().forEach(note -> {
            line("> " + escape(note));
            blank();
        });
    }

    private void failures(Report report) {
        List<Failure> failures = Failure.of(report);
        if (failures.isEmpty()) {
            return;
        }
        line("## What failed");
        blank();
        Summary.common(report).ifPresent(sentence -> {
            line(escape(sentence));
            blank();
        });
        for (Failure failure : failures.subList(0, Math.min(MAX_FAILURES, failures.size()))) {
            line("- **" + escape(failure.title()) + "**"
                    + (failure.explanation().isEmpty() ? "" : ": " + escape(failure.explanation()))
                    + (failure.command().isEmpty() ? "" : " Try " + code(failure.command()) + ".")
                    + (failure.pairs().size() < 2 ? "" : " (" + escape(pairs(failure.pairs())) + ")"));
        }
        if (failures.size() > MAX_FAILURES) {
            line("- and " + (failures.size() - MAX_FAILURES) + " more, in " + ReportFiles.JSON);
        }
        blank();
    }

    private static String pairs(List<String> pairs) {
        return pairs.size() <= MAX_PAIRS
                ? String.join(", ", pairs)
                : String.join(", ", pairs.subList(0, MAX_PAIRS)) + " and " + (pairs.size() - MAX_PAIRS) + " more";
    }

    private void trials(List<Trial> trials) {
        if (trials.isEmpty()) {
            return;
        }
        line("## What was tried besides");
        blank();
        line("| of | what | result | found |");
        line("|---|---|---|---|");
        for (Trial trial : trials) {
            line("| " + escape(trial.group()) + " | " + escape(trial.name()) + " | "
                    + trial.outcome().word() + " | " + escape(trial.explanation()) + " |");
        }
        blank();
    }

    private void matrix(String title, HostMatrix matrix, java.util.function.DoubleFunction<Figures.Unit> units) {
        if (matrix.isEmpty()) {
            return;
        }
        double[] values = matrix.values();
        double median = HostMatrix.median(values);
        Figures.Unit unit = units.apply(median);
        line("## " + title);
        blank();
        line("Median " + unit.withUnit(median) + ", lowest " + unit.withUnit(values[0]) + ", highest "
                + unit.withUnit(values[values.length - 1]) + ".");
        blank();
        if (matrix.size() > WIDEST_MATRIX) {
            line("The whole matrix is in " + ReportFiles.HTML + " and " + ReportFiles.JSON + ".");
            blank();
            return;
        }
        line("| " + unit.name() + " | "
                + matrix.hosts().stream().map(MarkdownReport::escape).collect(Collectors.joining(" | ")) + " |");
        line("|---|" + "--:|".repeat(matrix.size()));
        for (int from = 0; from < matrix.size(); from++) {
            StringBuilder row = new StringBuilder("| **" + escape(matrix.hosts().get(from)) + "** |");
            for (int to = 0; to < matrix.size(); to++) {
                row.append(' ').append(cell(matrix.cell(from, to), unit)).append(" |");
            }
            line(row.toString());
        }
        blank();
    }

    private static String cell(HostMatrix.Cell cell, Figures.Unit unit) {
        return switch (cell.state()) {
            case EMPTY -> "";
            case FAILED -> "**failed**";
            case VALUE -> unit.number(cell.value());
        };
    }

    private void hosts(Topology topology) {
        if (topology.hosts().isEmpty()) {
            return;
        }
        line("## Hosts");
        blank();
        topology.fans().forEach(fan -> line("- fan " + fan));
        blank();
        line("| host | underlay | overlay | containers |");
        line("|---|---|---|--:|");
        for (Topology.Host host : topology.hosts()) {
            line("| " + escape(host.name()) + " | " + host.underlayAddress() + " | "
                    + Summary.joined(host.overlayAddresses()) + " | "
                    + host.containers().size() + " |");
        }
    }

    /** Whatever a name holds, it stays in its line and its cell, and is no markup. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (char c : text.toCharArray()) {
            if (c < ' ' || c == 0x7f) {
                safe.append(' ');
            } else {
                if ("\\`*_[]<>|#~!&".indexOf(c) >= 0) {
                    safe.append('\\');
                }
                safe.append(c);
            }
        }
        return safe.toString();
    }

    /** In a code span nothing can be escaped: its fence must be longer than any run of backquotes inside. */
    private static String code(String text) {
        String clean = text.replaceAll("[\\p{Cntrl}]", " ");
        String fence = "`";
        while (clean.contains(fence)) {
            fence += "`";
        }
        return clean.contains("`") ? fence + " " + clean + " " + fence : fence + clean + fence;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void blank() {
        text.append('\n');
    }
}
