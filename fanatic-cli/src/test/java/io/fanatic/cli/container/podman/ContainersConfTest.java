package io.fanatic.cli.container.podman;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Podman's settings. */
class ContainersConfTest {
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
}
