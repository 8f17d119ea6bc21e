package io.fanatic.cli.wizard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.setup.FakeEngine;
import io.fanatic.cli.setup.MemoryHost;
import io.fanatic.cli.setup.Transition;
import io.fanatic.core.Direct;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dialogue, question by question, on a host in memory. */
class WizardTest {
    private static final String QUESTIONS = """
        Welcome to the fanatic fan networking wizard.  This will help you set
        up an example fan network and optionally configure docker and/or LXD to
        use this network.  See fanatic(1) for more details.

        Configure fan underlay (hit return to accept, or specify alternative) [10.0.0.0/16]:
        Configure fan overlay (hit return to accept, or specify alternative) [250.0.0.0/8]:
        Create LXD networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]: n
        Create docker networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]: Y
        Test docker networking for underlay:10.0.0.45/16 overlay:250.0.0.0/8
        (NOTE: potentially triggers large image downloads) [Yn]: Y
        """;

    @TempDir
    Path directory;

    private MemoryHost host(String... addresses) {
        return new MemoryHost(directory, addresses).withUsualEngines();
    }

    private static Answers ask(MemoryHost host, Script script) {
        return new Wizard(host.host(), script, Settings.NONE).ask();
    }

    @Test
    void theTranscriptOf2016IsAskedWordForWord() {
        Script script = Script.pipe("", "", "n", "Y", "Y");
        Answers answers = ask(host("10.0.0.45/16"), script);

        assertThat(script.text()).isEqualTo(QUESTIONS);
        assertThat(answers.to().entry()).hasToString("250.0.0.0/8 10.0.0.0/16");
        assertThat(answers.to().engines()).isEqualTo(Map.of(EngineKind.DOCKER, new EngineOptions(true)));
        assertThat(answers.tests()).containsExactly(EngineKind.DOCKER);
        assertThat(answers.replaced()).isEmpty();
    }

    @Test
    void aPersonIsAskedWhetherPlainDockerRunUsesTheFan() {
        Script script = Script.person("", "", "", "n", "y", "n", "n", "y", "");
        Answers answers = ask(host("10.0.0.45/16"), script);
        assertThat(script.text()).contains("Use it for plain \"docker run\" too (Docker restarts) [Yn]: n\n");
        assertThat(answers.to().engines()).isEqualTo(Map.of(EngineKind.DOCKER, EngineOptions.USUAL));
        assertThat(answers.tests()).isEmpty();
    }

    @Test
    void aPersonIsAskedWhetherToServeNamesAndWhatIsThereIsTheUsualAnswer() {
        MemoryHost host = host("10.0.0.45/16");
        Answers answers = ask(host, Script.person("", "", "", "n", "n", "y", ""));
        assertThat(answers.to().entry()).hasToString("250.0.0.0/8 10.0.0.0/16 names");
        host.host().fans().up(answers.to().entry());
        Script again = Script.person("", "", "", "n", "n", "", "");
        assertThat(ask(host, again).to().entry().options().names()).isTrue();
        assertThat(again.text()).contains("Serve names of containers on fan-250 [Yn]:");
        assertThat(ask(host, Script.person("", "", "", "n", "n", "n", ""))
                        .to()
                        .entry()
                        .options()
                        .names())
                .isFalse();
    }

    @Test
    void aPersonIsAskedForAKeyWhereTheHostCanEncryptAndWhatIsThereIsTheUsualAnswer() {
        MemoryHost host = host("10.0.0.45/16");
        host.kernel().startStrongSwan();
        Script script = Script.person("", "", "", "n", "n", "n", "/etc/fan.key", "psk:/etc/fan.key");
        FanEntry answered = ask(host, script).to().entry();
        assertThat(answered).hasToString("250.0.0.0/8 10.0.0.0/16 encrypt psk:/etc/fan.key");
        assertThat(script.text())
                .contains(
                        "Encrypt packets between hosts (psk:FILE, cert:FILE or none) [none]: psk:/etc/fan.key",
                        "is not an encryption method; expected psk:FILE or cert:FILE")
                .doesNotContain("without encapsulation");
        host.host().fans().up(answered);
        Script again = Script.person("", "", "", "n", "n", "", "");
        assertThat(ask(host, again).to().entry().options().encryption()).isPresent();
        assertThat(again.text()).contains("[psk:/etc/fan.key]:");
        assertThat(ask(host, Script.person("", "", "", "n", "n", "", "none", ""))
                        .to()
                        .entry()
                        .options()
                        .encryption())
                .isEmpty();
        Script pipe = Script.pipe("", "", "n", "Y", "Y");
        ask(host, pipe);
        assertThat(pipe.text()).doesNotContain("Encrypt");
    }

    @Test
    void aPersonIsProposedAnIpv6OverlayThatIsTheSameOnEveryHost() {
        Script script = Script.person("", "", "y", "n", "n", "n", "");
        Answers answers = ask(host("10.0.0.45/16"), script);
        assertThat(script.text())
                .contains("Configure fan IPv6 overlay (y for fd77:65d1:ec63::/48, the same on every host, or specify"
                        + " alternative) [n]: y\n");
        assertThat(answers.to().entry()).hasToString("250.0.0.0/8 10.0.0.0/16 overlay6 fd77:65d1:ec63::/48");
        assertThat(ask(host("10.0.7.1/16"), Script.person("", "", "y", "n", "n", "n", ""))
                        .to()
                        .entry())
                .isEqualTo(answers.to().entry());

        Script own = Script.person("", "", "fd00:fa::/64", "fe80::/48", "x", "fd00:fa::/48", "n", "n", "n", "");
        assertThat(ask(host("10.0.0.45/16"), own).to().entry())
                .hasToString("250.0.0.0/8 10.0.0.0/16 overlay6 fd00:fa::/48");
        assertThat(own.usedUp()).isTrue();
        assertThat(own.text()).contains("fd00:fa::/64", "\"x\" has no prefix length");
    }

    @Test
    void theIpv6OverlayOfAFanThatIsUpStaysOrGoes() {
        MemoryHost host = host("10.0.0.45/16");
        host.host().fans().up(FanEntry.parse("250.0.0.0/8 10.0.0.0/16 overlay6 fd00:fa::/48"));
        Script keep = Script.person("", "", "", "n", "n", "n", "");
        assertThat(ask(host, keep).to().entry().options().overlay6()).hasToString("Optional[fd00:fa::/48]");
        assertThat(keep.text()).contains("Reconfigure fan IPv6 overlay");
        assertThat(ask(host, Script.person("", "", "n", "n", "n", "n", ""))
                        .to()
                        .entry()
                        .options()
                        .overlay6())
                .isEmpty();
        assertThat(ask(host, Script.pipe("", "", "n", "n"))
                        .to()
                        .entry()
                        .options()
                        .overlay6())
                .isPresent();
    }

    @Test
    void lxdSwitchesDhcpOn() {
        Answers answers = ask(host("10.0.0.45/16"), Script.pipe("", "", "y", "n", "n"));
        assertThat(answers.to().entry()).hasToString("250.0.0.0/8 10.0.0.0/16 dhcp");
        assertThat(answers.to().engines()).containsOnlyKeys(EngineKind.LXD);
    }

    @Test
    void incusIsAskedForWhereItIsInstalled() {
        MemoryHost host = new MemoryHost(directory, "10.0.0.45/16")
                .with(FakeEngine.absent(EngineKind.DOCKER, directory))
                .with(FakeEngine.absent(EngineKind.LXD, directory))
                .with(FakeEngine.usable(EngineKind.INCUS, directory));
        Script script = Script.pipe("", "", "", "");
        Answers answers = ask(host, script);
        assertThat(script.text())
                .contains(
                        "LXD not installed, unable to configure\n",
                        "Docker not installed, unable to configure\n",
                        "Create Incus networking for underlay:10.0.0.0/16 overlay:250.0.0.0/8 [Yn]:\n",
                        "Test Incus networking for underlay:10.0.0.45/16 overlay:250.0.0.0/8\n");
        assertThat(answers.tests()).containsExactly(EngineKind.INCUS);
    }

    @Test
    void anEngineThatDoesNotAnswerIsNamedWithItsReason() {
        MemoryHost host = new MemoryHost(directory, "10.0.0.45/16")
                .with(new FakeEngine(EngineKind.DOCKER, directory, EngineStatus.State.UNUSABLE, fan -> {
                    throw new IllegalStateException();
                }))
                .with(FakeEngine.absent(EngineKind.LXD, directory))
                .with(FakeEngine.absent(EngineKind.INCUS, directory));
        Script script = Script.pipe("", "");
        assertThat(ask(host, script).to().engines()).isEmpty();
        assertThat(script.text()).contains("Docker not usable, unable to configure: fake socket ");
    }

    @Test
    void theReasonComesAtOnceAndTheQuestionAgain() {
        Script script = Script.pipe(
                "127.0.0.1/8",
                "10.0.0.0",
                "10.9.9.9/16",
                "eth7",
                "",
                "127.0.0.0/8",
                "250.0.0.0/16",
                "250.1.0.0/8",
                "10.0.0.0/8",
                "",
                "maybe",
                "n",
                "n");
        Answers answers = ask(host("10.0.0.45/16"), script);
        assertThat(script.usedUp()).isTrue();
        assertThat(answers.to().engines()).isEmpty();
        assertThat(script.text())
                .contains(
                        "the underlay 127.0.0.1/8 is loopback",
                        "10.0.0.0\" has no prefix length",
                        "no local address fits the underlay 10.9.9.9/16",
                        "there is no interface eth7",
                        "loopback, which never leaves a host",
                        "must be wider than its underlay",
                        "has host bits set; the network is 250.0.0.0/8",
                        "overlap; choose an overlay outside the underlay",
                        "please answer y or n");
        assertThat(script.questions()).hasSize(13);
    }

    @Test
    void aRouteInTheWayIsSaidAtTheOverlay() {
        MemoryHost host = host("10.0.0.45/16");
        host.kernel()
                .put(new io.fanatic.netlink.kernel.RouteState(
                        Ipv4Prefix.parse("250.9.0.0/16"), 254, Optional.of("eth0"), "250.9.0.0/16 dev eth0"));
        Script script = Script.pipe("", "", "251.0.0.0/8", "n", "n");
        assertThat(ask(host, script).to().entry()).hasToString("251.0.0.0/8 10.0.0.0/16");
        assertThat(script.text()).contains("overlaps the route \"250.9.0.0/16 dev eth0\"");
    }

    @Test
    void theQuestionMarkExplainsEveryQuestionInThreeLines() {
        Script script = Script.person(
                "?", "", "?", "", "?", "", "?", "y", "?", "y", "?", "y", "?", "y", "?", "y", "?", "y", "?", "y");
        ask(host("10.0.0.45/16"), script);
        assertThat(script.usedUp()).isTrue();
        assertThat(script.questions()).allSatisfy(question -> {
            assertThat(question.explanation()).hasSize(3);
            assertThat(question.explanation())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(79));
        });
        assertThat(script.text()).contains("The underlay is the network that your hosts are in");
    }

    @Test
    void theEndOfTheAnswersIsTheEndAtEveryQuestion() {
        String[] all = {"", "", "", "y", "y", "y", "y", "y", "y", "y"};
        for (int given = 0; given < all.length; given++) {
            String[] answers = java.util.Arrays.copyOf(all, given);
            MemoryHost host = host("10.0.0.45/16");
            assertThatThrownBy(() -> ask(host, Script.person(answers)))
                    .as("after " + given + " answers")
                    .isInstanceOf(CancelledException.class)
                    .hasMessage("no changes made");
            assertThat(host.host().states()).isEmpty();
            assertThat(host.configuration()).doesNotExist();
            assertThat(host.engine(EngineKind.DOCKER).calls()).isEmpty();
            assertThat(host.engine(EngineKind.LXD).calls()).isEmpty();
        }
    }

    @Test
    void anEndlessPipeOfBadAnswersEnds() {
        String[] bad = new String[1000];
        java.util.Arrays.fill(bad, "nonsense");
        assertThatThrownBy(() -> ask(host("10.0.0.45/16"), Script.pipe(bad)))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void aFanThatIsUpIsReconfiguredAndItsAnswersAreTheUsualOnes() {
        MemoryHost host = host("10.0.0.45/16");
        apply(host, ask(host, Script.pipe("", "251.0.0.0/8", "y", "y", "n", "n")));

        Script script = Script.pipe("", "", "n", "", "n");
        Answers answers = ask(host, script);
        assertThat(script.text())
                .contains(
                        "Reconfigure fan underlay (hit return to accept, or specify alternative) [10.0.0.0/16]:\n",
                        "Reconfigure fan overlay (hit return to accept, or specify alternative) [251.0.0.0/8]:\n",
                        "Keep LXD networking for underlay:10.0.0.0/16 overlay:251.0.0.0/8 [Yn]: n\n",
                        "Keep docker networking for underlay:10.0.0.0/16 overlay:251.0.0.0/8 [Yn]:\n");
        assertThat(answers.replaced()).isEmpty();
        assertThat(answers.to().engines()).containsOnlyKeys(EngineKind.DOCKER);
        apply(host, answers);
        assertThat(host.engine(EngineKind.LXD).calls()).last().isEqualTo("disable fan-251");
    }

    @Test
    void anotherOverlayTakesThePlaceOfTheFanThatIsUp() {
        MemoryHost host = host("10.0.0.45/16");
        apply(host, ask(host, Script.pipe("", "", "n", "y", "n")));

        Answers answers = ask(host, Script.pipe("", "251.0.0.0/8", "n", "y", "n"));
        assertThat(answers.replaced().orElseThrow().entry().overlay()).hasToString("250.0.0.0/8");
        apply(host, answers);
        assertThat(host.host().states()).singleElement().satisfies(state -> {
            assertThat(state.configured().orElseThrow()).hasToString("251.0.0.0/8 10.0.0.0/16");
            assertThat(state.engines()).containsOnlyKeys(EngineKind.DOCKER);
        });
    }

    @Test
    void anotherUnderlayOfTheSameOverlayTakesItsPlaceToo() {
        MemoryHost host = host("10.0.0.45/16");
        apply(host, ask(host, Script.pipe("", "", "n", "n")));
        Answers answers = ask(host, Script.pipe("10.0.0.45/24", "", "n", "n"));
        apply(host, answers);
        assertThat(host.host().states())
                .singleElement()
                .satisfies(state -> assertThat(state.entry()).hasToString("250.0.0.0/8 10.0.0.45/24"));
    }

    private static void apply(MemoryHost host, Answers answers) {
        Transition transition = Transition.of(host.host());
        if (answers.replaced().isPresent()) {
            transition = transition.then(
                    answers.replaced().get(), answers.replaced().get().gone());
        }
        transition = transition.then(answers.from(), answers.to());
        transition.plan();
        transition.apply(() -> false, line -> {});
    }

    @Test
    void whatTheCommandLineSaysIsNotAsked() {
        Settings settings = Settings.builder()
                .underlay(Optional.of(UnderlaySpec.parse("eth0/16")))
                .overlay(Optional.of(Ipv4Prefix.parse("252.0.0.0/8")))
                .engines(Map.of(EngineKind.LXD, false))
                .defaultBridge(true)
                .names(Optional.of(true))
                .test(Optional.of(false))
                .options(options -> options.withDhcp(true).withPort(4790).withDirect(Direct.SEND))
                .build();
        Script script = Script.person();
        Answers answers = new Wizard(host("10.0.0.45/16").host(), script, settings).ask();
        assertThat(script.questions()).isEmpty();
        assertThat(answers.to().configured().map(FanEntry::toString))
                .contains("252.0.0.0/8 eth0/16 dhcp port 4790 direct names");
        assertThat(answers.to().engines()).isEqualTo(Map.of(EngineKind.DOCKER, new EngineOptions(true)));
    }

    @Test
    void theTypeIsNotAskedAndStandsInTheConfiguration() {
        Settings settings = Settings.builder()
                .yes(true)
                .options(options -> options.withType(TunnelType.IPIP))
                .build();
        Answers answers = new Wizard(host("10.0.0.45/16").host(), Script.pipe(), settings).ask();
        assertThat(answers.to().entry()).hasToString("250.0.0.0/8 10.0.0.0/16 ipip dhcp");
    }

    @Test
    void anEngineThatIsAskedForByOptionAndIsNotThereIsAnError() {
        MemoryHost host = host("10.0.0.45/16");
        Settings settings = Settings.builder()
                .yes(true)
                .engines(Map.of(EngineKind.INCUS, true))
                .build();
        assertThatThrownBy(() -> new Wizard(host.host(), Script.pipe(), settings).ask())
                .hasMessageStartingWith("Incus cannot be put on the fan: fake socket");
    }

    @Test
    void theUsualUnderlayIsTheSlash16OfTheAddressOrItsOwnNetwork() {
        assertThat(usual("10.0.0.45/16")).isEqualTo("10.0.0.0/16");
        assertThat(usual("192.168.1.178/24")).isEqualTo("192.168.0.0/16");
        assertThat(usual("10.142.0.17/32")).isEqualTo("10.142.0.0/16");
        assertThat(usual("172.16.3.4/12")).isEqualTo("172.16.0.0/12");
        assertThat(usual("10.0.1.1/24", "10.0.2.1/24")).isEqualTo("10.0.1.1/16");
    }

    private String usual(String... addresses) {
        Script script = Script.pipe();
        try {
            ask(host(addresses), script);
        } catch (CancelledException expected) {
            // Only the first question matters.
        }
        return script.questions().get(0).usual();
    }

    @Test
    void aHostWithoutAnAddressHasNothingToPropose() {
        Script script = Script.pipe("", "eth0");
        assertThatThrownBy(() -> ask(host(), script)).isInstanceOf(CancelledException.class);
        assertThat(script.text())
                .contains("alternative) []:\n", "this host has no address to propose", "no local address fits");
    }

    @Test
    void theUnderlaysOfTheHostAndSaneOverlaysAreProposed() {
        Script script = Script.pipe("", "");
        assertThatThrownBy(() -> ask(host("10.0.0.45/24", "172.20.1.1/16"), script))
                .isInstanceOf(CancelledException.class);
        assertThat(script.questions().get(0).proposals())
                .containsExactly(
                        "10.0.0.0/16", "172.20.0.0/16", "10.0.0.45/16", "10.0.0.45/24", "10.0.0.0/24", "172.20.1.1/16");
        assertThat(script.questions().get(1).proposals())
                .contains("250.0.0.0/8", "240.0.0.0/8", "254.0.0.0/8")
                .doesNotContain("255.0.0.0/8");
    }

    @Test
    void onlyAPersonIsShownThePlanAndMaySayNo() {
        MemoryHost host = host("10.0.0.45/16");
        Script pipe = Script.pipe();
        new Wizard(host.host(), pipe, Settings.NONE).goAhead(List.of("the plan"));
        assertThat(pipe.text().strip()).isEmpty();

        Script person = Script.person("n");
        assertThatThrownBy(() -> new Wizard(host.host(), person, Settings.NONE).goAhead(List.of("the plan")))
                .isInstanceOf(CancelledException.class);
        assertThat(person.text()).isEqualTo("the plan\nGo ahead? [Yn]: n\n");
    }

    @Test
    void aRemoteHostMustBeInTheUnderlay() {
        Script script = Script.pipe("10.1.0.8", "10.0.0.8");
        Wizard wizard = new Wizard(host("10.0.0.45/16").host(), script, Settings.NONE);
        UnderlaySpec own = UnderlaySpec.parse("10.0.0.45/16");
        assertThat(wizard.remote(own).map(Object::toString)).contains("10.0.0.8");
        assertThat(script.text()).contains("10.1.0.8 is not a host's address in the underlay 10.0.0.0/16");
        assertThat(wizard.remote(own)).as("the end is none").isEmpty();
    }
}
