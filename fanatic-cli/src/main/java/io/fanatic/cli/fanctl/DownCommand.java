package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Failures;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.container.docker.SpareBridge;
import io.fanatic.cli.names.StaleResolvedLinks;
import io.fanatic.cli.output.PlanText;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanConfigException;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Plan;

/** {@code fanctl down}: one fan, those of the configuration, or everything. */
public final class DownCommand extends Command {
    private final FanArguments fan = new FanArguments(this);
    private final Option<Boolean> all = flag("-a,--all", "take down every fan of the configuration");
    private final Option<Boolean> everything = flag("-e,--everything", "take down every fan that is up");
    private final ConfigFile file = new ConfigFile(this);
    private final Option<Boolean> dryRun = flag("--dry-run", "print what would be done, and do nothing");
    private final FanNetwork network = FanNetwork.onThisHost();

    public DownCommand() {
        super(
                "down",
                "Takes a fan down and leaves the host as it was before. Parts that are gone already are not an error; a bridge with containers on it stays.");
    }

    @Override
    protected ExitCode run(Console console) {
        int ways = (all.or(false) ? 1 : 0) + (everything.or(false) ? 1 : 0) + (fan.given() ? 1 : 0);
        if (ways > 1) {
            throw CommandException.usage("-a, -e and a fan exclude each other; give one of them");
        }
        if (!all.or(false)) {
            file.refuseWithoutAll();
        }
        ExitCode code = down(console);
        if (!dryRun.or(false)) {
            StaleResolvedLinks.revert();
            SpareBridge.make().ifPresent(sentence -> console.err().println("fanctl: note: " + sentence));
        }
        return code;
    }

    private ExitCode down(Console console) {
        if (everything.or(false)) {
            Plan plan = dryRun.or(false) ? network.planDownEverything() : network.downEverything();
            report(plan, "every fan is down", "no fan is up", console);
            return ExitCode.DONE;
        }
        if (!all.or(false)) {
            down(fan.entry(), console);
            return ExitCode.DONE;
        }
        Failures failures = new Failures(console);
        FanConfig config = file.read();
        for (FanConfigException problem : config.problems()) {
            failures.add(problem);
        }
        for (FanConfig.Line line : config.lines()) {
            failures.guard(file.at(line.number()), () -> down(line.entry(), console));
        }
        return failures.exitCode();
    }

    private void down(FanEntry entry, Console console) {
        Ipv4Prefix overlay = entry.overlay();
        Plan plan = dryRun.or(false)
                ? network.planDown(overlay, entry.underlay())
                : network.down(overlay, entry.underlay());
        String name = overlay + " over " + entry.underlay();
        report(plan, "fan " + name + " is down", "fan " + name + " was not up", console);
    }

    private void report(Plan plan, String done, String nothing, Console console) {
        if (dryRun.or(false)) {
            PlanText.print(plan, console.out());
        } else {
            console.out().println(plan.isEmpty() ? nothing : done);
        }
    }
}
