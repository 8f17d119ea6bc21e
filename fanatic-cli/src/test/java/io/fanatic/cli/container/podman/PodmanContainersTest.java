package io.fanatic.cli.container.podman;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Ipv6Address;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodmanContainersTest {
    @Test
    void whatIsNoAddressIsNone() {
        Json told = Json.parse("podman's answer", """
                {"Name": "c", "NetworkSettings": {"Networks": {
                  "fan-250": {"IPAddress": "250.0.1.300", "GlobalIPv6Address": "fd00:fa:0:1::7"},
                  "podman": {"IPAddress": "10.88.0.2"}}},
                 "HostConfig": {"PortBindings": {"80/tcp": null}}, "Config": {"Labels": null}}""");
        assertThat(new PodmanContainers("fan-250", Path.of("/nowhere")).attached(told))
                .isEqualTo(new PodmanContainers.Attached(
                        "c",
                        Optional.empty(),
                        Optional.of(Ipv6Address.parse("fd00:fa:0:1::7")),
                        List.of(),
                        List.of("fan-250", "podman"),
                        List.of()));
    }
}
