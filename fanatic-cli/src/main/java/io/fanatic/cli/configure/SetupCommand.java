package io.fanatic.cli.configure;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Command;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.names.StaleResolvedLinks;
import io.fanatic.cli.setup.Confirmation;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.Transition;
import io.fanatic.cli.setup.TransitionPlan;
import io.fanatic.cli.setup.Watcher;
import io.fanatic.cli.terminal.Interruption;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.cli.terminal.Terminals;
import io.fanatic.cli.wizard.LinePrompter;
import io.fanatic.cli.wizard.Prompter;
import io.fanatic.cli.wizard.TerminalPrompter;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.HostLock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What the commands share that change fans together with what belongs to them. */
abstract class SetupCommand extends Command {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Supplier<Host> host;
    private final Option<Boolean> json = flag("--json", "print one JSON document");
    private final Option<Boolean> dryRun = flag("--dry-run", "print what would be done, and do nothing");

    SetupCommand(String name, String description, Supplier<Host> host) {
        super(name, description);
        this.host = host;
    }

    @Override
    protected final ExitCode run(Console console) {
        FanNetwork.requirePrivileges();
        Host here = host.get();
        if (!dryRun()) {
            Watcher.replaceKilled(
                    here, ConfirmationWatcher.class, line -> console.err().println("fanatic: " + line));
            Confirmation.on(here).requireNone();
            here.sweep(TIMEOUT);
        }
        return run(here, console);
    }

    abstract ExitCode run(Host here, Console console);

    final boolean json() {
        return json.or(false);
    }

    final boolean dryRun() {
        return dryRun.or(false);
    }

    /** Whether the command talks to this program's own standard streams. */
    static boolean isReal(Console console) {
        return console.out() == System.out;
    }

    /** Until something is changed, a signal ends the program with the truth. */
    static Interruption interruption(Console console) {
        if (!isReal(console)) {
            return Interruption.never();
        }
        return Interruption.ending(() -> {
            System.err.println();
            System.err.println("no changes made");
            System.exit(ExitCode.CANCELLED.status());
        });
    }

    /** Where questions go; {@code silent} when there are none. */
    static Prompter prompter(Console console, Interruption interruption, boolean silent) {
        boolean person = isReal(console) && Terminals.isTerminal(0);
        if (!silent && person && Terminals.isTerminal(1) && !Terminals.isDumb()) {
            return new TerminalPrompter(interruption::arm);
        }
        return new LinePrompter(console.in(), console.out(), person);
    }

    /** Carries it out, under the lock; signals wait until it is done or undone. */
    static void apply(
            Host here,
            Transition transition,
            TransitionPlan plan,
            Interruption interruption,
            Consumer<String> say,
            Progress progress) {
        if (plan.isEmpty()) {
            return;
        }
        interruption.hold();
        try (HostLock lock = HostLock.take(here.runDirectory(), "setup.lock", TIMEOUT)) {
            progress.during("setting up", () -> {
                transition.apply(interruption, say);
                return true;
            });
        }
    }

    /** After a change that is made, a signal ends the program in the usual way. */
    static void release(Interruption interruption, Confirmation confirmation) {
        interruption.release(() -> {
            System.err.println();
            System.err.println(
                    confirmation.waits()
                            ? "interrupted; the fan is undone when the time is up (\"fanatic confirm\" still keeps it)"
                            : "interrupted; the fan stays as it is; \"fanatic deconfigure\" undoes it");
            System.exit(ExitCode.TEST_FAILED.status());
        });
    }

    /** Reports a change that is done, or only planned. */
    final void report(Console console, TransitionPlan plan, JsonObject more, String done) {
        if (json()) {
            JsonObject document = SetupText.document(name(), dryRun(), plan);
            document.asMap().putAll(more.asMap());
            console.out().println(JsonValues.print(document));
        } else if (dryRun()) {
            SetupText.dryRun(plan).forEach(console.out()::println);
        } else {
            console.out().println(done);
        }
    }

    /** As {@link #report}, of a change that takes things away: looks whether they are gone before it says so. */
    final ExitCode reportLooking(Console console, Transition transition, TransitionPlan plan, String done) {
        List<String> left = dryRun() ? List.of() : transition.remaining();
        if (!dryRun()) {
            StaleResolvedLinks.revert();
        }
        JsonObject more = new JsonObject();
        if (!left.isEmpty()) {
            more.add("remaining", JsonValues.array(left));
        }
        report(
                console,
                plan,
                more,
                left.isEmpty()
                        ? done
                        : "this remains: " + String.join("; ", left) + "\nrun the same command again to continue");
        return left.isEmpty() ? ExitCode.DONE : ExitCode.REMAINS;
    }

    static CommandException needsYes() {
        return CommandException.usage("--json asks no questions; give --yes with it");
    }
}
