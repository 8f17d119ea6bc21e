package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report as JUnit XML, as Jenkins and GitLab read it: one case for each pair and stage, and one for each trial. The class
 * is the stage and the case is the pair, so that both list "ping" with all pairs beneath. What is filled into junit.xml.
 */
record JunitReport(Report report, List<Case> cases) {
    static String of(Report report) {
        List<Case> cases = new ArrayList<>();
        report.trials()
                .forEach(trial -> cases.add(new Case(
                        trial.group(),
                        trial.name(),
                        trial.outcome(),
                        JunitReport.seconds(trial.seconds()),
                        trial.explanation(),
                        trial.command())));
        report.pairs()
                .forEach(pair -> pair.stages()
                        .forEach(stage -> cases.add(new Case(
                                stage.name(),
                                pair.title(),
                                stage.outcome(),
                                JunitReport.seconds(stage.seconds()),
                                stage.explanation(),
                                stage.command()))));
        return Templates.fill("junit.xml", new JunitReport(report, cases), JunitReport::escape);
    }

    /** A trial, or a stage of a pair. */
    record Case(String group, String name, Outcome outcome, String time, String explanation, String command) {
        boolean ok() {
            return outcome == Outcome.OK;
        }

        String element() {
            return outcome == Outcome.FAILED ? "failure" : "skipped";
        }
    }

    String timestamp() {
        return report.when().toString().replace("Z", "");
    }

    String time() {
        return seconds(report.seconds());
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    int tests() {
        return cases.size();
    }

    long failures() {
        return count(Outcome.FAILED);
    }

    long skipped() {
        return count(Outcome.SKIPPED);
    }

    private long count(Outcome outcome) {
        return cases.stream().filter(each -> each.outcome == outcome).count();
    }

    List<Summary.Fact> properties() {
        Conditions at = report.conditions();
        List<Summary.Fact> properties = new ArrayList<>();
        properties.add(new Summary.Fact("kernel", at.kernel()));
        properties.add(new Summary.Fact("cpus", Integer.toString(at.cpus())));
        properties.add(new Summary.Fact("congestion_control", at.congestionControl()));
        at.underlayMtu().ifPresent(mtu -> properties.add(new Summary.Fact("underlay_mtu", Integer.toString(mtu))));
        at.overlayMtu().ifPresent(mtu -> properties.add(new Summary.Fact("overlay_mtu", Integer.toString(mtu))));
        properties.add(new Summary.Fact("version", at.version()));
        return properties;
    }

    /** Safe as text and in quoted attributes. XML 1.0 has no way at all to write most control characters (section 2.2). */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                default -> safe.appendCodePoint(isPrintable(c) ? c : 0xfffd);
            }
        });
        return safe.toString();
    }

    private static boolean isPrintable(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || c >= ' ' && c != 0xfffe && c != 0xffff && (c < 0xd800 || c > 0xdfff);
    }
}
