package io.fanatic.cli.lab;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.terminal.OnExit;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code fanatic lab run}: a scripted run in a lab of its own. */
final class RunCommand extends LabCommand {
    private static final String USUAL_NAME = "fanrun";

    private final Option<String[]> files =
            words("SCENARIO", "1..*", "a YAML file, see fan-scenario(5); several run one after the other");
    private final Option<Path> report = option("--report", "DIR", Values::path, ReportOutput.DESCRIPTION);

    RunCommand() {
        super(
                "run",
                "Runs a scenario in a lab of its own, and checks what it expects. Its steps may slow down, cut off or stop hosts.",
                USUAL_NAME);
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        List<Path> paths = Stream.of(files.required()).map(Path::of).toList();
        List<Scenario> scenarios = paths.stream().map(RunCommand::read).toList();
        List<Optional<Path>> directories = paths.stream()
                .map(path -> report.value().map(all -> paths.size() == 1 ? all : all.resolve(baseName(path))))
                .toList();
        directories.forEach(directory -> directory.ifPresent(ReportOutput::requireDirectory));
        sweep(screen);
        boolean ok = true;
        for (int i = 0; i < scenarios.size(); i++) {
            if (i > 0) {
                screen.blank();
            }
            ok &= run(scenarios.get(i), directories.get(i), screen);
        }
        return ok ? ExitCode.DONE : ExitCode.TEST_FAILED;
    }

    private boolean run(Scenario scenario, Optional<Path> directory, Screen screen) {
        screen.title(scenario.title());
        screen.wrapped("", LabText.summary(scenario.lab()));
        try (OnExit untilDone = takenAwayOnExit()) {
            Report found = new ScenarioRun(scenario, labName()).run(trial -> print(trial, screen));
            directory.ifPresent(given -> ReportOutput.write(found, given, screen::line));
            screen.blank();
            String seconds = String.format(Locale.ROOT, "%.1f s", found.seconds());
            screen.conclude(
                    found.ok(),
                    found.ok()
                            ? "Everything was as expected, in " + seconds + "."
                            : "Not everything was as expected (" + seconds + ").");
            return found.ok();
        }
    }

    /** {@code two-hosts} of {@code examples/two-hosts.yaml}: where a report goes that is not the only one. */
    private static String baseName(Path path) {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static Scenario read(Path path) {
        try {
            return Scenario.read(path);
        } catch (ScenarioException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            throw CommandException.usage("there is no file " + path);
        } catch (IOException e) {
            throw CommandException.usage("cannot read " + path + ": " + e.getMessage());
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
