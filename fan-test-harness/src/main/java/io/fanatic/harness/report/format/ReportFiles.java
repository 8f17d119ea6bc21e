package io.fanatic.harness.report.format;

import io.fanatic.core.DurableFile;
import io.fanatic.harness.report.Report;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A {@link Report} as files in a directory, each whole or as it was before. */
public final class ReportFiles {
    /** For programs: fan-report(5) has its members. */
    public static final String JSON = "report.json";
    /** For what shows the results of tests. */
    public static final String JUNIT = "junit.xml";
    /** For comments and tickets. */
    public static final String MARKDOWN = "report.md";
    /** For people: one page that fetches nothing. */
    public static final String HTML = "report.html";

    private ReportFiles() {}

    /**
     * Writes report.json, junit.xml, report.md and report.html, over older ones if need be.
     *
     * @param report what they say
     * @param directory is made when it is missing
     * @throws IOException when one cannot be written; the others may have been
     */
    public static void write(Report report, Path directory) throws IOException {
        Files.createDirectories(directory);
        write(directory.resolve(JSON), JsonReport.of(report));
        write(directory.resolve(JUNIT), JunitReport.of(report));
        write(directory.resolve(MARKDOWN), MarkdownReport.of(report));
        write(directory.resolve(HTML), HtmlReport.of(report));
    }

    private static void write(Path file, String text) throws IOException {
        DurableFile.replace(file, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
