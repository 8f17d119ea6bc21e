package io.fanatic.cli.configure;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.setup.FanState;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.NamesService;
import io.fanatic.cli.setup.Transition;
import io.fanatic.cli.setup.TransitionPlan;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.cli.wizard.Wizard;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Share;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code fanatic enable-fan}, {@code enable-docker} and so on: one step of the wizard, without questions. */
public final class EnableCommand extends SetupCommand {
    private final Optional<EngineKind> kind;
    private final boolean names;
    private final FanArguments fan = new FanArguments(this);
    private final FanArguments.Flags flags = new FanArguments.Flags(this);
    private final Optional<Option<Boolean>> defaultBridge;

    private EnableCommand(
            String name, String description, Optional<EngineKind> kind, boolean names, Supplier<Host> host) {
        super(name, description, host);
        this.kind = kind;
        this.names = names;
        defaultBridge = kind.filter(EngineKind.DOCKER::equals)
                .map(docker -> flag("--default-bridge", "let plain \"docker run\" use the fan; Docker restarts"));
    }

    public static EnableCommand fan(Supplier<Host> host) {
        return new EnableCommand(
                "enable-fan", "Brings a fan up and writes it to the configuration.", Optional.empty(), false, host);
    }

    public static EnableCommand engine(EngineKind kind, Supplier<Host> host) {
        return new EnableCommand(
                "enable-" + kind.word(),
                "Puts " + kind.title() + " on a fan, which is brought up and configured where it is not yet.",
                Optional.of(kind),
                false,
                host);
    }

    public static EnableCommand names(Supplier<Host> host) {
        return new EnableCommand(
                "enable-names",
                "Serves the names of a fan's containers, by " + NamesService.UNIT
                        + " where systemd runs. The fan is brought up and configured where it is not yet.",
                Optional.empty(),
                true,
                host);
    }

    @Override
    ExitCode run(Host here, Console console) {
        FanEntry given = kind.isPresent() || names ? fan.entryOrOnly(here::entries) : fan.entry();
        FanState from = untilWhole(here, here.observe(given));
        Map<EngineKind, EngineOptions> engines = new EnumMap<>(EngineKind.class);
        engines.putAll(from.engines());
        kind.ifPresent(each -> engines.put(
                each,
                new EngineOptions(defaultBridge.map(option -> option.or(false)).orElse(false))));
        FanEntry base = from.up() ? given.withOptions(from.entry().options()) : given;
        FanEntry chosen = flags.applyTo(base);
        FanEntry wanted =
                Wizard.withDhcp(names ? chosen.withOptions(chosen.options().withNames(true)) : chosen, engines);
        FanState to = from.as(keepWriting(from, wanted), engines);
        Transition transition = Transition.of(here).then(from, to);
        TransitionPlan plan = transition.plan();
        JsonObject more = new JsonObject();
        if (!dryRun()) {
            apply(here, transition, plan, interruption(console), line -> {}, Progress.on(console));
            more.add("fan", SetupText.fan(here.attachment(wanted)));
        }
        report(console, plan, more, dryRun() ? "" : done(here.attachment(wanted), plan, dhcpCame(given, from, to)));
        return ExitCode.DONE;
    }

    /** What is half there, or was changed by somebody, is not taken for done. */
    private FanState untilWhole(Host here, FanState state) {
        boolean whole = kind.isEmpty()
                || !state.engines().containsKey(kind.get())
                || here.status(kind.get(), here.attachment(state.entry())).state() == EngineStatus.State.ENABLED;
        return whole ? state : state.withoutEngine(kind.get());
    }

    /** A line that is there already keeps its way to write the underlay. */
    private static FanEntry keepWriting(FanState from, FanEntry wanted) {
        return from.configured().isPresent()
                ? new FanEntry(wanted.overlay(), from.configured().get().underlay(), wanted.options())
                : wanted;
    }

    /** Whether DHCP was switched on for the engine, and nobody had asked for it. */
    private boolean dhcpCame(FanEntry given, FanState from, FanState to) {
        boolean asked = flags.applyTo(given).options().dhcp();
        boolean was = from.up() && from.entry().options().dhcp();
        return to.entry().options().dhcp() && !asked && !was;
    }

    private String done(FanAttachment fan, TransitionPlan plan, boolean dhcpCame) {
        String what = kind.map(each -> each.title() + " is on " + fan.bridge() + ": ")
                .orElse(names ? "names of containers are served on " + fan.bridge() + ": " : "");
        return what
                + SetupText.isUp(fan)
                + (dhcpCame ? "; DHCP is on now, for instances: " + fan.range(Share.DHCP) : "")
                + (plan.isEmpty() ? "; nothing to change" : "")
                + (names
                        ? "\nplain docker run, podman run, and Docker without systemd-resolved need: --dns "
                                + fan.slice().hostAddress()
                        : "");
    }
}
