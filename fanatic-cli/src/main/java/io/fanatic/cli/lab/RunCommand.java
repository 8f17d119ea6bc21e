package io.fanatic.cli.lab;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.terminal.ReportOutput;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.report.Report;
import io.fanatic.harness.report.Trial;
import io.fanatic.harness.scenario.Scenario;
import io.fanatic.harness.scenario.ScenarioException;
import io.fanatic.harness.scenario.ScenarioRun;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** {@code fanatic lab run}: a scripted run in a lab of its own. */
final class RunCommand extends LabCommand {
    private static final String USUAL_NAME = "fanrun";

    private final Option<String[]> file = words("SCENARIO", "1", "a YAML file, see fan-scenario(5)");
    private final Option<Path> report = option("--report", "DIR", Path::of, ReportOutput.DESCRIPTION);

    RunCommand() {
        super(
                "run",
                "Does what a scenario says in a lab of its own: hosts, fans, links that fail, hosts that stop; and checks what"
                        + " it expects.",
                USUAL_NAME);
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        Scenario scenario = read(Path.of(file.required()[0]));
        report.value().ifPresent(ReportOutput::requireDirectory);
        sweep(screen);
        screen.title(scenario.title());
        screen.wrapped("", LabText.summary(scenario.lab()));
        try (TakenAwayOnExit untilDone = TakenAwayOnExit.of(labName())) {
            Report found = new ScenarioRun(scenario, labName()).run(trial -> print(trial, screen));
            report.value().ifPresent(directory -> ReportOutput.write(found, directory, screen::line));
            screen.blank();
            String seconds = String.format(Locale.ROOT, "%.1f s", found.seconds());
            return screen.conclude(
                    found.ok(),
                    found.ok()
                            ? "Everything was as expected, in " + seconds + "."
                            : "Not everything was as expected (" + seconds + ").");
        }
    }

    private static Scenario read(Path path) {
        try {
            return Scenario.read(path);
        } catch (ScenarioException e) {
            throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.USAGE, "there is no file " + path);
        } catch (IOException e) {
            throw new CommandException(ExitCode.USAGE, "cannot read " + path + ": " + e.getMessage());
        }
    }

    private static void print(Trial trial, Screen screen) {
        String word = switch (trial.outcome()) {
            case OK -> screen.verdict(true) + "      ";
            case FAILED -> screen.verdict(false) + "  ";
            case SKIPPED -> "skipped ";
        };
        screen.line(word + trial.name());
        if (!trial.explanation().isEmpty()) {
            screen.wrapped("        ", trial.explanation());
        }
    }
}
