package io.fanatic.harness.report.format;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.fanatic.core.IpFamily;
import io.fanatic.harness.report.Report;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser shows it. The browser's namespace has no network. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportPageTest {
    private static final List<Integer> WIDTHS = List.of(360, 768, 1280);
    private static final List<Report> REPORTS = List.of(
            SampleReports.of(2, 0, 0),
            SampleReports.of(3, 2, 0),
            SampleReports.of(8, 163, 7),
            SampleReports.of(64, 1, 42));

    private Path directory = Path.of("");

    private Chromium chromium;

    @BeforeAll
    void startTheBrowser(@TempDir Path directory) throws IOException {
        assumeTrue(LIBC.geteuid() == 0, "the browser gets a network namespace of its own, which needs root");
        this.directory = directory;
        chromium = Chromium.start(Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    void endIt() throws IOException {
        if (chromium != null) {
            chromium.close();
            assertThat(Namespace.names())
                    .noneMatch(name -> name.startsWith(
                            "fanchrome-" + ProcessHandle.current().pid()));
        }
    }

    private void open(Report report) throws IOException {
        Path file = Files.writeString(directory.resolve("page.html"), HtmlReport.of(report));
        chromium.open(file);
    }

    @Test
    void theBrowserHasNothingToComplainAboutAndFetchesOnlyThePage() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            assertThat(chromium.complaints()).isEmpty();
            assertThat(chromium.requests())
                    .filteredOn(url -> !url.startsWith("data:"))
                    .hasSize(1)
                    .allMatch(url -> url.startsWith("file:"));
        }
    }

    @Test
    void noPageIsWiderThanItsWindow() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            for (int width : WIDTHS) {
                chromium.resize(width, 800);
                assertThat(number("document.documentElement.scrollWidth"))
                        .as(report.title() + " at " + width)
                        .isEqualTo(width);
                assertThat(
                                number(
                                        "document.querySelectorAll('.heat').length && Math.max(...[...document.querySelectorAll('.heat')].map(t => t.getBoundingClientRect().right))"))
                        .isLessThanOrEqualTo(width);
            }
        }
    }

    @Test
    void everyNameAndNumberThatIsShownHasRoom() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            for (int width : WIDTHS) {
                chromium.resize(width, 800);
                assertThat(
                                number(
                                        "[...document.querySelectorAll('.heat:not(.dense) td, .heat:not(.dense) th')]"
                                                + ".filter(e => parseFloat(getComputedStyle(e).fontSize) > 0 && e.scrollWidth > e.clientWidth).length"))
                        .as("cells whose text is cut off, " + report.title() + " at " + width)
                        .isZero();
            }
        }
    }

    @Test
    void theHeatMapsHoldExactlyTheFiguresOfTheJson() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            Report json = JsonReportReader.read(JsonReport.of(report));
            compare(cells("throughput"), HostMatrix.ofRate(json, IpFamily.IPV4));
            compare(cells("rtt"), HostMatrix.ofRtt(json, IpFamily.IPV4));
        }
    }

    /** Rows of strings: a value, {@code bad} or {@code none}. */
    private JsonArray cells(String figure) throws IOException {
        return chromium.evaluate("[...document.querySelectorAll('#" + figure + " tbody tr')].map(r =>"
                        + " [...r.querySelectorAll('td')].map(d => d.dataset.v || d.className))")
                .getAsJsonArray();
    }

    private static void compare(JsonArray rows, HostMatrix matrix) {
        assertThat(rows).hasSize(matrix.size());
        for (int from = 0; from < matrix.size(); from++) {
            JsonArray row = rows.get(from).getAsJsonArray();
            assertThat(row).hasSize(matrix.size());
            for (int to = 0; to < matrix.size(); to++) {
                HostMatrix.Cell cell = matrix.cell(from, to);
                String found = row.get(to).getAsString();
                switch (cell.state()) {
                    case EMPTY -> assertThat(found).isEqualTo("none");
                    case FAILED -> assertThat(found).isEqualTo("bad");
                    case VALUE -> assertThat(Double.parseDouble(found)).isEqualTo(cell.value());
                }
            }
        }
    }

    @Test
    void theNumberInACellIsItsValueRounded() throws IOException {
        open(SampleReports.of(8, 0, 0));
        JsonArray cells = chromium.evaluate("[...document.querySelectorAll('#throughput td[data-v]')].map(d =>"
                        + " [parseFloat(d.dataset.v), parseFloat(d.innerText)])")
                .getAsJsonArray();
        assertThat(cells).hasSize(56);
        for (JsonElement cell : cells) {
            double value = cell.getAsJsonArray().get(0).getAsDouble();
            assertThat(cell.getAsJsonArray().get(1).getAsDouble()).isCloseTo(value / 1e9, within(0.05));
        }
    }

    @Test
    void lightAndDarkBothHaveTextThatStandsOutFromItsBackground() throws IOException {
        open(SampleReports.of(8, 163, 7));
        double light = contrast("light");
        double dark = contrast("dark");
        assertThat(light).isGreaterThanOrEqualTo(4.5);
        assertThat(dark).isGreaterThanOrEqualTo(4.5);
        assertThat(background()).isNotEqualTo(background("light"));
    }

    private String background(String scheme) throws IOException {
        chromium.prefer(scheme);
        return background();
    }

    private String background() throws IOException {
        return chromium.evaluate("getComputedStyle(document.body).backgroundColor")
                .getAsString();
    }

    /** The least contrast (WCAG 2.2) of any text with the nearest background behind it. */
    private double contrast(String scheme) throws IOException {
        chromium.prefer(scheme);
        return number("""
                (() => {
                  const rgb = c => c.match(/[\\d.]+/g).map(Number);
                  const light = c => c.slice(0, 3).map(v => v / 255)
                      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                  const behind = e => {
                    for (; e; e = e.parentElement) {
                      const c = rgb(getComputedStyle(e).backgroundColor);
                      if (c.length < 4 || c[3] > 0) return c;
                    }
                    return [255, 255, 255];
                  };
                  let least = 21;
                  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                  while (walk.nextNode()) {
                    const e = walk.currentNode.parentElement;
                    if (!walk.currentNode.data.trim() || e.closest('svg, .bad, .hidden')) continue;
                    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
                    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
                  }
                  return least;
                })()""");
    }

    @Test
    void tablesHaveHeadersAndFiguresCaptionsAndDrawingsWords() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            assertThat(
                            number(
                                    "[...document.querySelectorAll('table')].filter(t => !t.caption || !t.querySelector('th[scope=col]') || !t.querySelector('th[scope=row]')).length"))
                    .isZero();
            assertThat(
                            number(
                                    "[...document.querySelectorAll('figure')].filter(f => !f.querySelector('figcaption')).length"))
                    .isZero();
            assertThat(
                            number(
                                    "[...document.querySelectorAll('svg')].filter(s => s.getAttribute('role') !== 'img' || !s.getAttribute('aria-label')).length"))
                    .isZero();
            assertThat(number("document.querySelectorAll('svg').length")).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void theDrawingStaysInsideItsFrame() throws IOException {
        for (Report report : REPORTS) {
            open(report);
            for (int width : WIDTHS) {
                chromium.resize(width, 800);
                assertThat(number("(() => { const f = document.querySelector('#topology svg').getBoundingClientRect();"
                                + " return [...document.querySelectorAll('#topology svg *')].map(e => e.getBoundingClientRect())"
                                + ".filter(r => r.width && (r.left < f.left - 1 || r.right > f.right + 1 || r.top < f.top - 1"
                                + " || r.bottom > f.bottom + 1)).length; })()"))
                        .as(report.title() + " at " + width)
                        .isZero();
            }
        }
    }

    @Test
    void itCanBePrinted() throws IOException {
        open(SampleReports.of(64, 1, 42));
        assertThat(new String(chromium.pdf(), 0, 5, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("%PDF-");
    }

    @Test
    void hostileNamesAreShownAsTheyAreAndDoNothing() throws IOException {
        String name = "<img src=x onerror=alert(1)>'\"&amp;";
        open(SampleReports.small("Two " + name, "h1", name));
        assertThat(chromium.complaints()).isEmpty();
        assertThat(chromium.evaluate("document.querySelector('h1').textContent").getAsString())
                .isEqualTo("Two " + name);
        assertThat(number("document.images.length")).isZero();
        assertThatCode(() -> chromium.evaluate("document.title")).doesNotThrowAnyException();
    }

    private double number(String expression) throws IOException {
        return chromium.evaluate(expression).getAsDouble();
    }
}
