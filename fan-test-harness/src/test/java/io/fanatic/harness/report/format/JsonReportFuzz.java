package io.fanatic.harness.report.format;

import io.fanatic.harness.report.Report;
import java.nio.charset.StandardCharsets;

/** Any text as a report; what reads is written the same twice. Documented: IllegalArgumentException. */
public final class JsonReportFuzz {
    private JsonReportFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Report report;
        try {
            report = JsonReport.read(new String(data, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException documented) {
            return;
        }
        String json = JsonReport.of(report);
        String again = JsonReport.of(JsonReport.read(json));
        if (!again.equals(json)) {
            throw new AssertionError(json + " reads back as " + again);
        }
    }
}
