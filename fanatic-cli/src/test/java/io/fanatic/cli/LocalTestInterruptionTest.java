package io.fanatic.cli;

import static io.fanatic.cli.Pty.CTRL_C;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in {@code fanatic test local-docker}, held by a socket before Docker at the request that is being made. */
@FanLab(hosts = 1, containers = 0)
class LocalTestInterruptionTest {
    private static final String REMOVAL = "before DELETE /v1.44/containers/";
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    @TempDir
    static Path libraries;

    private static LabHost host;
    private static Dockerd docker;

    @BeforeAll
    static void putDockerOnTheFan(Lab lab) {
        host = lab.hosts().get(0);
        docker = Dockerd.start(host);
        CliRun.fanatic(host, "enable-docker" + FAN).done();
    }

    @AfterAll
    static void takeItOff() {
        docker.removeContainers();
        CliRun.fanatic(host, "disable-docker" + FAN);
        docker.close();
    }

    private static Pty start() throws IOException {
        return Pty.start(
                host.namespace().command(List.of()),
                JavaProgram.fanatic(libraries, "test local-docker" + FAN),
                80,
                Map.of("DOCKER_HOST", "unix://" + RequestKillPoints.PLACE));
    }

    @Test
    void whileTheContainerIsBeingMadeNothingOfItStays() throws Exception {
        interruptedAt("before POST /v1.44/containers/create");
    }

    @Test
    void afterItWasMadeNothingOfItStays() throws Exception {
        interruptedAt("after POST /v1.44/containers/create");
    }

    @Test
    void whileItIsBeingDestroyedThatIsDoneOnceAndWithoutATrace() throws Exception {
        assertThat(interruptedAt(REMOVAL))
                .filteredOn(moment -> moment.startsWith(REMOVAL))
                .hasSize(1);
    }

    /** Interrupts it there; returns that moment and those after it. */
    private static List<String> interruptedAt(String moment) throws Exception {
        List<String> moments = new CopyOnWriteArrayList<>();
        try (RequestKillPoints socket = RequestKillPoints.on(host, "DOCKER_HOST=unix://", Dockerd.SOCKET);
                Pty pty = start()) {
            pty.await("creating test container");
            String next = socket.next();
            while (!next.startsWith(moment)) {
                socket.answer("go");
                next = socket.next();
            }
            moments.add(next);
            pty.type(CTRL_C).await("interrupted; the test container is being removed");
            Thread rest = new Thread(
                    () -> {
                        while (true) {
                            socket.answer("go");
                            moments.add(socket.next());
                        }
                    },
                    "rest");
            rest.setDaemon(true);
            rest.setUncaughtExceptionHandler((thread, closed) -> {});
            rest.start();
            assertThat(pty.exitCode()).as(pty.text()).isNotZero();
            assertThat(pty.text()).doesNotContain("Exception", "\tat ", "already in progress", "is left");
        }
        assertThat(docker.docker("ps", "-aq").orThrow().output()).isEmpty();
        return moments;
    }
}
