package io.fanatic.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.core.FanEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From one state to another and back, on a host in memory. */
class TransitionTest {
    private static final FanEntry FAN = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));

    @TempDir
    Path directory;

    private MemoryHost memory;
    private Host host;

    @BeforeEach
    void aHostWithEngines() {
        memory = new MemoryHost(directory, "10.0.0.45/16").withUsualEngines();
        host = memory.host();
    }

    private Transition up(EngineKind... kinds) {
        Map<EngineKind, EngineOptions> engines = new java.util.EnumMap<>(EngineKind.class);
        for (EngineKind kind : kinds) {
            engines.put(kind, EngineOptions.USUAL);
        }
        FanState from = host.observe(FAN);
        return Transition.of(host).then(from, from.as(FAN, engines));
    }

    private Transition down() {
        Transition down = Transition.of(host);
        for (FanState state : host.states()) {
            down = down.then(state, state.gone());
        }
        return down;
    }

    private static void apply(Transition transition) {
        transition.plan();
        transition.apply(() -> false, line -> {});
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> !file.equals(directory.resolve("state")))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void upAndDownAgainLeavesNothingNotEvenTheDirectory() throws IOException {
        List<Path> before = files();
        apply(up(EngineKind.DOCKER, EngineKind.LXD));
        assertThat(memory.configuration()).hasContent("250.0.0.0/8 10.0.0.0/16\n");
        assertThat(host.states()).singleElement().satisfies(state -> {
            assertThat(state.up()).isTrue();
            assertThat(state.engines()).containsOnlyKeys(EngineKind.DOCKER, EngineKind.LXD);
        });

        apply(down());
        assertThat(host.states()).isEmpty();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aSecondTimeThereIsNothingToDo() {
        apply(up(EngineKind.DOCKER));
        assertThat(up(EngineKind.DOCKER).plan().isEmpty()).isTrue();
    }

    @Test
    void theFileIsPutBackByteByByte() throws IOException {
        Files.createDirectories(memory.configuration().getParent());
        String theirs = "# mine\n240.0.0.0/8   192.168.0.0/16 off # no line feed at the end";
        Files.writeString(memory.configuration(), theirs);
        apply(up());
        assertThat(memory.configuration()).content().startsWith(theirs).contains("\n250.0.0.0/8 10.0.0.0/16\n");
        apply(Transition.of(host).then(host.observe(FAN), host.observe(FAN).gone()));
        assertThat(memory.configuration()).hasContent(theirs).content().doesNotEndWith("\n");
    }

    @Test
    void whatAPersonWroteIntoTheFileMeanwhileStays() throws IOException {
        apply(up());
        Files.writeString(memory.configuration(), "# a note\n" + Files.readString(memory.configuration()));
        apply(down());
        assertThat(memory.configuration()).hasContent("# a note\n");
        assertThat(directory.resolve("state/network-fan.json")).exists();
    }

    @Test
    void everyCallOfTheKernelThatFailsLeavesTheHostAsItWas() throws IOException {
        List<Path> before = files();
        memory.kernel().failAt(0);
        apply(up(EngineKind.DOCKER));
        int calls = memory.kernel().calls();
        apply(down());
        assertThat(calls).isGreaterThan(10);
        for (int n = 1; n <= calls; n++) {
            memory.kernel().failAt(n);
            try {
                apply(up(EngineKind.DOCKER));
            } catch (RuntimeException failed) {
                memory.kernel().failAt(0);
                assertThat(host.states()).as("call " + n).isEmpty();
                assertThat(files()).as("call " + n).isEqualTo(before);
                continue;
            }
            memory.kernel().failAt(0);
            apply(down());
        }
    }

    @Test
    void anEngineThatFailsTakesTheFanAndTheFileBackWithIt() throws IOException {
        List<Path> before = files();
        memory.engine(EngineKind.LXD).fail();
        assertThatThrownBy(() -> apply(up(EngineKind.DOCKER, EngineKind.LXD)))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNDONE))
                .hasMessage("could not put LXD on the fan: LXD does not want to; everything before it was undone");
        assertThat(host.states()).isEmpty();
        assertThat(files()).isEqualTo(before);
        assertThat(memory.engine(EngineKind.DOCKER).calls()).last().isEqualTo("disable fan-250 forced");
    }

    @Test
    void anInterruptionUndoesWhatWasDone() throws IOException {
        List<Path> before = files();
        int[] steps = {0};
        assertThatThrownBy(() -> up(EngineKind.DOCKER).apply(() -> ++steps[0] == 3, line -> {}))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNDONE));
        assertThat(host.states()).isEmpty();
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aReconfigurationThatFailsRestoresTheOldFanWithItsEngines() throws IOException {
        apply(up(EngineKind.DOCKER));
        String file = Files.readString(memory.configuration());
        List<FanState> before = host.states();
        FanEntry other = FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.0/16"));
        FanState old = host.observe(FAN);
        FanState from = host.observe(other);
        memory.engine(EngineKind.LXD).fail();
        Transition transition = Transition.of(host)
                .then(old, old.gone())
                .then(from, from.as(other, Map.of(EngineKind.LXD, EngineOptions.USUAL)));
        assertThatThrownBy(() -> apply(transition)).hasMessageContaining("everything before it was undone");
        assertThat(host.states()).isEqualTo(before);
        assertThat(memory.configuration()).hasContent(file);
    }

    @Test
    void theWayBackIsTheSameWay() {
        Transition up = up(EngineKind.DOCKER);
        apply(up);
        apply(up.inverse().forced(true));
        assertThat(host.states()).isEmpty();
    }

    @Test
    void containersOnTheFanAreNamedBeforeAnythingIsTouched() {
        apply(up(EngineKind.DOCKER));
        memory.engine(EngineKind.DOCKER).containersOnTheFan("web", "db");
        assertThatThrownBy(() -> down().plan())
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.IN_USE))
                .hasMessageContaining("web (Docker), db (Docker)");
        memory.engine(EngineKind.DOCKER).stoppedOnTheFan("db");
        assertThatThrownBy(() -> down().plan()).hasMessageContaining("web (Docker), db (Docker, stopped);");
        assertThat(host.states()).hasSize(1);
        apply(down().forced(true));
        assertThat(host.states()).isEmpty();
    }

    @Test
    void whereTheFanGoesContainersOfEveryEngineAreNamed() {
        apply(up(EngineKind.DOCKER));
        memory.engine(EngineKind.LXD).containersOnTheFan("own");
        assertThatThrownBy(() -> down().plan())
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.IN_USE))
                .hasMessageContaining("containers are on the fan: own (LXD);");
        assertThat(down().forced(true).plan().warnings()).contains("own (LXD) loses the fan");
        apply(down().forced(true));
        assertThat(down().remaining()).isEmpty();
    }

    @Test
    void whatWaitsForConfirmationReadsBackAsItWasWritten() {
        FanState from = host.observe(FAN);
        Transition transition =
                Transition.of(host).then(from, from.as(FAN, Map.of(EngineKind.DOCKER, new EngineOptions(true))));
        Confirmation confirmation = Confirmation.on(host);
        confirmation.requireNone();
        confirmation.prepare(transition, 30);
        assertThatThrownBy(confirmation::requireNone).hasMessageContaining("fanatic confirm");
        assertThat(confirmation.pending().orElseThrow().transition(host).changes())
                .isEqualTo(transition.changes());
        confirmation.begin();
        assertThat(confirmation.pending().orElseThrow().deadline()).isPresent();
        assertThat(confirmation.confirm()).isTrue();
        assertThat(confirmation.confirm()).isFalse();
    }
}
