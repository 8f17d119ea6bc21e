/**
 * What a test found, as a value, and as files for people and programs.
 *
 * <p>{@link io.fanatic.harness.report.Report} is neutral: pairs of names with {@linkplain io.fanatic.harness.report.Stage
 * stages}, and {@linkplain io.fanatic.harness.report.Trial trials} that are not about a pair. The test fills it in;
 * {@link io.fanatic.harness.report.format.ReportFiles#write} makes report.json, junit.xml, report.md and report.html of it:
 *
 * <pre>{@code
 * Stage ping = Stage.ok("ping").with(Measured.NOTHING.withRtt(new Rtt(0.05, 0.07, 0.12)));
 * Stage data = Stage.failed("data", "h2 refuses TCP", "fanatic serve");
 * Report report = Report.of("Two hosts", Conditions.ofThisMachine("cubic"))
 *         .withPairs(List.of(new Pair("h1", "h2", List.of(ping, data))));
 * ReportFiles.write(report, Path.of("out"));
 * }</pre>
 *
 * <p>The JSON is described in fan-report(5).
 */
@NullMarked
package io.fanatic.harness.report;

import org.jspecify.annotations.NullMarked;
