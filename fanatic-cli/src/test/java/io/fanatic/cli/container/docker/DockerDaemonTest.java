package io.fanatic.cli.container.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is read off a running dockerd. */
class DockerDaemonTest {
    @Test
    void dockersUnitIsReadOffItsControlGroup() {
        assertThat(DockerDaemon.unit(List.of("0::/system.slice/docker.service")))
                .contains("docker.service");
        assertThat(DockerDaemon.unit(List.of("4:cpu:/x", "1:name=systemd:/system.slice/snap.docker.dockerd.service")))
                .contains("snap.docker.dockerd.service");
        assertThat(DockerDaemon.unit(List.of("0::/user.slice/session-1.scope", "4:cpu:/docker.service")))
                .isEmpty();
        assertThat(DockerDaemon.unit(List.of("0::/"))).isEmpty();
    }

    @Test
    void optionsOfDockersCommandLineAreFoundInAllTheirForms() {
        DockerDaemon daemon = daemon("dockerd", "-b", "br0", "--mtu=1400", "--config-file", "/x.json", "--debug");
        assertThat(daemon.conflicts(false)).containsExactly("-b", "--mtu=1400");
        assertThat(daemon.configuration()).isEqualTo(Path.of("/x.json"));
        assertThat(daemon("dockerd", "--config-file=/y.json").configuration()).isEqualTo(Path.of("/y.json"));
        assertThat(daemon("dockerd").configuration()).isEqualTo(Path.of("/etc/docker/daemon.json"));
    }

    private static DockerDaemon daemon(String... words) {
        return new DockerDaemon(1, Path.of("/d"), List.of(words), List.of(), Path.of("/dev/null"), Optional.empty(), 1);
    }
}
