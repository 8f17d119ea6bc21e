package io.fanatic.cli.lab;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.terminal.OnExit;
import io.fanatic.cli.terminal.Screen;
import io.fanatic.cli.terminal.Wrap;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Fanctl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import io.fanatic.harness.proof.TestRun;
import io.fanatic.netlink.host.HostSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** {@code fanatic lab demo}: the whole story in a lab of its own, from nothing to nothing. */
final class DemoCommand extends LabCommand {
    private static final String USUAL_NAME = "fandemo";

    private final Shape shape = new Shape();

    DemoCommand() {
        super(
                "demo",
                "Makes a lab, brings a fan up in it, tests that, and removes all of it. Hosts are network namespaces; the real fanctl"
                        + " runs in each. Containers reach each other, spoofed packets are dropped, and nothing is left.",
                USUAL_NAME);
    }

    @Override
    ExitCode runAsRoot(Screen screen) {
        LabSpec spec = shape.named(labName());
        Fanctl fanctl = shape.fanctl();
        sweep(screen);
        try (OnExit untilDone = OnExit.run("lab-goodbye", () -> sayGoodbye(screen))) {
            return tell(spec, fanctl, screen);
        } catch (RuntimeException e) {
            while (screen.silent()) {
                // Ctrl-C: what failed is what the hook took away, and the hook ends the program.
                LockSupport.park();
            }
            throw e;
        }
    }

    private void sayGoodbye(Screen screen) {
        screen.silence();
        takeAwayOwn();
        System.err.println("\ninterrupted; the lab is gone");
    }

    private static ExitCode tell(LabSpec spec, Fanctl fanctl, Screen screen) {
        Trials trials = new Trials(screen, 1);
        screen.title("A fan: " + LabText.summary(spec));
        trials.step("Hosts, made of network namespaces, joined by an underlay switch");
        try (Lab lab = Lab.up(spec)) {
            screen.details(LabText.hosts(lab));
            screen.detail(Wrap.pad("", 5) + Wrap.pad(spec.outsideAddress().toString(), 16) + "is outside, behind "
                    + spec.routerAddress());
            List<HostSnapshot> before = lab.hosts().stream().map(lab::snapshot).toList();

            trials.step("A fan on each, by the real fanctl");
            int up = 0;
            for (LabHost host : lab.hosts()) {
                up += fanctl(fanctl, host, fanctl.upArguments(host), screen) ? 1 : 0;
            }
            trials.note("fans brought up by fanctl", spec.hosts(), up);
            if (up < spec.hosts()) {
                return trials.conclude();
            }
            fanctl(fanctl, lab.hosts().get(0), List.of("show"), screen);

            trials.step("Containers: bare namespaces with a cable into the fan's bridge");
            lab.containers().forEach(lab::attach);
            screen.details(containers(lab));

            try (Proof proof = new Proof(lab)) {
                Selection selection = Selection.sensible(lab);
                trials.runAll(new TestRun(lab, selection, proof), selection, spec);
            }

            trials.step("Down again: what is left of the fan on each host?");
            lab.containers().forEach(lab::detach);
            int clean = 0;
            for (LabHost host : lab.hosts()) {
                fanctl(fanctl, host, Fanctl.downArguments(host), screen);
                clean += leftNothing(before.get(host.number() - 1), lab.snapshot(host), screen) ? 1 : 0;
            }
            trials.note("hosts as they were before, after fanctl down", spec.hosts(), clean);
        }
        screen.blank();
        return trials.conclude();
    }

    private static boolean fanctl(Fanctl fanctl, LabHost host, List<String> arguments, Screen screen) {
        ExecResult result = fanctl.run(host, arguments);
        screen.command(host.name(), "fanctl " + String.join(" ", arguments), result.output());
        if (!result.ok()) {
            screen.detail("exit code " + result.exitCode() + ": " + screen.verdict(false));
        }
        return result.ok();
    }

    private static List<String> containers(Lab lab) {
        List<String> lines = new ArrayList<>();
        for (LabContainer container : lab.containers()) {
            String address =
                    container.address() + "/" + lab.spec().mapping().overlay().prefixLength();
            lines.add(Wrap.pad(container.name(), 8) + Wrap.pad(address, 19) + "default via "
                    + container.host().address());
        }
        return lines;
    }

    private static boolean leftNothing(HostSnapshot before, HostSnapshot after, Screen screen) {
        List<String> differences = before.changesTo(after);
        if (differences.isEmpty()) {
            screen.detail("   nothing: links, routes, rules, sysctls, files and processes as before");
            return true;
        }
        screen.detail("   " + screen.verdict(false) + ", these differ:");
        differences.forEach(each -> screen.detail("   " + each));
        return false;
    }
}
