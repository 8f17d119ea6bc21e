package io.fanatic.cli.container;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.container.journal.Note;
import io.fanatic.core.AddressRange;
import io.fanatic.core.Share;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Podman with netavark: by a network file in unmanaged mode, in which netavark plugs containers into the bridge and does
 * nothing else. In its usual mode it masquerades and filters, and deletes a bridge when the last container leaves.
 *
 * <p>{@code podman network create} cannot do this: it refuses a subnet that is in use on the host.
 */
final class PodmanEngine extends FileEngine {
    private final ContainersConf configuration;

    PodmanEngine(Path journals, ContainersConf configuration) {
        super(EngineKind.PODMAN, journals);
        this.configuration = configuration;
    }

    @Override
    void requireHere() {
        if (!SocketPaths.hasProgram(List.of("podman"))) {
            throw EngineUnavailableException.absent(EngineKind.PODMAN);
        }
        if (configuration.network("network_backend").equals("cni")) {
            throw EngineUnavailableException.because("Podman on this host uses CNI networks, as network_backend in "
                    + "containers.conf says; enable CNI instead");
        }
    }

    @Override
    StaticFile file(FanAttachment fan) {
        String directory = configuration.network("network_config_dir");
        Path path = Path.of(directory.isEmpty() ? "/etc/containers/networks" : directory, fan.bridge() + ".json");
        return new StaticFile(
                "Podman's network file " + path,
                path,
                () -> network(fan),
                fan,
                Share.PODMAN,
                "containers join the fan by: podman run --network " + fan.bridge(),
                false,
                new PodmanContainers(fan.bridge(), path));
    }

    @Override
    List<String> warnings(FanAttachment fan) {
        return DockerForwarding.warnings(fan);
    }

    /** What {@code podman network inspect} shows, netavark's form (github.com/containers/common, libnetwork/types). */
    static JsonObject network(FanAttachment fan) {
        AddressRange range = fan.range(Share.PODMAN);
        JsonObject subnet = DockerApi.object(
                "subnet",
                fan.subnet().toString(),
                "gateway",
                fan.slice().hostAddress().toString());
        subnet.add(
                "lease_range",
                DockerApi.object(
                        "start_ip",
                        range.first().toString(),
                        "end_ip",
                        range.last().toString()));
        JsonArray subnets = new JsonArray();
        subnets.add(subnet);
        JsonObject network = DockerApi.object(
                "name",
                fan.bridge(),
                "id",
                Note.checksum(("fanatic " + fan.bridge()).getBytes(StandardCharsets.UTF_8))
                        .substring("sha256:".length()),
                "driver",
                "bridge",
                "network_interface",
                fan.bridge());
        network.add("subnets", subnets);
        network.addProperty("ipv6_enabled", false);
        network.addProperty("internal", false);
        network.addProperty("dns_enabled", false);
        network.add("labels", DockerApi.object("io.fanatic.fan", fan.mapping().toString()));
        network.add("options", DockerApi.object("mode", "unmanaged", "mtu", Integer.toString(fan.mtu())));
        network.add("ipam_options", DockerApi.object("driver", "host-local"));
        return network;
    }
}
