package io.fanatic.cli.configure;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.setup.FanState;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.Transition;
import io.fanatic.cli.setup.TransitionPlan;
import io.fanatic.cli.terminal.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code fanatic disable-fan}, {@code disable-docker} and so on: takes one step of the wizard back. */
public final class DisableCommand extends SetupCommand {
    private final Optional<EngineKind> kind;
    private final boolean names;
    private final FanArguments fan = new FanArguments(this);
    private final Option<Boolean> force = flag("--force", "also while containers are on the fan; they lose it");

    private DisableCommand(
            String name, String description, Optional<EngineKind> kind, boolean names, Supplier<Host> host) {
        super(name, description, host);
        this.kind = kind;
        this.names = names;
    }

    public static DisableCommand fan(Supplier<Host> host) {
        return new DisableCommand(
                "disable-fan",
                "Takes a fan down and out of the configuration. Refuses while a container engine is on it.",
                Optional.empty(),
                false,
                host);
    }

    public static DisableCommand engine(EngineKind kind, Supplier<Host> host) {
        return new DisableCommand(
                "disable-" + kind.word(),
                "Takes " + kind.title() + " off a fan, and puts it back as it was before. The fan stays.",
                Optional.of(kind),
                false,
                host);
    }

    public static DisableCommand names(Supplier<Host> host) {
        return new DisableCommand(
                "disable-names",
                "Stops serving the names of a fan's containers. The fan stays.",
                Optional.empty(),
                true,
                host);
    }

    @Override
    ExitCode run(Host here, Console console) {
        boolean stays = kind.isPresent() || names;
        FanState from = here.observe(stays ? fan.entryOrOnly(here::entries) : fan.entry());
        FanState to = kind.map(from::withoutEngine).orElseGet(() -> names ? from.withNames(false) : from.gone());
        if (!stays && !from.engines().isEmpty() && !force.or(false)) {
            List<String> names = new ArrayList<>();
            from.engines().keySet().forEach(each -> names.add(each.title()));
            throw CommandException.inUse(String.join(" and ", names) + " uses the fan " + from.name()
                    + "; take it off first, or use --force or \"fanatic deconfigure\"");
        }
        Transition transition = Transition.of(here).then(from, to).forced(force.or(false));
        TransitionPlan plan = transition.plan();
        if (!dryRun()) {
            apply(here, transition, plan, interruption(console), line -> {}, Progress.on(console));
        }
        String what = kind.map(each -> each.title() + " is off the fan ")
                .orElse(names ? "names of containers are no longer served on the fan " : "fan ");
        String was = kind.map(each -> each.title() + " was not on the fan ")
                .orElse(names ? "names of containers were not served on the fan " : "fan ");
        String ending = stays ? "" : plan.isEmpty() ? " was not set up" : " is down";
        return reportLooking(console, transition, plan, (plan.isEmpty() ? was : what) + from.name() + ending);
    }
}
