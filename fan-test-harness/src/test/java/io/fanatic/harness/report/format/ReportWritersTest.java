package io.fanatic.harness.report.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.harness.report.Measured;
import io.fanatic.harness.report.Pair;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Rtt;
import io.fanatic.harness.report.Stage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

class ReportWritersTest {
    private static final String HOSTILE = "</td><script>alert('x')</script>&\"`|\n\u0007\ud83d\ude00";

    private final Report small = SampleReports.small("Two hosts", "h1", "h2");
    private final Report hostile = SampleReports.small("T " + HOSTILE, "h1", HOSTILE);

    @Test
    void allFourFilesAreWrittenAndOldOnesReplaced(@TempDir Path directory) throws Exception {
        Path inner = directory.resolve("a/b");
        ReportFiles.write(SampleReports.of(3, 0, 0), inner);
        ReportFiles.write(small, inner);
        try (var files = Files.list(inner)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("report.json", "junit.xml", "report.md", "report.html");
        }
        assertThat(JsonReportReader.read(Files.readString(inner.resolve("report.json"))))
                .isEqualTo(small);
    }

    @Test
    void theJsonIsAsFanReport5DescribesIt() {
        assertThat(JsonReport.of(small)).isEqualTo(resource("small.json"));
    }

    @Test
    void whatWasWrittenAsJsonIsReadBackEqual() {
        for (Report report :
                List.of(small, hostile, SampleReports.of(8, 3, 7), Report.of("empty", SampleReports.CONDITIONS))) {
            assertThat(JsonReportReader.read(JsonReport.of(report))).isEqualTo(report);
        }
    }

    @Test
    void theReaderNamesThePlaceOfWhatItCannotRead() {
        String json = JsonReport.of(small);
        refused(json.replace("\"schema\": 1", "\"schema\": 2"), "report.schema is 2, and this fanatic reads 1");
        refused(json.replace("\"kernel\"", "\"colonel\""), "report.conditions.kernel is missing");
        refused(json.replace("\"cpus\": 2", "\"cpus\": \"2\""), "report.conditions.cpus: \"2\" is not a number");
        refused(json.replaceFirst("\"cpus\": 2", "\"cpus\": 2, \"gpus\": 1"), "report.conditions.gpus is unknown");
        refused(json.replaceFirst("\"loss\": 0.0", "\"loss\": 7"), "report.pairs[0].stages[0]: a loss of 7.0");
        refused(
                json.replaceFirst("\"outcome\": \"skipped\"", "\"outcome\": \"perhaps\""),
                "stages[2].outcome: \"perhaps\"");
        refused(json.replace("\"ok\": false", "\"ok\": true"), "report.ok says true, but by the rest it is false");
        refused(json.substring(0, json.length() / 2), "the report is not JSON");
        refused("", "the report is empty");
    }

    private static void refused(String json, String sentence) {
        assertThatThrownBy(() -> JsonReportReader.read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void theJunitFileHasOneCaseForEachPairAndStageAndEachTrial() {
        assertThat(JunitReport.of(small)).isEqualTo(resource("small.xml"));
    }

    @Test
    void theJunitFileHoldsOnlyWhatJenkinsAndGitlabReadAndItsCountsAreRight() throws Exception {
        for (Report report : List.of(small, hostile, SampleReports.of(8, 3, 7))) {
            Document document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(JunitReport.of(report).getBytes(StandardCharsets.UTF_8)));
            Element suites = document.getDocumentElement();
            assertThat(suites.getTagName()).isEqualTo("testsuites");
            only(suites, Set.of());
            Element suite = children(suites).get(0);
            only(suite, Set.of("name", "timestamp", "tests", "failures", "errors", "skipped", "time"));
            List<Element> cases = children(suite).stream()
                    .filter(each -> each.getTagName().equals("testcase"))
                    .toList();
            assertThat(suite.getAttribute("tests")).isEqualTo(Integer.toString(cases.size()));
            assertThat(suite.getAttribute("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d");
            for (String end : List.of("failure", "skipped")) {
                long count = cases.stream()
                        .filter(each -> each.getElementsByTagName(end).getLength() > 0)
                        .count();
                assertThat(suite.getAttribute(end.equals("failure") ? "failures" : end))
                        .isEqualTo(Long.toString(count));
            }
            for (Element each : cases) {
                only(each, Set.of("classname", "name", "time"));
                children(each).forEach(end -> {
                    assertThat(end.getTagName()).isIn("failure", "skipped");
                    only(end, Set.of("message"));
                });
            }
        }
    }

    /** One figure got a scale from itself to itself, and a host's way to itself was counted below and not above. */
    @Test
    void thePageSaysHowManyOfWhatAndGivesOneFigureNoScale() {
        Stage ping = Stage.ok("ping").with(Measured.NOTHING.withRtt(new Rtt(0.05, 0.07, 0.12)));
        List<Pair> one = List.of(new Pair("h1", "h2", List.of(ping)));
        String alone = HtmlReport.of(small.withPairs(one));
        assertThat(alone).contains("<b>1</b> pairs tested").doesNotContain("class=\"legend\"", "lowest", "Histogram");
        // A node's ping to itself crosses no network.
        assertThat(HtmlReport.of(small.withPairs(List.of(one.get(0), new Pair("h1", "h1", List.of(ping))))))
                .doesNotContain("class=\"legend\"", "title=\"h1 to h1");
        List<Pair> both = List.of(one.get(0), new Pair("h2", "h1", List.of(ping)));
        assertThat(HtmlReport.of(small.withPairs(both)))
                .contains("class=\"legend\"", "Half of the 2 pairs of hosts lie");
        List<Pair> withOwn = List.of(one.get(0), both.get(1), new Pair("h1", "h1c1", List.of(ping)));
        assertThat(HtmlReport.of(small.withPairs(withOwn)))
                .contains("<b>3</b> pairs tested")
                .contains("Half of the 3 pairs of hosts, those of a host with itself included, lie");
    }

    private static void only(Element element, Set<String> attributes) {
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            assertThat(element.getAttributes().item(i).getNodeName()).isIn(attributes);
        }
        attributes.forEach(
                name -> assertThat(element.hasAttribute(name)).as(name).isTrue());
    }

    private static List<Element> children(Element element) {
        List<Element> children = new java.util.ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child) {
                children.add(child);
            }
        }
        return children;
    }

    @Test
    void theMarkdownTellsFailuresFirst() {
        assertThat(MarkdownReport.of(small)).isEqualTo(resource("small.md"));
    }

    @Test
    void hostileNamesStayTextInMarkdown() {
        String text = MarkdownReport.of(hostile);
        assertThat(text.lines().filter(line -> line.startsWith("# "))).hasSize(1);
        assertThat(text).doesNotContain("<script>", "\u0007").contains("\\<script\\>");
        // The bar in the name is no border of a cell: each row of a table has as many as its heading.
        assertThat(text.lines()
                        .filter(line -> line.startsWith("| **"))
                        .map(line -> line.replace("\\|", "")
                                .chars()
                                .filter(c -> c == '|')
                                .count()))
                .isNotEmpty()
                .allMatch(bars -> bars == 5);
    }

    @Test
    void hostileNamesStayTextInThePage() {
        String page = HtmlReport.of(hostile);
        assertThat(page).doesNotContain("<script", "\u0007").contains("&lt;script&gt;alert(&#39;x&#39;)");
    }

    @Test
    void thePageFetchesNothingAndRunsNothing() {
        String page = HtmlReport.of(SampleReports.of(8, 2, 7));
        assertThat(page)
                .contains("default-src 'none'")
                .doesNotContain("http://", "https://", "url(", "@import", " src=", "<script", "onload");
    }

    @Test
    void thePageNamesTheHostThatAllFailuresShareAndTellsThemOnce() {
        String page = HtmlReport.of(SampleReports.of(8, 0, 7));
        assertThat(page).contains("All 14 pairs that failed have h7 at one end", "ping, 14 pairs");
        String first = page.substring(page.indexOf("<main>"), page.indexOf("id=\"throughput\""));
        assertThat(first).contains("What failed").containsOnlyOnce("does not answer on the underlay");
    }

    @Test
    void aReportWithoutPairsOrHostsIsWrittenToo() {
        Report empty = Report.of("empty", SampleReports.CONDITIONS);
        assertThat(MarkdownReport.of(empty)).contains("Nothing was tried");
        assertThat(HtmlReport.of(empty)).contains("Nothing was tried").endsWith("</html>\n");
        assertThat(JunitReport.of(empty)).contains("tests=\"0\"");
    }

    @Test
    void numbersHaveThreeDigitsThatCountAndAUnitThatSuits() {
        assertThat(Figures.time(0.0712)).isEqualTo("71.2 µs");
        assertThat(Figures.time(1240)).isEqualTo("1.24 s");
        assertThat(Figures.rate(9.0249e9)).isEqualTo("9.02 Gbit/s");
        assertThat(Figures.rate(0)).isEqualTo("0 bit/s");
        assertThat(Figures.number(12345)).isEqualTo("12300");
        assertThat(Figures.size(8 << 20)).isEqualTo("8 MiB");
        assertThat(Figures.seconds(119.6)).isEqualTo("120 s");
        assertThat(Figures.seconds(125)).isEqualTo("2 min 5 s");
    }

    @Test
    void coloursGrowLighterStepByStepSoThatGreyTellsThemApartToo() {
        double before = -1;
        for (int step = 0; step < Palette.STEPS; step++) {
            int rgb = Integer.parseInt(Palette.colour(step).substring(1), 16);
            double light = 0.2126 * (rgb >> 16 & 0xff) + 0.7152 * (rgb >> 8 & 0xff) + 0.0722 * (rgb & 0xff);
            assertThat(light).isGreaterThan(before);
            before = light;
        }
    }

    private static String resource(String name) {
        try (var stream = ReportWritersTest.class.getResourceAsStream(name)) {
            return new String(java.util.Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
