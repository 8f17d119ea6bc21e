package io.fanatic.cli.wizard;

import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.setup.FanState;
import io.fanatic.cli.setup.Host;
import io.fanatic.core.Direct;
import io.fanatic.core.Encryption;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanException;
import io.fanatic.core.FanFlag;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.core.Overlays;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.core.UniqueLocal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The dialogue, in the words and the order of the wizard of 2016. A person is asked five questions more, which that one did not
 * have: for an IPv6 overlay, whether plain {@code docker run} is to use the fan (without a person: yes, as it was then), whether to
 * serve names of containers, whether to send without encapsulation, and, by {@link #goAhead}, whether to do what the plan says. Nothing is
 * changed here.
 */
public final class Wizard {
    /** The engines that are asked for, in the order of the questions; the others have commands of their own. */
    public static final List<EngineKind> ENGINES = List.of(EngineKind.LXD, EngineKind.INCUS, EngineKind.DOCKER);

    private static final Ipv4Prefix LOOPBACK = Ipv4Prefix.parse("127.0.0.0/8");

    /** Enough for a person; an endless pipe of bad answers ends some time. */
    private static final int MAX_ATTEMPTS = 100;

    private static final List<String> WELCOME = List.of(
            "Welcome to the fanatic fan networking wizard.  This will help you set",
            "up an example fan network and optionally configure docker and/or LXD to",
            "use this network.  See fanatic(1) for more details.",
            "");

    private static final List<String> HOW = List.of(
            "Return takes the answer in brackets, Tab proposes others, ? explains a question.",
            "Nothing is changed before the last question is answered; Ctrl-C ends.",
            "");

    private final Host host;
    private final Prompter prompter;
    private final Settings settings;

    public Wizard(Host host, Prompter prompter, Settings settings) {
        this.host = host;
        this.prompter = prompter;
        this.settings = settings;
    }

    /**
     * Asks what there is to ask.
     *
     * @throws CancelledException when the answers end
     * @throws CommandException when the command line's own answers cannot work
     */
    public Answers ask() {
        if (!settings.yes()) {
            WELCOME.forEach(prompter::say);
            if (prompter.isPerson()) {
                HOW.forEach(prompter::say);
            }
        }
        Optional<FanState> current = current();
        UnderlaySpec underlay = underlay(current);
        FanEntry entry = overlay(underlay, current);
        FanState from = host.observe(entry);
        // Said by the command line, a fan is added; said in the dialogue, it takes the place of the one that is there.
        Optional<FanState> replaced = current.filter(old -> !settings.yes() && !isSame(old, from));
        FanEntry wanted = withIpv6(entry.withOptions(options(from, entry)));
        UnderlaySpec address = host.fans().resolve(entry.underlay());
        FanAttachment fan = host.attachment(wanted);

        Map<EngineKind, EngineOptions> engines = new EnumMap<>(EngineKind.class);
        engines.putAll(from.engines());
        List<EngineKind> chosen = new ArrayList<>();
        FanState sound = from;
        for (EngineKind kind : ENGINES) {
            EngineStatus.State state = host.status(kind, fan).state();
            if (state == EngineStatus.State.STOPPED && said(kind).isEmpty()) {
                // It stays on the fan; whether it is as it should be cannot be seen.
                sayUnable(kind, host.status(kind, fan));
            } else if (wants(kind, fan, wanted, from)) {
                // What somebody has changed is not taken for done: it is made anew, or refused with the difference.
                sound = state == EngineStatus.State.ALTERED ? sound.withoutEngine(kind) : sound;
                engines.put(kind, engineOptions(kind, from));
                chosen.add(kind);
            } else {
                engines.remove(kind);
            }
        }
        List<EngineKind> tests = new ArrayList<>();
        for (EngineKind kind : chosen) {
            if (wantsTest(kind, address, wanted)) {
                tests.add(kind);
            }
        }
        FanOptions named = wanted.options().withNames(wantsNames(wanted.options(), fan.bridge()));
        FanEntry encrypted = wanted.withOptions(wantsEncryption(wanted.withOptions(named)));
        FanEntry served = wanted.withOptions(encrypted.options().withDirect(wantsDirect(encrypted)));
        return new Answers(replaced, sound, from.as(withDhcp(served, engines), engines), address, tests);
    }

    private static boolean isSame(FanState one, FanState other) {
        return one.entry().overlay().equals(other.entry().overlay())
                && one.entry().underlay().equals(other.entry().underlay());
    }

    /** LXD and Incus have their containers ask for an address. */
    public static FanEntry withDhcp(FanEntry entry, Map<EngineKind, EngineOptions> engines) {
        boolean dhcp = engines.containsKey(EngineKind.LXD) || engines.containsKey(EngineKind.INCUS);
        return dhcp ? entry.withOptions(entry.options().withDhcp(true)) : entry;
    }

    /** The options of a fan that is there stay. */
    private FanOptions options(FanState from, FanEntry wanted) {
        return settings.applyTo(from.up() ? from.entry().options() : wanted.options());
    }

    /** The fan to reconfigure: the first that is up, or the one that the command line means. */
    private Optional<FanState> current() {
        for (FanState state : host.states()) {
            boolean meant =
                    settings.overlay().map(state.entry().overlay()::equals).orElse(true);
            if (state.up() && meant) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    private UnderlaySpec underlay(Optional<FanState> current) {
        if (settings.underlay().isPresent()) {
            host.fans().resolve(settings.underlay().get());
            return settings.underlay().get();
        }
        Optional<UnderlaySpec> usual = current.map(this::underlayOf)
                .or(() -> Underlays.usual(host.fans().underlayAddresses()));
        Question question = new Question(
                (current.isPresent() ? "Reconfigure" : "Configure")
                        + " fan underlay (hit return to accept, or specify alternative) "
                        + usual.map(each -> "[" + each + "]").orElse("[]") + ":",
                usual.map(UnderlaySpec::toString).orElse(""),
                Underlays.all(host.fans().underlayAddresses()),
                List.of(
                        "The underlay is the network that your hosts are in, the same on every host.",
                        "Forms: " + UnderlaySpec.FORMS + ".",
                        "The host part of this host's address in it decides its containers' addresses."));
        return ask(question, text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("this host has no address to propose; name an underlay");
            }
            UnderlaySpec spec = UnderlaySpec.parse(text);
            Optional<Ipv4Prefix> network = host.fans().resolve(spec).underlay();
            if (network.filter(LOOPBACK::overlaps).isPresent()) {
                throw new IllegalArgumentException("the underlay " + text
                        + " is loopback, which never leaves a host; name the network that your hosts are in");
            }
            return spec;
        });
    }

    /** As it is written in the configuration, else as it is to be written on every host. */
    private UnderlaySpec underlayOf(FanState state) {
        return state.configured()
                .orElseGet(() -> host.fans().onAnyHost(state.entry()))
                .underlay();
    }

    private FanEntry overlay(UnderlaySpec underlay, Optional<FanState> current) {
        if (settings.overlay().isPresent()) {
            return Attempt.orUsage(() -> usable(underlay, settings.overlay().get(), current));
        }
        Ipv4Prefix usual = current.map(state -> state.entry().overlay()).orElse(Overlays.EXAMPLE);
        List<String> proposals = new ArrayList<>(List.of(usual.toString()));
        for (int octet = 240; octet <= 254; octet++) {
            proposals.add(octet + ".0.0.0/8");
        }
        Question question = new Question(
                (current.isPresent() ? "Reconfigure" : "Configure")
                        + " fan overlay (hit return to accept, or specify alternative) [" + usual + "]:",
                usual.toString(),
                proposals.stream().distinct().toList(),
                List.of(
                        "The overlay is the network that your containers are in, the same on every host.",
                        "Each host owns a part of it, which follows from its address on the underlay.",
                        "Take one that is used for nothing else: 240.0.0.0/8 to 254.0.0.0/8 are free."));
        return ask(question, text -> usable(underlay, Overlays.parse(text), current));
    }

    /** @throws RuntimeException with the reason why it cannot work */
    private FanEntry usable(UnderlaySpec underlay, Ipv4Prefix overlay, Optional<FanState> current) {
        FanEntry entry = new FanEntry(overlay, underlay, FanOptions.DEFAULT);
        FanState from = host.observe(entry);
        FanEntry wanted = entry.withOptions(options(from, entry));
        boolean makesRoom = !settings.yes()
                && current.filter(old ->
                                !isSame(old, from) && old.entry().overlay().overlaps(overlay))
                        .isPresent();
        // What goes first is in nobody's way; all else is asked of the kernel.
        if (makesRoom) {
            host.fans().preview(wanted);
        } else {
            host.fans().plan(wanted);
        }
        return entry;
    }

    /** Asks a person for the IPv6 overlay, where the command line names neither overlay. */
    private FanEntry withIpv6(FanEntry entry) {
        FanOptions options = entry.options();
        boolean said = settings.overlay().isPresent()
                || settings.applyTo(FanOptions.DEFAULT).overlay6().isPresent();
        if (!prompter.isPerson()
                || settings.yes()
                || said
                || options.type().refusal(FanFlag.OVERLAY6).isPresent()) {
            return entry;
        }
        Ipv6Prefix derived = UniqueLocal.derived(
                entry.overlay(),
                host.fans().resolve(entry.underlay()).underlay().orElseThrow());
        Optional<String> present = options.overlay6().map(Ipv6Prefix::toString);
        Question question = new Question(
                present.isPresent()
                        ? "Reconfigure fan IPv6 overlay (hit return to accept, n for none, or specify alternative) ["
                                + present.get() + "]:"
                        : "Configure fan IPv6 overlay (y for " + derived
                                + ", the same on every host, or specify alternative) [n]:",
                present.orElse("n"),
                List.of("yes", "no", derived.toString()),
                List.of(
                        "Containers then have IPv6 addresses too; give the same answer on every host.",
                        "The proposed prefix follows from underlay and overlay. Take one that \"fanatic",
                        "map --new-ula\" makes where sites with the same networks are to be connected."));
        return ask(question, text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "n", "no", "none" -> entry.withOptions(options.withoutOverlay6());
            case "y", "yes" -> usable(entry.withOptions(options.withOverlay6(derived)));
            default -> usable(entry.withOptions(options.withOverlay6(Ipv6Prefix.parse(text))));
        });
    }

    /** @throws RuntimeException with the reason why it cannot work */
    private FanEntry usable(FanEntry entry) {
        host.fans().preview(entry);
        return entry;
    }

    /** What the command line says of it. */
    private Optional<Boolean> said(EngineKind kind) {
        return Optional.ofNullable(settings.engines().get(kind))
                .or(() -> kind == EngineKind.DOCKER && settings.defaultBridge() ? Optional.of(true) : Optional.empty());
    }

    private boolean wants(EngineKind kind, FanAttachment fan, FanEntry entry, FanState from) {
        EngineStatus status = host.status(kind, fan);
        Optional<Boolean> said = said(kind);
        if (status.usable()) {
            if (said.isPresent() || settings.yes()) {
                return said.orElse(true);
            }
            boolean there = from.engines().containsKey(kind);
            return yes(Question.yesNo(
                    (there ? "Keep " : "Create ") + word(kind) + " networking for " + on(entry.underlay(), entry),
                    true,
                    explanation(kind)));
        }
        if (said.orElse(false)) {
            throw CommandException.failed(kind.title() + " cannot be put on the fan: " + status.sentence());
        }
        sayUnable(kind, status);
        return false;
    }

    private void sayUnable(EngineKind kind, EngineStatus status) {
        if (settings.yes() || settings.engines().containsKey(kind)) {
            return;
        }
        String name = kind.title();
        if (status.state() != EngineStatus.State.ABSENT) {
            prompter.say(name + " not usable, unable to configure: " + status.sentence());
        } else if (kind != EngineKind.INCUS) {
            // Nobody was told in 2016 that Incus is missing, and who has LXD does not miss it.
            prompter.say(name + " not installed, unable to configure");
        }
    }

    /** {@code docker} as the transcript writes it, {@code LXD}. */
    private static String word(EngineKind kind) {
        return kind == EngineKind.DOCKER ? kind.word() : kind.title();
    }

    private static String on(UnderlaySpec underlay, FanEntry entry) {
        return "underlay:" + underlay + " overlay:" + entry.overlay();
    }

    private static String[] explanation(EngineKind kind) {
        return kind == EngineKind.DOCKER
                ? new String[] {
                    "Docker gets a network on the fan, named like its bridge; its containers get",
                    "addresses of this host's slice and reach the containers of every other host.",
                    "What runs stays as it is; \"fanatic deconfigure\" takes the network away again."
                }
                : new String[] {
                    kind.title() + " gets a profile named like the fan's bridge; instances launched with it",
                    "get addresses of this host's slice from the fan's DHCP server, which starts.",
                    "What runs stays as it is; \"fanatic deconfigure\" takes the profile away again."
                };
    }

    private EngineOptions engineOptions(EngineKind kind, FanState from) {
        Optional<EngineOptions> before = Optional.ofNullable(from.engines().get(kind));
        if (kind != EngineKind.DOCKER) {
            return EngineOptions.USUAL;
        }
        boolean was = before.map(EngineOptions::defaultBridge).orElse(false);
        if (settings.defaultBridge() || settings.yes() || settings.engines().containsKey(kind)) {
            return new EngineOptions(settings.defaultBridge() || was);
        }
        if (!prompter.isPerson()) {
            return new EngineOptions(true);
        }
        return new EngineOptions(yes(Question.yesNo(
                "Use it for plain \"docker run\" too (Docker restarts)",
                before.isEmpty() || was,
                "Yes: containers that ask for no other network are on it; daemon.json changes,",
                "and Docker restarts, which stops containers unless live-restore is on.",
                "No: containers started with --network NAME are on it, and nothing restarts.")));
    }

    private boolean wantsTest(EngineKind kind, UnderlaySpec address, FanEntry entry) {
        if (settings.test().isPresent() || settings.yes()) {
            return settings.test().orElse(false);
        }
        return yes(Question.yesNo(
                "Test " + word(kind) + " networking for " + on(address, entry)
                        + "\n(NOTE: potentially triggers large image downloads)",
                true,
                "When all is set up, a container fanatic-test is started on the fan; it and this",
                "host exchange pings and 64 MiB of random data, compared by checksum.",
                "A local busybox, alpine or ubuntu image is used; else one is pulled."));
    }

    /** Only a person is asked, as the wizard of 2016 knew no names. */
    private boolean wantsNames(FanOptions options, String bridge) {
        if (settings.names().isPresent() || settings.yes() || !prompter.isPerson()) {
            return settings.names().orElse(options.names());
        }
        return yes(Question.yesNo(
                "Serve names of containers on " + bridge,
                options.names(),
                "Yes: the container web of the host h2 is web.h2.fan.internal, on every host",
                "that serves names; a service starts for it, \"fanatic names\", see fanatic(1).",
                "No: containers are reached by their addresses."));
    }

    /** With packets between hosts encrypted, or not; asked where this host can encrypt, as far as it is known without a key. */
    private FanOptions wantsEncryption(FanEntry wanted) {
        FanOptions options = wanted.options();
        boolean said = settings.applyTo(FanOptions.DEFAULT).encryption().isPresent();
        boolean can = options.direct() == Direct.OFF
                && host.fans().encryptionObstacle().isEmpty();
        if (said
                || settings.yes()
                || !prompter.isPerson()
                || !can && options.encryption().isEmpty()) {
            return options;
        }
        String now = options.encryption().map(Encryption::toString).orElse("none");
        Question question = new Question(
                "Encrypt packets between hosts (psk:FILE, cert:FILE or none) [" + now + "]:",
                now,
                List.of("none"),
                List.of(
                        "With the same key on every host, which \"fanatic key psk FILE\" makes, or with a",
                        "certificate for each (\"fanatic key host\"); give the same answer on every host.",
                        "none: packets between hosts are in clear."));
        return ask(question, text -> {
            FanOptions answered =
                    text.equals("none") ? options.withoutEncryption() : options.withEncryption(Encryption.parse(text));
            if (answered.encryption().isPresent()) {
                host.fans().plan(wanted.withOptions(answered));
            }
            return answered;
        });
    }

    /** Whether to send without encapsulation; asked where this host can, as far as it is known before anything is changed. */
    private Direct wantsDirect(FanEntry wanted) {
        Direct now = wanted.options().direct();
        boolean said = settings.applyTo(FanOptions.DEFAULT).direct() != Direct.OFF;
        if (said || settings.yes() || !prompter.isPerson() || !canSendDirect(wanted)) {
            return now;
        }
        boolean yes = yes(Question.yesNo(
                "Send to hosts on the same segment without encapsulation",
                now != Direct.OFF,
                "Yes: faster, when every host of the fan has it. Who sends is told by Ethernet",
                "addresses, so the switch must protect ARP; see --direct in fanctl(8).",
                "No: all packets between hosts are encapsulated, which every network carries."));
        if (!yes) {
            return Direct.OFF;
        }
        return now == Direct.OFF ? Direct.SEND : now;
    }

    private boolean canSendDirect(FanEntry wanted) {
        if (wanted.options().type().refusal(FanFlag.DIRECT).isPresent()
                || wanted.options().encryption().isPresent()) {
            return false;
        }
        try {
            host.fans().plan(wanted.withOptions(wanted.options().withDirect(Direct.SEND)));
            return true;
        } catch (FanException refused) {
            return false;
        }
    }

    /**
     * Shows a person the plan and asks. Without a person the answer is yes: the answers in the pipe were it.
     *
     * @throws CancelledException on no
     */
    public void goAhead(List<String> plan) {
        if (settings.yes() || !prompter.isPerson()) {
            return;
        }
        confirm(plan);
    }

    /**
     * Shows a plan and asks, whoever answers.
     *
     * @throws CancelledException on no
     */
    public void confirm(List<String> plan) {
        plan.forEach(prompter::say);
        if (!yes(Question.yesNo(
                "Go ahead?",
                true,
                "Yes does what is listed above. When a step fails, those before it are undone.",
                "No, like Ctrl-C or Ctrl-D at any question so far, leaves this host as it is.",
                "What \"fanatic configure\" sets up, \"fanatic deconfigure\" puts back."))) {
            throw new CancelledException();
        }
    }

    /** The remote host to test against; empty when there is none (any more). */
    public Optional<Ipv4Address> remote(UnderlaySpec address) {
        Question question = new Question(
                "Remote test host IP address (none to skip):",
                "",
                List.of(),
                List.of(
                        "The underlay address of another host on which this fan is configured, too.",
                        "This host tests the way to it through the fan.",
                        "Return alone ends the wizard."));
        try {
            return ask(question, text -> text.isEmpty() ? Optional.empty() : Optional.of(remoteAddress(text, address)));
        } catch (CancelledException e) {
            return Optional.empty();
        }
    }

    private static Ipv4Address remoteAddress(String text, UnderlaySpec own) {
        Ipv4Address remote = Ipv4Address.parse(text);
        Ipv4Prefix network = own.underlay().orElseThrow();
        if (!network.isHost(remote)) {
            throw new IllegalArgumentException(remote + " is not a host's address in the underlay " + network);
        }
        return remote;
    }

    private boolean yes(Question question) {
        return ask(question, text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "y", "yes" -> true;
            case "n", "no" -> false;
            default -> throw new IllegalArgumentException("please answer y or n (\"?\" explains the question)");
        });
    }

    /** Asks until the answer can work; the reason why it cannot is said at once. */
    private <T> T ask(Question question, Function<String, T> meaning) {
        if (settings.yes()) {
            // It cannot be asked again.
            return Attempt.orUsage(() -> meaning.apply(question.usual()));
        }
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            String answer = prompter.ask(question);
            if (answer.equals("?")) {
                question.explanation().forEach(prompter::say);
                continue;
            }
            try {
                return meaning.apply(answer.isEmpty() ? question.usual() : answer);
            } catch (IllegalArgumentException | FanException | CommandException e) {
                prompter.say(String.valueOf(e.getMessage()));
            }
        }
        throw CommandException.usage("no good answer in " + MAX_ATTEMPTS + " attempts; no changes made");
    }
}
