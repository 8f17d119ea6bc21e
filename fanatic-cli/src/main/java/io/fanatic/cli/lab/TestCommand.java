package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.terminal.ProgressLine;
import io.fanatic.cli.terminal.ReportOutput;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.harness.proof.TestRun;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.format.JsonReport;
import java.nio.file.Path;
import java.time.Duration;

/** {@code fanatic lab test}: everything a fan has to do, tried on the lab that is up. */
final class TestCommand extends LabCommand {
    private final Option<Path> report = option("--report", "DIR", Values::path, ReportOutput.DESCRIPTION);
    private final Option<Boolean> all =
            flag("--all", "try every pair, however many there are, instead of a sample of very many");

    private final Option<Boolean> json = flag("--json", "print one JSON document, as report.json in fan-report(5)");

    TestCommand() {
        super(
                "test",
                "Tests the lab that is up. Every host and container reaches every other one, bytes arrive undamaged, the outside is"
                        + " reached as the host, forged frames are refused.");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        Lab lab = lab();
        report.value().ifPresent(ReportOutput::requireDirectory);
        if (json.or(false)) {
            return document(lab, screen);
        }
        screen.title("Testing " + labName() + ": " + LabText.summary(lab.spec()));
        Trials trials = new Trials(screen, 1);
        Selection selection = all.or(false) ? Selection.everything(lab) : Selection.sensible(lab);
        try (Proof proof = new Proof(lab, Duration.ofSeconds(1), ProgressLine.onTerminal()::at)) {
            TestRun test = new TestRun(lab, selection, proof);
            trials.runAll(test, selection, lab.spec());
            report.value().ifPresent(directory -> ReportOutput.write(test.report(), directory, screen::line));
        }
        screen.blank();
        return trials.conclude();
    }

    private ExitCode document(Lab lab, Screen screen) {
        Selection selection = all.or(false) ? Selection.everything(lab) : Selection.sensible(lab);
        try (Proof proof = new Proof(lab, Duration.ofSeconds(1), ProgressLine.onTerminal()::at)) {
            Report found = new TestRun(lab, selection, proof).runAll().report();
            report.value().ifPresent(directory -> ReportOutput.write(found, directory, line -> {}));
            screen.line(JsonReport.of(found).strip());
            return found.ok() ? ExitCode.DONE : ExitCode.TEST_FAILED;
        }
    }
}
