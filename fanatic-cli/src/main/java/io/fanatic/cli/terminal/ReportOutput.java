package io.fanatic.cli.terminal;

import io.fanatic.cli.command.CommandException;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.format.ReportFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The files of {@code --report}. */
public final class ReportOutput {
    public static final String DESCRIPTION =
            "write a report into this directory: a page to look at, Markdown, JSON, JUnit XML";

    private ReportOutput() {}

    /**
     * Makes the directory, before a test of minutes finds that it cannot.
     *
     * @throws CommandException when that is impossible
     */
    public static void requireDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        if (!Files.isWritable(directory)) {
            throw CommandException.failed("cannot write the report: " + directory + " is not writable");
        }
    }

    /**
     * Writes the files, then says where to look.
     *
     * @throws CommandException when they cannot be written
     */
    public static void write(Report report, Path directory, Consumer<String> say) {
        try {
            ReportFiles.write(report, directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
        say.accept("");
        say.accept("Report: " + directory.resolve(ReportFiles.HTML));
    }

    private static CommandException failure(Path directory, IOException e) {
        return CommandException.failed("cannot write the report into " + directory + ": " + e.getMessage());
    }
}
