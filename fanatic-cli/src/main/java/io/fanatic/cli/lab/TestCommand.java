package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.Proof;

/** {@code fanatic lab test}: everything a fan has to do, tried on the lab that is up. */
final class TestCommand extends LabCommand {

    TestCommand() {
        super(
                "test",
                "Tries the lab that is up: every host and container reaches every container, bytes arrive undamaged, the"
                        + " outside is reached as the host, forged frames are refused.");
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        Lab lab = lab();
        screen.title("Testing " + labName() + ": " + LabText.summary(lab.spec()));
        Trials trials = new Trials(screen, 1);
        try (Proof proof = new Proof(lab)) {
            trials.runAll(proof, lab.spec());
        }
        screen.blank();
        return trials.conclude();
    }
}
