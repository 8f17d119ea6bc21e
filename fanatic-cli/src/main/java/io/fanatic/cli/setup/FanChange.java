package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.ContainerEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.docker.DockerForwarding;
import io.fanatic.cli.container.docker.SpareBridge;
import io.fanatic.cli.engines.HandedOut;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Overlays;
import io.fanatic.core.Share;
import io.fanatic.netlink.FanNetwork.IfInUse;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.engine.Plan;
import io.fanatic.netlink.host.DhcpLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** One fan from one state to another. */
record FanChange(FanState from, FanState to) {
    private static final String NAMES = "names of containers";
    private static final String NAMES_START = "enable and start " + NamesService.UNIT;
    private static final String NAMES_END = "disable and stop " + NamesService.UNIT;

    FanChange inverse() {
        return new FanChange(to, from);
    }

    /** Engines leave before the fan goes, and come when it is there; the file changes in between. */
    List<Step> steps(Host host, boolean force, Consumer<String> say) {
        List<Step> steps = new ArrayList<>();
        // While the fan still has the flag, so that after a kill the next run knows that the service is to end.
        if (namesGo(host)) {
            steps.add(new Step(NAMES_END, host.names()::disable, host.names()::enable));
        }
        List<EngineKind> leaving = leaving();
        for (int i = leaving.size() - 1; i >= 0; i--) {
            steps.add(disable(host, leaving.get(i), force));
        }
        if (goesDown()) {
            steps.add(file(host));
            steps.add(down(host, force));
        } else {
            if (to.up()) {
                steps.add(up(host));
            }
            steps.add(file(host));
        }
        if (namesCome(host)) {
            steps.add(new Step(NAMES_START, host.names()::enable, () -> {
                if (!from.names()) {
                    host.names().disable();
                }
            }));
        }
        for (EngineKind kind : coming(host)) {
            steps.add(enable(host, kind, say));
        }
        return steps;
    }

    /** The server for names starts with the first fan that has them, and ends with the last one. */
    private boolean namesCome(Host host) {
        return to.up()
                && to.names()
                && host.names().systemctl().isPresent()
                && !host.names().isOn();
    }

    private boolean namesGo(Host host) {
        return from.names()
                && !to.names()
                && host.states().stream().noneMatch(state -> !state.isSame(from) && state.names())
                && host.names().isAnywhere();
    }

    List<EngineKind> leaving() {
        List<EngineKind> kinds = new ArrayList<>();
        for (EngineKind kind : EngineKind.values()) {
            if (from.engines().containsKey(kind) && (!to.engines().containsKey(kind) || stepsBack(kind))) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** The containers that would lose the fan: of all engines where it goes, with whatever put them there. */
    List<String> containersCutOff(Host host) {
        List<String> containers = new ArrayList<>();
        FanAttachment fan = host.attachment(from.entry());
        List<EngineKind> leaving = leaving();
        for (ContainerEngine engine : host.engines()) {
            if (leaving.contains(engine.kind()) || goesDown()) {
                containers.addAll(words(engine, fan));
            }
        }
        return containers;
    }

    /** {@code web (Docker)}, {@code old (Docker, stopped)}. */
    private static List<String> words(ContainerEngine engine, FanAttachment fan) {
        List<String> names = engine.containersOn(fan);
        Set<String> stopped = names.isEmpty() ? Set.of() : engine.stoppedOn(fan);
        return names.stream()
                .map(name -> name + " (" + engine.kind().title() + (stopped.contains(name) ? ", stopped)" : ")"))
                .toList();
    }

    private List<String> containersThatAnswer(Host host) {
        List<String> containers = new ArrayList<>();
        FanAttachment fan = host.attachment(from.entry());
        for (ContainerEngine engine : host.engines()) {
            try {
                containers.addAll(words(engine, fan));
            } catch (CommandException stopped) {
                // The step that takes this engine off the fan tells.
            }
        }
        return containers;
    }

    private boolean goesDown() {
        return from.up() && !to.up();
    }

    /** What is there although it was to go. */
    List<String> remaining(Host host) {
        FanState now = host.observe(from.entry());
        List<String> left = new ArrayList<>();
        for (EngineKind kind : leaving()) {
            if (now.engines().containsKey(kind) && !to.engines().containsKey(kind)) {
                left.add(kind.title() + " (" + from.name() + "): "
                        + host.status(kind, host.attachment(from.entry())).sentence());
            }
        }
        if (now.up() && !to.up()) {
            left.add("the fan " + from.name());
        }
        if (!now.up() && goesDown() && SpareBridge.isThere(host.attachment(from.entry()))) {
            left.add("the bridge of " + from.name() + ", which is no fan's any more");
        }
        if (now.configured().isPresent() && to.configured().isEmpty()) {
            left.add("\"" + now.configured().get() + "\" in " + host.file().path());
        }
        if (namesGo(host)) {
            left.add(NamesService.UNIT);
        }
        return left;
    }

    /** Docker goes from its default network to one of its own by leaving the fan in between. */
    private boolean stepsBack(EngineKind kind) {
        return options(from, kind).defaultBridge() && !options(to, kind).defaultBridge();
    }

    /** Also what a run that was killed had begun. */
    private List<EngineKind> coming(Host host) {
        List<EngineKind> kinds = new ArrayList<>();
        for (EngineKind kind : EngineKind.values()) {
            if (to.engines().containsKey(kind)
                    && (!Optional.ofNullable(to.engines().get(kind))
                                    .equals(Optional.ofNullable(from.engines().get(kind)))
                            || moves(kind)
                            || host.status(kind, host.attachment(from.entry())).state() == EngineStatus.State.HALF)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** Whether its share of the slice becomes another. */
    private boolean moves(EngineKind kind) {
        Share share = HandedOut.share(kind);
        return share != Share.DHCP
                && from.up()
                && from.engines().containsKey(kind)
                && !from.entry().options().shares().equals(to.entry().options().shares());
    }

    /** Those that give out addresses after this as they do now. */
    private List<HandedOut> staying(Host host, FanAttachment fan) {
        List<EngineKind> others = new ArrayList<>(leaving());
        others.addAll(coming(host));
        List<HandedOut> staying = new ArrayList<>(HandedOut.on(fan));
        staying.removeIf(each -> others.contains(each.kind()));
        return staying;
    }

    /**
     * Refuses a share of which somebody else gives out addresses, or has given one out.
     *
     * @throws CommandException (CONFLICT) saying who, and what to do
     */
    private void requireOwn(Host host, FanAttachment fan, Share share) {
        Ipv4Range range = fan.range(share);
        for (HandedOut other : staying(host, fan)) {
            if (HandedOut.share(other.kind()) != share && other.range().overlaps(range)) {
                throw CommandException.conflict(other.overlaps(fan, share));
            }
        }
        for (Fan up : share == Share.DHCP ? List.<Fan>of() : host.fans().list()) {
            for (DhcpLease lease :
                    up.bridge().equals(fan.bridge()) ? host.fans().leases(up) : List.<DhcpLease>of()) {
                if (range.contains(lease.address())) {
                    throw CommandException.conflict(
                            "DHCP has leased " + lease.address() + ", which is in the share of " + share + " now, to "
                                    + (lease.name().isEmpty() ? lease.client() : lease.name())
                                    + "; stop that until its lease has ended, within an hour");
                }
            }
        }
    }

    private EngineOptions options(FanState state, EngineKind kind) {
        return Optional.ofNullable(state.engines().get(kind)).orElse(EngineOptions.USUAL);
    }

    private Step up(Host host) {
        return new Step("bring up the fan " + to.name(), () -> host.fans().up(to.entry()), () -> {
            if (from.up()) {
                host.fans().up(from.entry());
            } else {
                host.fans().down(to.entry().overlay(), to.entry().underlay(), IfInUse.CUT_OFF);
            }
        });
    }

    private Step down(Host host, boolean force) {
        FanEntry entry = from.entry();
        return new Step(
                "take down the fan " + from.name(),
                () -> host.fans().down(entry.overlay(), entry.underlay(), force ? IfInUse.CUT_OFF : IfInUse.REFUSE),
                () -> host.fans().up(entry));
    }

    private Step file(Host host) {
        FanFile file = host.file();
        AtomicReference<FanFile.Saved> saved = new AtomicReference<>(file.save());
        return new Step(
                "edit " + file.path(),
                () -> {
                    saved.set(file.save());
                    file.replace(from.configured(), to.configured());
                },
                () -> file.restore(saved.get()));
    }

    private Step disable(Host host, EngineKind kind, boolean force) {
        ContainerEngine engine = host.engine(kind);
        FanAttachment fan = host.attachment(from.entry());
        return new Step(
                "take " + kind.title() + " off the fan",
                () -> engine.disable(fan, force),
                () -> engine.enable(fan, options(from, kind)));
    }

    private Step enable(Host host, EngineKind kind, Consumer<String> say) {
        ContainerEngine engine = host.engine(kind);
        return new Step(
                "put " + kind.title() + " on the fan",
                () -> {
                    FanAttachment fan = host.attachment(to.entry());
                    EnginePlan done = engine.enable(fan, options(to, kind));
                    if (!done.isEmpty() && (kind == EngineKind.LXD || kind == EngineKind.INCUS)) {
                        say.accept("Profile " + fan.bridge() + " created");
                    }
                },
                () -> {
                    FanAttachment fan = host.attachment(to.entry());
                    engine.disable(fan, true);
                    if (from.engines().containsKey(kind) && !stepsBack(kind)) {
                        engine.enable(fan.with(from.entry().options().shares()), options(from, kind));
                    }
                });
    }

    /** In words; what the kernel would refuse is refused here. */
    List<TransitionPlan.Part> plan(Host host, boolean force, boolean alone) {
        List<TransitionPlan.Part> parts = new ArrayList<>();
        for (EngineKind kind : leaving()) {
            FanAttachment fan = host.attachment(from.entry());
            addEngine(parts, kind, host.engine(kind).planDisable(fan), "off the fan");
        }
        if (to.up()) {
            addUp(parts, host, alone);
        }
        addFile(parts, host);
        if (goesDown()) {
            List<String> warnings = new ArrayList<>();
            if (force) {
                for (String container : containersThatAnswer(host)) {
                    warnings.add(container + " loses the fan");
                }
            }
            parts.add(new TransitionPlan.Part(
                    "the fan", List.of("take down the fan " + from.name()), List.of(), warnings, false));
        }
        if (namesCome(host)) {
            parts.add(TransitionPlan.Part.of(NAMES, NAMES_START));
        } else if (namesGo(host)) {
            parts.add(TransitionPlan.Part.of(NAMES, NAMES_END));
        }
        boolean warned = false;
        for (EngineKind kind : coming(host)) {
            FanAttachment fan = attachmentToBe(host);
            if (from.engines().containsKey(kind) && stepsBack(kind)) {
                // The engine cannot tell this plan before it is off its default network.
                parts.add(TransitionPlan.Part.of(
                        kind.title() + " on the fan",
                        "give " + kind.title() + " a network of its own, " + fan.bridge()));
                continue;
            }
            requireOwn(host, fan, HandedOut.share(kind));
            EnginePlan plan = host.engine(kind).planEnable(fan, options(to, kind));
            // Of others the rules that bringing the fan up adds, or Docker's network, are the cure.
            boolean dropped =
                    !warned && !to.entry().options().accept() && !to.engines().containsKey(EngineKind.DOCKER);
            warned |= dropped;
            addEngine(parts, kind, dropped ? plan.warning(DockerForwarding.warnings(fan)) : plan, "on the fan");
        }
        return parts;
    }

    /** DHCP may be about to be switched on. */
    private FanAttachment attachmentToBe(Host host) {
        FanAttachment fan = host.attachment(to.entry());
        return new FanAttachment(
                fan.type(),
                fan.bridge(),
                fan.slice(),
                fan.mtu(),
                to.entry().options().dhcp(),
                to.entry().options().shares(),
                fan.ipv6());
    }

    private void addUp(List<TransitionPlan.Part> parts, Host host, boolean alone) {
        FanOptions wanted = to.entry().options();
        FanOptions present = from.entry().options();
        if (wanted.dhcp() && !(from.up() && present.dhcp() && present.shares().equals(wanted.shares()))) {
            requireOwn(host, attachmentToBe(host), Share.DHCP);
        }
        Fan fan = host.fans().preview(to.entry());
        FanAttachment attachment = host.attachment(to.entry());
        // Beside a fan that goes first, the kernel would refuse for its sake.
        Optional<Plan> plan = alone ? Optional.of(host.fans().plan(to.entry())) : Optional.empty();
        if (plan.isPresent() && plan.get().isEmpty()) {
            return;
        }
        String line = (from.up() ? "change " : "bring up ") + fan.bridge() + ": slice "
                + attachment.slice().cidr() + ", host address "
                + attachment.slice().hostAddress() + ", MTU "
                + fan.mtu()
                + (to.entry().options().dhcp()
                        ? ", with DHCP for " + attachmentToBe(host).range(Share.DHCP)
                        : "");
        List<String> warnings = new ArrayList<>(plan.map(Plan::notes)
                .orElseGet(() -> Overlays.warning(fan.overlay()).stream().toList()));
        if (wanted.names() && host.names().systemctl().isEmpty()) {
            warnings.add("nothing starts services here; keep \"fanatic names\" running");
        }
        parts.add(new TransitionPlan.Part(
                "the fan", List.of(line), plan.map(Plan::lines).orElse(List.of()), warnings, false));
    }

    private void addFile(List<TransitionPlan.Part> parts, Host host) {
        if (from.configured().map(FanEntry::toString).equals(to.configured().map(FanEntry::toString))) {
            return;
        }
        String title = host.file().path().toString();
        from.configured()
                .ifPresent(entry -> parts.add(TransitionPlan.Part.of(title, "remove \"" + entry + "\" from " + title)));
        to.configured()
                .ifPresent(entry -> parts.add(TransitionPlan.Part.of(title, "write \"" + entry + "\" to " + title)));
    }

    private static void addEngine(List<TransitionPlan.Part> parts, EngineKind kind, EnginePlan plan, String how) {
        if (!plan.isEmpty()) {
            parts.add(new TransitionPlan.Part(
                    kind.title() + " " + how, plan.steps(), List.of(), plan.warnings(), plan.restarts()));
        }
    }
}
