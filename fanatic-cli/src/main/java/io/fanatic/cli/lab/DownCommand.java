package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import java.util.List;
import java.util.Optional;

final class DownCommand extends LabCommand {

    DownCommand() {
        super("down", "Takes the lab away, with the processes that still run in it.");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        sweep(screen);
        Optional<Lab> lab = Lab.find(labName());
        if (lab.isEmpty()) {
            screen.line("there is no lab " + labName() + ", nothing to do");
            return ExitCode.DONE;
        }
        List<String> ended = lab.get().down();
        screen.line(labName() + " is down" + (ended.isEmpty() ? "" : "; ended in it: " + String.join(", ", ended)));
        return ExitCode.DONE;
    }
}
