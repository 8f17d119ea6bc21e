package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Fanctl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabSpec;

/** {@code fanatic lab up}: hosts, fans and containers that stay. */
final class UpCommand extends LabCommand {
    private final Shape shape = new Shape();

    UpCommand() {
        super(
                "up",
                "Makes hosts out of network namespaces, brings a fan up in each and attaches containers. They stay until"
                        + " \"fanatic lab down\".");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        Fanctl fanctl = Fanctl.ofThisInstallation();
        sweep(screen);
        Lab lab = Lab.up(shape.named(labName()));
        try {
            lab.fanUp(fanctl);
            lab.keep();
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
        screen.line(labName() + " is up: " + LabText.summary(lab.spec()));
        screen.details(LabText.hosts(lab));
        String at = labName().equals(LabSpec.DEFAULT_NAME) ? "" : " --lab " + labName();
        screen.line(
                "Next: fanatic lab test" + at + ", fanatic lab exec" + at + " h1 -- ip addr, fanatic lab down" + at);
        return ExitCode.DONE;
    }
}
