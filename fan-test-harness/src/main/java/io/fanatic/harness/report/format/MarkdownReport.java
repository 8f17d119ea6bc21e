package io.fanatic.harness.report.format;

import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Topology;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The report as Markdown (GitHub's tables): failures first, then figures as far as a table can hold them. What is filled into
 * report.md.
 */
record MarkdownReport(Report report) {
    private static final int MAX_FAILURES = 50;
    private static final int MAX_PAIRS = 10;

    static String of(Report report) {
        return Templates.fill("report.md", new MarkdownReport(report), MarkdownReport::escape);
    }

    String verdict() {
        return Summary.verdict(report);
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

    /** @param command as a code span */
    record ShownFailure(Failure failure, String command, String pairs) {}

    List<ShownFailure> failures() {
        return Failure.of(report).stream()
                .limit(MAX_FAILURES)
                .map(failure -> new ShownFailure(failure, code(failure.command()), pairs(failure.pairs())))
                .toList();
    }

    Optional<Integer> moreFailures() {
        return Optional.of(Failure.of(report).size() - MAX_FAILURES).filter(more -> more > 0);
    }

    private static String pairs(List<String> pairs) {
        if (pairs.size() < 2) {
            return "";
        }
        return pairs.size() <= MAX_PAIRS
                ? String.join(", ", pairs)
                : String.join(", ", pairs.subList(0, MAX_PAIRS)) + " and " + (pairs.size() - MAX_PAIRS) + " more";
    }

    boolean tried() {
        return !report.trials().isEmpty();
    }

    List<HeatMap> heatMaps() {
        return Arrays.stream(IpFamily.values())
                .flatMap(family -> Stream.of(
                        HeatMap.ofRtt("Round trip", report, family), HeatMap.ofRate("Throughput", report, family)))
                .flatMap(Optional::stream)
                .toList();
    }

    Optional<Topology> topology() {
        return Optional.of(report.topology())
                .filter(topology -> !topology.hosts().isEmpty());
    }

    /** Whatever a name holds, it stays in its line and its cell, and is no markup. */
    private static String escape(String text) {
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
        if (clean.isEmpty()) {
            return "";
        }
        String fence = "`";
        while (clean.contains(fence)) {
            fence += "`";
        }
        return clean.contains("`") ? fence + " " + clean + " " + fence : fence + clean + fence;
    }
}
