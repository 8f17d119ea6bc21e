package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an engine listens: on its usual socket, or on that of the environment. */
class SocketPathsTest {
    @Test
    void aSocketIsTakenFromTheEnvironmentAndAnotherMachinesIsRefused() {
        assertRefused(Map.of("DOCKER_HOST", "tcp://10.0.0.9:2375"), SocketPaths::docker, "only unix://");
        assertRefused(Map.of("DOCKER_HOST", "ssh://me@there"), SocketPaths::docker, "DOCKER_HOST is ssh://me@there");
        assertRefused(Map.of("DOCKER_HOST", "unix:///nowhere"), SocketPaths::docker, "no socket /nowhere");
        assertRefused(Map.of("LXD_DIR", "/nowhere"), SocketPaths::lxd, "no socket /nowhere/unix.socket, which LXD_DIR");
        assertRefused(Map.of("INCUS_SOCKET", "/nowhere"), SocketPaths::incus, "which INCUS_SOCKET names");
        assertThat(new SocketPaths(Map.of("LXD_SOCKET", "/dev/null", "LXD_DIR", "/x")).lxd())
                .isEqualTo(Path.of("/dev/null"));
    }

    private interface Place {
        Path of(SocketPaths places);
    }

    @Test
    void snapsAndDistributionsSocketsAreBothFound(@TempDir Path root) throws Exception {
        SocketPaths places = new SocketPaths(Map.of(), root);
        for (String socket : List.of("run/docker.sock", "var/snap/docker/common/run/docker.sock")) {
            assertFound(root, socket, places::docker);
        }
        for (String socket : List.of("var/snap/lxd/common/lxd/unix.socket", "var/lib/lxd/unix.socket")) {
            assertFound(root, socket, places::lxd);
        }
        for (String socket : List.of("var/lib/incus/unix.socket", "run/incus/unix.socket")) {
            assertFound(root, socket, places::incus);
        }
        assertThatExceptionOfType(EngineUnavailableException.class)
                .isThrownBy(places::lxd)
                .satisfies(e -> assertThat(e.status().state()).isEqualTo(EngineStatus.State.ABSENT));
    }

    private static void assertFound(Path root, String socket, Supplier<Path> finding) throws Exception {
        Path file = root.resolve(socket);
        Files.createDirectories(Optional.ofNullable(file.getParent()).orElseThrow());
        Files.createFile(file);
        assertThat(finding.get()).isEqualTo(file);
        Files.delete(file);
    }

    private static void assertRefused(Map<String, String> environment, Place place, String words) {
        assertThatExceptionOfType(EngineUnavailableException.class)
                .isThrownBy(() -> place.of(new SocketPaths(environment)))
                .withMessageContaining(words)
                .satisfies(e -> assertThat(e.status().state()).isEqualTo(EngineStatus.State.UNUSABLE));
    }
}
