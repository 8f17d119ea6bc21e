package io.fanatic.cli.configure;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.check.LocalTest;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.FanArguments;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.command.Option;
import io.fanatic.cli.command.Values;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.reach.RemoteTest;
import io.fanatic.cli.setup.Confirmation;
import io.fanatic.cli.setup.Host;
import io.fanatic.cli.setup.Transition;
import io.fanatic.cli.setup.TransitionPlan;
import io.fanatic.cli.setup.Watcher;
import io.fanatic.cli.terminal.Interruption;
import io.fanatic.cli.terminal.Progress;
import io.fanatic.cli.wizard.Answers;
import io.fanatic.cli.wizard.CancelledException;
import io.fanatic.cli.wizard.Prompter;
import io.fanatic.cli.wizard.Question;
import io.fanatic.cli.wizard.Settings;
import io.fanatic.cli.wizard.Wizard;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanException;
import io.fanatic.core.FanFlag;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Overlays;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code fanatic configure}, and {@code fanatic} alone: the wizard. */
public final class ConfigureCommand extends SetupCommand {
    private static final int MAX_SECONDS = 24 * 60 * 60;

    private final Option<Boolean> yes =
            flag("--yes", "ask nothing: each question gets its default answer, and nothing is tested");
    private final Option<UnderlaySpec> underlay =
            option("-u,--underlay", "UNDERLAY", UnderlaySpec::parse, "the underlay: " + UnderlaySpec.FORMS);
    private final Option<Ipv4Prefix> overlay =
            option("-o,--overlay", "OVERLAY", Overlays::parse, "the overlay, such as 250.0.0.0/8");
    private final Map<EngineKind, Option<Boolean>> choices = new EnumMap<>(EngineKind.class);
    private final Option<Boolean> defaultBridge;
    private final Option<Boolean> test = negatable("--test", "test each engine with a container, or test none");
    private final Option<Boolean> dhcp = flag("--dhcp", "lease addresses by DHCP, also without LXD and Incus");
    private final Option<TunnelType> type = option(
            "-t,--type",
            "TYPE",
            TunnelType::parse,
            "how packets travel, the same on every host: vxlan, or ipip with 20 bytes of overhead instead of 50 (vxlan)");
    private final Option<Integer> port = option(
            "--port",
            "P",
            ConfigureCommand::port,
            "the tunnel's UDP port, the same on every host (" + TunnelType.DEFAULT_VXLAN_PORT + ")");
    private final Option<Shares> shares = option(
            "--shares",
            "LIST",
            Shares::parse,
            "which part of the slice each container engine gives out (" + Shares.DEFAULT + ")");
    private final Option<Ipv6Prefix> overlay6 = option(
            "--overlay6",
            "PREFIX",
            Ipv6Prefix::parse,
            "an IPv6 overlay beside the IPv4 one, such as fd00:fa::/48, the same on every host (none)");
    private final Option<Boolean> names =
            negatable("--names", "serve names of containers, as enable-names does, or serve none");
    private final Option<FanFlag> direct = FanArguments.Flags.direct(this);
    private final Option<Encryption> encryption = FanArguments.Flags.encryption(this);
    private final Option<Boolean> encryptUdp = FanArguments.Flags.encryptUdp(this);
    private final Option<List<Ipv4Address>> remotes =
            options("--remote", "IP", Ipv4Address::parse, "test the way to this host, too; may be repeated");
    private final Option<Integer> confirm = option(
            "--confirm",
            "SECONDS",
            text -> Values.number(text, 1, MAX_SECONDS),
            "undo everything unless it is confirmed within this time, here or by \"fanatic confirm\"");

    public ConfigureCommand(Supplier<Host> host) {
        super(
                "configure",
                "Sets up a fan and puts container engines on it. Asks for what the options do not say; nothing is"
                        + " changed before the last question is answered.",
                host);
        for (EngineKind kind : List.of(EngineKind.DOCKER, EngineKind.LXD, EngineKind.INCUS)) {
            choices.put(kind, negatable("--" + kind.word(), "put " + kind.title() + " on the fan, or leave it alone"));
        }
        defaultBridge = flag("--docker-default-bridge", "let plain \"docker run\" use the fan; Docker restarts");
    }

    private static int port(String text) {
        return FanOptions.parse(List.of("port", text)).port().orElseThrow();
    }

    private Settings settings() {
        // What does not go together is said before anything is asked.
        Attempt.orUsage(() -> options(FanOptions.DEFAULT));
        Map<EngineKind, Boolean> engines = new EnumMap<>(EngineKind.class);
        choices.forEach((kind, choice) -> choice.value().ifPresent(said -> engines.put(kind, said)));
        if (defaultBridge.or(false) && Boolean.FALSE.equals(engines.get(EngineKind.DOCKER))) {
            throw CommandException.usage("--docker-default-bridge and --no-docker exclude each other");
        }
        return Settings.builder()
                .yes(yes.or(false))
                .underlay(underlay.value())
                .overlay(overlay.value())
                .options(this::options)
                .engines(engines)
                .defaultBridge(defaultBridge.or(false))
                .names(names.value())
                .test(test.value())
                .remotes(remotes.or(List.of()))
                .build();
    }

    private FanOptions options(FanOptions of) {
        FanOptions options = dhcp.or(false) ? of.withDhcp(true) : of;
        options = type.value().map(options::withType).orElse(options);
        options = shares.value().map(options::withShares).orElse(options);
        options = direct.value().isPresent() ? options.with(direct.value().get(), "") : options;
        options = port.value().map(options::withPort).orElse(options);
        options = encryption.value().map(options::withEncryption).orElse(options);
        options = encryptUdp.or(false) ? options.with(FanFlag.ENCRYPT_UDP, "") : options;
        return overlay6.value().map(options::withOverlay6).orElse(options);
    }

    @Override
    ExitCode run(Host here, Console console) {
        Settings settings = settings();
        if (json() && !settings.yes()) {
            throw needsYes();
        }
        Interruption interruption = interruption(console);
        try (Prompter prompter = prompter(console, interruption, settings.yes())) {
            return new Run(here, console, settings, prompter, interruption).run();
        }
    }

    /** One run, and what it has found out. */
    private final class Run {
        private final Host here;
        private final Console console;
        private final Settings settings;
        private final Prompter prompter;
        private final Interruption interruption;
        private final Progress progress;
        private final Consumer<String> say;
        private final Wizard wizard;

        Run(Host here, Console console, Settings settings, Prompter prompter, Interruption interruption) {
            this.here = here;
            this.console = console;
            this.settings = settings;
            this.prompter = prompter;
            this.interruption = interruption;
            progress = Progress.on(console);
            say = json() ? line -> {} : prompter::say;
            wizard = new Wizard(here, prompter, settings);
        }

        ExitCode run() {
            Answers answers = wizard.ask();
            Transition transition = Transition.of(here);
            if (answers.replaced().isPresent()) {
                transition = transition.then(
                        answers.replaced().get(), answers.replaced().get().gone());
            }
            transition = transition.then(answers.from(), answers.to());
            TransitionPlan plan = transition.plan();
            if (dryRun()) {
                report(console, plan, new JsonObject(), "");
                return ExitCode.DONE;
            }
            ask(plan, confirm.value());
            if (!prompter.isPerson()) {
                plan.warnings().forEach(warning -> console.err().println("fanatic: " + warning));
            }
            if (confirm.value().isPresent() && !plan.isEmpty()) {
                Transition change = transition;
                progress.during("starting the watcher", () -> {
                    Watcher.start(here, change, confirm.value().get(), ConfirmationWatcher.class);
                    return true;
                });
            }
            carryOut(transition, plan);
            release(interruption, Confirmation.on(here));
            return afterwards(answers, plan);
        }

        private void ask(TransitionPlan plan, Optional<Integer> seconds) {
            if (plan.isEmpty()) {
                if (prompter.isPerson() && !settings.yes()) {
                    say.accept("All of this is set up already.");
                }
                return;
            }
            String undoing = seconds.map(each -> "Unless confirmed within " + each + " s, all of it is undone again.")
                    .orElse("\"fanatic deconfigure\" puts all of it back as it is now.");
            wizard.goAhead(SetupText.plan(plan, undoing));
        }

        private void carryOut(Transition transition, TransitionPlan plan) {
            try {
                apply(here, transition, plan, interruption, say, progress);
            } catch (RuntimeException e) {
                if (confirm.value().isPresent()) {
                    Confirmation.on(here).confirm();
                }
                throw e;
            }
            if (confirm.value().isPresent() && !plan.isEmpty()) {
                Confirmation.on(here).begin();
            }
        }

        private ExitCode afterwards(Answers answers, TransitionPlan plan) {
            FanAttachment fan = here.attachment(answers.to().entry());
            if (settings.yes() || prompter.isPerson()) {
                say.accept(SetupText.isUp(fan));
            }
            boolean kept = plan.isEmpty() || confirmed();
            List<LocalTest.Result> results = new ArrayList<>();
            for (EngineKind kind : kept ? answers.tests() : List.<EngineKind>of()) {
                results.add(new LocalTest(here.engine(kind), say, progress).run(fan, Optional.empty()));
            }
            Map<Ipv4Address, Integer> remotes = kept ? remotes(answers, fan) : Map.of();
            if (kept && prompter.isPerson() && !settings.yes()) {
                WhatNext.lines(
                                here.fans().onAnyHost(answers.to().entry()),
                                answers.to().engines(),
                                fan.bridge())
                        .forEach(say);
            }
            if (json()) {
                JsonArray remoteTests = JsonValues.array(
                        remotes.entrySet(),
                        each -> JsonValues.object("host", each.getKey(), "failures", each.getValue()));
                JsonObject more = JsonValues.object(
                        "fan", SetupText.fan(fan), "tests", SetupText.tests(results), "remoteTests", remoteTests);
                report(console, plan, more, "");
            }
            boolean failed = results.stream().anyMatch(result -> result.failures() > 0)
                    || remotes.values().stream().anyMatch(failures -> failures > 0);
            return !kept ? ExitCode.CANCELLED : failed ? ExitCode.TEST_FAILED : ExitCode.DONE;
        }

        /** Asks a person whether to keep the change; all others are told how to say it. */
        private boolean confirmed() {
            if (confirm.value().isEmpty()) {
                return true;
            }
            int seconds = confirm.value().get();
            if (!prompter.isPerson() || settings.yes()) {
                console.err().println("fanatic: this is undone in " + seconds + " s unless you run: fanatic confirm");
                return true;
            }
            Question question = new Question(
                    "Keep it? In " + seconds + " s it is undone [yN]:",
                    "n",
                    List.of("yes", "no"),
                    List.of(
                            "If this host can still be reached as you need it, answer y.",
                            "If not, or if nobody answers, everything is undone when the time is up.",
                            "\"fanatic confirm\" in another session says y, too."));
            try {
                String answer = prompter.ask(question);
                if (answer.equals("y") || answer.equals("yes")) {
                    boolean inTime = Confirmation.on(here).confirm();
                    say.accept(inTime ? "Kept." : "Too late: it is undone already, or confirmed elsewhere.");
                    return inTime;
                }
            } catch (CancelledException e) {
                // As no answer.
            }
            say.accept("Not kept: it is undone when the time is up (\"fanatic confirm\" still keeps it).");
            return false;
        }

        private Map<Ipv4Address, Integer> remotes(Answers answers, FanAttachment fan) {
            Map<Ipv4Address, Integer> failures = new LinkedHashMap<>();
            if (settings.yes() || !settings.remotes().isEmpty()) {
                for (Ipv4Address remote : settings.remotes()) {
                    failures.put(remote, test(remote));
                }
                return failures;
            }
            say.accept("This host IP address: " + fan.slice().underlayAddress());
            Optional<Ipv4Address> remote = wizard.remote(answers.address());
            while (remote.isPresent()) {
                failures.put(remote.get(), test(remote.get()));
                remote = wizard.remote(answers.address());
            }
            return failures;
        }

        private int test(Ipv4Address remote) {
            try {
                return RemoteTest.run(remote, say);
            } catch (IllegalArgumentException | FanException e) {
                say.accept("remote test of " + remote + ": " + e.getMessage());
                return 1;
            }
        }
    }
}
