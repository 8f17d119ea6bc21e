package io.fanatic.harness.lab;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run that died left behind goes with the next start, and only that. One host, one container. */
class SweepTest {

    private static final String NAME = "fant-" + ProcessHandle.current().pid() + "-s";

    @BeforeEach
    void needsRoot() {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
    }

    @AfterEach
    void leavesNothing() throws Exception {
        for (String name : Lab.names()) {
            if (name.startsWith(NAME)) {
                Lab.find(name).ifPresent(Lab::close);
            }
        }
        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(NAME);
    }

    @Test
    void aCrashedRunsNamespacesMountsAndProcessesGoWithTheNextStart() throws Exception {
        // While its process lives: as soon as that has ended, the next lab of any other test takes it away.
        Process dying = start(NAME + "-dead");
        assertThat(Namespace.names()).contains(NAME + "-dead-u", NAME + "-dead-h1", NAME + "-dead-h1c1");
        List<ProcessHandle> residents =
                LabProcesses.in(List.of(Namespace.named(NAME + "-dead-h1").network()));
        assertThat(residents).hasSize(1);
        crash(dying);

        Lab.up(LabSpec.named(NAME + "-next").withHosts(1).withContainers(0)).close();

        assertThat(Namespace.names()).noneMatch(name -> name.startsWith(NAME));
        assertThat(Lab.names()).doesNotContain(NAME + "-dead");
        assertThat(Owner.started(residents.get(0).pid())).isNegative();
    }

    @Test
    void theSameNameIsFreeAgain() throws Exception {
        crash(NAME + "-again");
        Lab lab = Lab.up(LabSpec.named(NAME + "-again").withHosts(1).withContainers(1));
        assertThat(lab.exec(lab.containers().get(0), List.of("true")).ok()).isTrue();
    }

    @Test
    void aLabThatWasKeptAndOneWhoseProcessLivesStay() throws Exception {
        crash(NAME + "-kept", "keep");
        Lab.up(LabSpec.named(NAME + "-alive").withHosts(1).withContainers(0));

        assertThat(Lab.sweep()).doesNotContain(NAME + "-kept", NAME + "-alive");

        assertThat(Namespace.names()).contains(NAME + "-kept-h1", NAME + "-alive-h1");
        Lab kept = Lab.find(NAME + "-kept").orElseThrow();
        assertThat(kept.ownerPid()).isEmpty();
        assertThat(kept.down()).singleElement().asString().startsWith("sleep (");
    }

    @Test
    void aNamespaceThatOnlyLooksLikeOneOfOursStays() throws Exception {
        crash(NAME + "-look");
        Namespace foreign = Namespace.create(NAME + "-look-h2");
        try {
            Lab.sweep();
            assertThat(Namespace.names())
                    .filteredOn(name -> name.startsWith(NAME))
                    .containsExactly(NAME + "-look-h2");
        } finally {
            foreign.delete();
        }
    }

    /** Runs {@link CrashedRun} in a Java of its own, to its bitter end. */
    private static void crash(String... arguments) throws Exception {
        crash(start(arguments));
    }

    private static void crash(Process process) throws Exception {
        process.getOutputStream().close();
        assertThat(process.waitFor()).isEqualTo(1);
    }

    /** The same, until its lab is up. */
    private static Process start(String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CrashedRun.class.getName()));
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        String line = process.inputReader().readLine();
        while (line != null && !line.equals("up")) {
            lines.add(line);
            line = process.inputReader().readLine();
        }
        assertThat(line).as(lines.toString()).isEqualTo("up");
        return process;
    }
}
