/**
 * A {@link io.fanatic.harness.report.Report} as JSON, JUnit XML, Markdown and a page: {@link
 * io.fanatic.harness.report.format.ReportFiles#write} writes all four. The JSON is described in fan-report(5) and read back by {@link
 * io.fanatic.harness.report.format.JsonReport#read}.
 */
@NullMarked
package io.fanatic.harness.report.format;

import org.jspecify.annotations.NullMarked;
