package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.OnExit;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.harness.lab.Fanctl;
import io.fanatic.harness.lab.KernelMemory;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabSpec;
import java.util.List;
import java.util.Locale;

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
        Fanctl fanctl = shape.fanctl();
        sweep(screen);
        KernelMemory before = KernelMemory.now();
        long began = System.nanoTime();
        Lab lab = up(fanctl);
        screen.line(labName() + " is up: " + LabText.summary(lab.spec()));
        screen.details(LabText.hosts(lab));
        screen.line(cost(lab, (System.nanoTime() - began) / 1e6, before));
        String at = labName().equals(LabSpec.DEFAULT_NAME) ? "" : " --lab " + labName();
        screen.line("Next:");
        for (String command : List.of("test" + at, "exec" + at + " h1 -- ip addr", "down" + at)) {
            screen.line("    fanatic lab " + command);
        }
        return ExitCode.DONE;
    }

    /** What does not come up whole goes again, at Ctrl-C too. */
    private Lab up(Fanctl fanctl) {
        try (OnExit untilKept = takenAwayOnExit()) {
            Lab lab = Lab.up(shape.named(labName()));
            try {
                lab.fanUp(fanctl);
                lab.keep();
                return lab;
            } catch (RuntimeException | Error e) {
                lab.close();
                throw e;
            }
        }
    }

    /** Hosts and fans are part of what a container costs; so is whatever else the machine did meanwhile. */
    private static String cost(Lab lab, double millis, KernelMemory before) {
        double bytes = Math.max(0, KernelMemory.now().bytes() - before.bytes());
        int containers = lab.containers().size();
        String all = String.format(
                Locale.ROOT, "Took %.1f s and %.1f MiB of kernel memory", millis / 1e3, bytes / (1 << 20));
        return containers == 0
                ? all + "."
                : all
                        + String.format(
                                Locale.ROOT,
                                ": %.1f ms and %.0f KiB per container.",
                                millis / containers,
                                bytes / 1024 / containers);
    }
}
