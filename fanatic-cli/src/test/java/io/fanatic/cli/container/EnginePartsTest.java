package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.core.Cidr;
import io.fanatic.core.FanMapping;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small parts of the engines that need no engine. */
class EnginePartsTest {
    private static final FanAttachment FAN = new FanAttachment(
            TunnelType.VXLAN,
            "fan-250",
            FanMapping.of(Cidr.parse("250.0.0.0/8"), Cidr.parse("10.0.0.0/16"))
                    .slice(Ipv4Address.parse("10.0.0.45"), 2),
            1450,
            false,
            Shares.DEFAULT);

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
        assertThat(daemon.conflicts()).containsExactly("-b", "--mtu=1400");
        assertThat(daemon.configuration()).isEqualTo(Path.of("/x.json"));
        assertThat(daemon("dockerd", "--config-file=/y.json").configuration()).isEqualTo(Path.of("/y.json"));
        assertThat(daemon("dockerd").configuration()).isEqualTo(Path.of("/etc/docker/daemon.json"));
    }

    private static DockerDaemon daemon(String... words) {
        return new DockerDaemon(1, Path.of("/d"), List.of(words), List.of(), Path.of("/dev/null"), Optional.empty(), 1);
    }

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

    @Test
    void podmansSettingsAreReadWithLaterFilesWinning(@TempDir Path root) throws Exception {
        Path etc = Files.createDirectories(root.resolve("etc/containers/containers.conf.d"));
        Files.writeString(
                etc.resolveSibling("containers.conf"),
                "[engine]\nnetwork_config_dir = \"/wrong\"\n[network]\n# network_config_dir = \"/comment\"\n"
                        + "network_config_dir=\"/a\" # why\nnetwork_backend = 'netavark'\n");
        ContainersConf conf = new ContainersConf(root);
        assertThat(conf.network("network_config_dir")).isEqualTo("/a");
        assertThat(conf.network("network_backend")).isEqualTo("netavark");
        Files.writeString(etc.resolve("9.conf"), "[network]\nnetwork_config_dir = \"/b\"\n");
        assertThat(conf.network("network_config_dir")).isEqualTo("/b");
        assertThat(conf.network("absent")).isEmpty();
    }

    @Test
    void podmansNetworkAndCnisListGiveAllAddressesOfTheirShareAndNoOther() {
        assertThat(PodmanEngine.network(FAN).toString())
                .contains("\"lease_range\":{\"start_ip\":\"250.0.45.32\",\"end_ip\":\"250.0.45.63\"}")
                .contains("\"subnet\":\"250.0.0.0/8\",\"gateway\":\"250.0.45.1\"")
                .contains("\"mode\":\"unmanaged\",\"mtu\":\"1450\"")
                .containsPattern("\"id\":\"[0-9a-f]{64}\"");
        assertThat(CniEngine.conflist(FAN).toString())
                .contains("\"subnet\":\"250.0.0.0/8\",\"rangeStart\":\"250.0.45.3\",\"rangeEnd\":\"250.0.45.31\"")
                .contains("\"gateway\":\"250.0.45.1\"", "\"ipMasq\":false", "\"mtu\":1450");
    }

    @Test
    void anImageGetsItsTag() {
        assertThat(DockerImage.tagged("busybox")).isEqualTo("busybox:latest");
        assertThat(DockerImage.tagged("localhost:5000/x")).isEqualTo("localhost:5000/x:latest");
        assertThat(DockerImage.tagged("localhost:5000/x:1")).isEqualTo("localhost:5000/x:1");
        assertThat(DockerImage.tagged("x@sha256:00")).isEqualTo("x@sha256:00");
    }

    @Test
    void instancesAreReadOffWhatUsesAProfile() {
        assertThat(LxdApi.Instance.parse("/1.0/instances/c1").orElseThrow().toString())
                .isEqualTo("c1");
        LxdApi.Instance other =
                LxdApi.Instance.parse("/1.0/instances/c2?project=p").orElseThrow();
        assertThat(other.toString()).isEqualTo("c2 (project p)");
        assertThat(other.path()).isEqualTo("/1.0/instances/c2?project=p");
        assertThat(LxdApi.Instance.parse("/1.0/profiles/x")).isEmpty();
    }

    @Test
    void thePauseProgramRunsOnThisMachineUntilItIsKilled(@TempDir Path directory) throws Exception {
        Optional<byte[]> program = PauseProgram.forThisMachine();
        if (program.isEmpty()) {
            // Then the image's own sleep is used.
            assertThat(System.getProperty("os.arch")).isNotEqualTo("amd64");
            return;
        }
        File file = Files.write(directory.resolve("pause"), program.get()).toFile();
        assertThat(file.setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(file.getPath()).start();
        process.destroy();
        assertThat(process.waitFor()).as("ended by SIGTERM and by nothing else").isEqualTo(128 + 15);
    }

    @Test
    void dockersLastWordsAreWhatItEndedWith() {
        String id = "0123456789ab".repeat(6).substring(0, 64);
        assertThat(DockerLog.of("""
                        time="1" level=info msg="Starting up"
                        failed to start daemon: an earlier one
                        time="2" level=warning msg="stopping"
                        failed to start daemon: conflicts with network %s (fan-250): networks have same bridge name
                        Main process exited, code=exited, status=1/FAILURE
                        """.formatted(id)))
                .contains("failed to start daemon: conflicts with network 0123456789ab (fan-250): networks have same"
                        + " bridge name");
        assertThat(DockerLog.of("time=\"1\" level=info msg=\"Starting up\"\n")).isEmpty();
    }
}
