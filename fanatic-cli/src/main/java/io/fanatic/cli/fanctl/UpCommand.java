package io.fanatic.cli.fanctl;

import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ConfigFile;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Failures;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.docker.SpareBridge;
import io.fanatic.cli.engines.HandedOut;
import io.fanatic.cli.names.StaleResolvedLinks;
import io.fanatic.cli.output.NamesText;
import io.fanatic.cli.output.PlanText;
import io.fanatic.cli.output.UpJson;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanConfigException;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Share;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import java.util.List;
import java.util.Optional;

/** {@code fanctl up}: one fan of the command line, or all of the configuration. */
public final class UpCommand extends Command {
    private final FanArguments fan = new FanArguments(this);
    private final FanArguments.Flags flags = new FanArguments.Flags(this);
    private final Option<Boolean> all = flag("-a,--all", "bring up every fan of the configuration");
    private final ConfigFile file = new ConfigFile(this);
    private final Option<Boolean> dryRun = flag("--dry-run", "print what would be done, and do nothing");
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final FanNetwork network = FanNetwork.onThisHost();

    public UpCommand() {
        super(
                "up",
                "Brings a fan up. A fan that is up already is left alone, repaired where something is missing, or"
                        + " changed where the options differ.");
    }

    @Override
    protected ExitCode run(Console console) {
        if (json.or(false)) {
            UpJson document = new UpJson();
            ExitCode code = run(console, Optional.of(document));
            console.out().println(document.document(dryRun.or(false)));
            return code;
        }
        return run(console, Optional.empty());
    }

    private ExitCode run(Console console, Optional<UpJson> document) {
        if (!dryRun.or(false)) {
            StaleResolvedLinks.revert();
        }
        if (!all.or(false)) {
            file.refuseWithoutAll();
            FanEntry entry = flags.applyTo(fan.entry());
            // Not for the configuration: at boot the service starts after the fans.
            for (Fan up : up(entry, console, document)) {
                NamesText.notServed(up).ifPresent(note -> console.err().println("fanctl: note: " + note));
            }
            return ExitCode.DONE;
        }
        if (fan.given()) {
            throw CommandException.usage("-a brings up what the configuration says; give it or a fan, not both");
        }
        Failures failures =
                document.isEmpty() ? new Failures(console) : new Failures(console, document.get()::addFailure);
        FanConfig config = file.read();
        for (FanConfigException problem : config.problems()) {
            failures.add(problem);
        }
        List<FanConfig.Line> lines = config.lines().stream()
                .filter(line -> !line.entry().options().off())
                .toList();
        if (lines.isEmpty() && config.problems().isEmpty()) {
            console.err().println("fanctl: note: " + file.path() + " has no fan to bring up");
        }
        for (FanConfig.Line line : lines) {
            failures.guard(file.at(line.number()), () -> up(line.entry(), console, document));
        }
        if (!dryRun.or(false)) {
            SpareBridge.make().ifPresent(sentence -> console.err().println("fanctl: note: " + sentence));
        }
        return failures.exitCode();
    }

    /** The fans of the overlay that are up then; none of a dry run. */
    private List<Fan> up(FanEntry entry, Console console, Optional<UpJson> document) {
        if (entry.options().dhcp()) {
            requireOwn(entry, console);
        }
        if (dryRun.or(false)) {
            Plan plan = network.plan(entry);
            if (document.isPresent()) {
                document.get().add(network.preview(entry), plan);
            } else {
                PlanText.print(plan, console.out());
            }
            note(plan, console);
            return List.of();
        }
        Plan plan = network.up(entry);
        note(plan, console);
        List<Fan> fans = network.list().stream()
                .filter(up -> up.overlay().equals(entry.overlay()))
                .toList();
        for (Fan up : fans) {
            if (document.isPresent()) {
                document.get().add(up, plan);
            } else {
                console.out().println(PlanText.isUp(up, plan));
            }
        }
        return fans;
    }

    /**
     * DHCP gives out nothing that a container engine gives out. What an earlier version has set up overlaps as it always did, and is
     * no reason to leave the fan down.
     */
    private void requireOwn(FanEntry entry, Console console) {
        Fan fan = network.preview(entry);
        for (FanSlice slice : fan.slices()) {
            FanAttachment attachment = FanAttachment.of(fan, slice);
            for (HandedOut other :
                    fan.leases(slice.underlayAddress()) ? HandedOut.on(attachment) : List.<HandedOut>of()) {
                if (!other.range().overlaps(attachment.range(Share.DHCP))) {
                    continue;
                }
                String overlap = other.overlaps(attachment, Share.DHCP);
                if (!other.wholeSlice()) {
                    throw CommandException.conflict(overlap);
                }
                console.err().println("fanctl: note: " + overlap);
            }
        }
    }

    private static void note(Plan plan, Console console) {
        plan.notes().forEach(note -> console.err().println("fanctl: note: " + note));
    }
}
