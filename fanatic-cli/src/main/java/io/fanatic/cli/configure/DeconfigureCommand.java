package io.fanatic.cli.configure;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.setup.FanState;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.Transition;
import io.fanatic.cli.setup.TransitionPlan;
import io.fanatic.cli.terminal.Interruption;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.cli.wizard.Prompter;
import io.fanatic.cli.wizard.Settings;
import io.fanatic.cli.wizard.Wizard;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.UnderlaySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code fanatic deconfigure}: engines, configuration and fans as they were before. */
public final class DeconfigureCommand extends SetupCommand {
    private final Option<UnderlaySpec> underlay =
            option("-u,--underlay", "UNDERLAY", UnderlaySpec::parse, "only the fan with this underlay");
    private final Option<Ipv4Prefix> overlay =
            option("-o,--overlay", "OVERLAY", Ipv4Prefix::parse, "only the fan with this overlay");
    private final Option<Boolean> yes = flag("--yes", "do not ask");
    private final Option<Boolean> force = flag("--force", "also while containers are on the fan; they lose it");

    public DeconfigureCommand(Supplier<Host> host) {
        super(
                "deconfigure",
                "Takes container engines off the fan, the fan down and its line out of the configuration: every fan that is"
                        + " up, or the one named.",
                host);
    }

    @Override
    ExitCode run(Host here, Console console) {
        if (json() && !yes.or(false) && !dryRun()) {
            throw needsYes();
        }
        Transition transition = Transition.of(here);
        for (FanState state : meant(here)) {
            transition = transition.then(state, state.gone());
        }
        transition = transition.forced(force.or(false));
        if (underlay.value().isEmpty() && overlay.value().isEmpty()) {
            transition = transition.andRemains();
        }
        TransitionPlan plan = transition.plan();
        if (dryRun()) {
            report(console, plan, new JsonObject(), "");
            return ExitCode.DONE;
        }
        Interruption interruption = interruption(console);
        boolean silent = yes.or(false) || plan.isEmpty();
        try (Prompter prompter = prompter(console, interruption, silent)) {
            if (!silent) {
                new Wizard(here, prompter, Settings.NONE).confirm(SetupText.plan(plan, ""));
            }
            apply(here, transition, plan, interruption, prompter::say, Progress.on(console));
        }
        return reportLooking(
                console,
                transition,
                plan,
                plan.isEmpty() ? "nothing to do: no fan is set up here" : "everything is as it was before");
    }

    private List<FanState> meant(Host here) {
        if (underlay.value().isPresent() && overlay.value().isPresent()) {
            FanState state = here.observe(new FanEntry(overlay.required(), underlay.required(), FanOptions.DEFAULT));
            return state.present() ? List.of(state) : List.of();
        }
        List<FanState> states = new ArrayList<>();
        for (FanState state : here.states()) {
            boolean ours = state.up()
                    || state.configured().filter(here.file()::isOurs).isPresent()
                    || state.configured().isEmpty();
            boolean named = overlay.value().map(state.entry().overlay()::equals).orElse(true)
                    && underlay.value().map(given -> isOn(given, state)).orElse(true);
            if (ours && named) {
                states.add(state);
            }
        }
        return states;
    }

    private static boolean isOn(UnderlaySpec given, FanState state) {
        return given.equals(state.entry().underlay())
                || state.configured()
                        .map(entry -> entry.underlay().equals(given))
                        .orElse(false)
                || given instanceof UnderlaySpec.Network network
                        && state.entry().underlay().underlay().equals(Optional.of(network.network()));
    }
}
