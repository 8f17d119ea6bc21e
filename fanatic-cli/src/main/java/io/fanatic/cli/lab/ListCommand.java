package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;

/** {@code fanatic lab list}: all labs of this machine. */
final class ListCommand extends LabCommand {

    ListCommand() {
        super("list", "Lists the labs of this machine, their hosts and containers.");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        for (String name : Lab.names()) {
            Lab.find(name).ifPresent(lab -> {
                String owner = lab.ownerPid()
                        .map(pid -> " (ends with process " + pid + ")")
                        .orElse("");
                screen.line(name + ": " + LabText.summary(lab.spec()) + owner);
                screen.details(LabText.hosts(lab));
            });
        }
        return ExitCode.DONE;
    }
}
