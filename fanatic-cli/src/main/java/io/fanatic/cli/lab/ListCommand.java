package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import java.util.List;

/** {@code fanatic lab list}: all labs of this machine, or the one named. */
final class ListCommand extends LabCommand {

    ListCommand() {
        super("list", "Lists the labs of this machine, their hosts and containers.", "all");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        for (String name : nameGiven() ? List.of(lab().spec().name()) : Lab.names()) {
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
