/**
 * A {@link io.fanatic.harness.report.Report} as JSON, JUnit XML, Markdown and a page: {@link
 * io.fanatic.harness.report.format.ReportFiles#write} writes all four. The JSON is described in fan-report(5).
 */
@NullMarked
package io.fanatic.harness.report.format;

import org.jspecify.annotations.NullMarked;
