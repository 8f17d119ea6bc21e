package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Conditions;
import io.fanatic.harness.report.Outcome;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Stage;
import io.fanatic.harness.report.Trial;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The report as JUnit XML, as Jenkins and GitLab read it: one case for each pair and stage, and one for each trial. The class
 * is the stage and the case is the pair, so that both list "ping" with all pairs beneath.
 */
final class JunitReport {

    private final Report report;
    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    private JunitReport(Report report) throws XMLStreamException {
        this.report = report;
        this.xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    }

    static String of(Report report) {
        try {
            return new JunitReport(report).write();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing into memory failed", e);
        }
    }

    private String write() throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        line(0);
        xml.writeStartElement("testsuites");
        line(1);
        xml.writeStartElement("testsuite");
        attribute("name", report.title());
        attribute("timestamp", report.when().toString().replace("Z", ""));
        attribute("tests", Integer.toString(cases()));
        attribute("failures", Long.toString(cases(Outcome.FAILED)));
        attribute("errors", "0");
        attribute("skipped", Long.toString(cases(Outcome.SKIPPED)));
        attribute("time", seconds(report.seconds()));
        properties();
        for (Trial trial : report.trials()) {
            testcase(
                    trial.group(),
                    trial.name(),
                    trial.outcome(),
                    trial.seconds(),
                    trial.explanation(),
                    trial.command());
        }
        for (Pair pair : report.pairs()) {
            for (Stage stage : pair.stages()) {
                testcase(
                        stage.name(),
                        pair.title(),
                        stage.outcome(),
                        stage.seconds(),
                        stage.explanation(),
                        stage.command());
            }
        }
        line(1);
        xml.writeEndElement();
        line(0);
        xml.writeEndElement();
        xml.writeEndDocument();
        return text + "\n";
    }

    private void properties() throws XMLStreamException {
        Conditions at = report.conditions();
        line(2);
        xml.writeStartElement("properties");
        property("kernel", at.kernel());
        property("cpus", Integer.toString(at.cpus()));
        property("congestion_control", at.congestionControl());
        property("underlay_mtu", at.underlayMtu());
        property("overlay_mtu", at.overlayMtu());
        property("version", at.version());
        line(2);
        xml.writeEndElement();
    }

    private void property(String name, OptionalInt value) throws XMLStreamException {
        if (value.isPresent()) {
            property(name, Integer.toString(value.getAsInt()));
        }
    }

    private void property(String name, String value) throws XMLStreamException {
        line(3);
        xml.writeEmptyElement("property");
        attribute("name", name);
        attribute("value", value);
    }

    private void testcase(
            String group, String name, Outcome outcome, double seconds, String explanation, String command)
            throws XMLStreamException {
        line(2);
        xml.writeStartElement("testcase");
        attribute("classname", "fan." + group);
        attribute("name", name);
        attribute("time", seconds(seconds));
        if (outcome != Outcome.OK) {
            line(3);
            xml.writeStartElement(outcome == Outcome.FAILED ? "failure" : "skipped");
            attribute("message", explanation);
            if (!command.isEmpty()) {
                xml.writeCharacters(printable("Try: " + command));
            }
            xml.writeEndElement();
            line(2);
        }
        xml.writeEndElement();
    }

    private int cases() {
        return report.trials().size()
                + report.pairs().stream().mapToInt(pair -> pair.stages().size()).sum();
    }

    private long cases(Outcome outcome) {
        return report.trials().stream()
                        .filter(trial -> trial.outcome() == outcome)
                        .count()
                + report.pairs().stream()
                        .map(Pair::stages)
                        .flatMap(List::stream)
                        .filter(stage -> stage.outcome() == outcome)
                        .count();
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, printable(value));
    }

    private void line(int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** XML 1.0 has no way at all to write most control characters (section 2.2). */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t'
                                || c == '\n'
                                || c == '\r'
                                || c >= ' ' && c != 0xfffe && c != 0xffff && (c < 0xd800 || c > 0xdfff)
                        ? c
                        : 0xfffd)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
