package io.fanatic.cli.lab;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.ReportFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of {@code --report}. */
final class ReportOutput {
    static final String DESCRIPTION = "write " + ReportFiles.JSON + ", " + ReportFiles.JUNIT + ", "
            + ReportFiles.MARKDOWN + " and " + ReportFiles.HTML + " there";

    private ReportOutput() {}

    /**
     * Makes the directory, before a test of minutes finds that it cannot.
     *
     * @throws CommandException when that is impossible
     */
    static void requireDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        if (!Files.isWritable(directory)) {
            throw new CommandException(ExitCode.FAILED, "cannot write the report: " + directory + " is not writable");
        }
    }

    /** @throws CommandException when the files cannot be written */
    static void write(Report report, Path directory, Screen screen) {
        try {
            ReportFiles.write(report, directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        screen.blank();
        screen.line("Report: " + directory.resolve(ReportFiles.HTML));
    }

    private static CommandException failure(Path directory, IOException e) {
        return new CommandException(
                ExitCode.FAILED, "cannot write the report into " + directory + ": " + e.getMessage());
    }
}
