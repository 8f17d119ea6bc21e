package io.fanatic.cli.container.podman;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.FileEngine;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.StaticFile;
import io.fanatic.cli.container.journal.Note;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Prefix;
import io.fanatic.core.Share;
import io.fanatic.netlink.names.NamedContainer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Podman with netavark: by a network file in unmanaged mode, in which netavark plugs containers into the bridge and does
 * nothing else. In its usual mode it masquerades and filters, and deletes a bridge when the last container leaves.
 *
 * <p>{@code podman network create} cannot do this: it refuses a subnet that is in use on the host.
 */
public final class PodmanEngine extends FileEngine {
    /** Podman's own is 100: beside another of its networks, which may publish ports, the fan's way out is the second choice. */
    private static final String METRIC = "200";

    private final ContainersConf configuration;

    public PodmanEngine(Path journals, ContainersConf configuration) {
        super(EngineKind.PODMAN, journals);
        this.configuration = configuration;
    }

    @Override
    protected void requireHere() {
        if (!SocketPaths.hasProgram(List.of("podman"))) {
            throw EngineUnavailableException.absent(EngineKind.PODMAN);
        }
        if (configuration.network("network_backend").equals("cni")) {
            throw EngineUnavailableException.because("Podman on this host uses CNI networks, as network_backend in "
                    + "containers.conf says; enable CNI instead");
        }
    }

    private Path path(FanAttachment fan) {
        String directory = configuration.network("network_config_dir");
        return Path.of(directory.isEmpty() ? "/etc/containers/networks" : directory, fan.bridge() + ".json");
    }

    @Override
    protected StaticFile file(FanAttachment fan) {
        Path path = path(fan);
        return new StaticFile(
                "Podman's network file " + path,
                path,
                () -> network(fan),
                fan,
                Share.PODMAN,
                "containers join the fan by: podman run --network " + fan.bridge()
                        + "; one that publishes ports with -p needs a second network: --network " + fan.bridge()
                        + " --network podman",
                false,
                new PodmanContainers(fan.bridge(), path));
    }

    @Override
    protected List<String> warnings(FanAttachment fan) {
        return List.of();
    }

    /** Podman refuses none of these: in unmanaged mode netavark publishes no ports, and takes whatever address it is given. */
    @Override
    public List<Misfit> misfits(FanAttachment fan) {
        List<Misfit> misfits = new ArrayList<>();
        for (PodmanContainers.Attached container : new PodmanContainers(fan.bridge(), path(fan)).attached()) {
            if (!container.ports().isEmpty() && container.networks().equals(List.of(fan.bridge()))) {
                misfits.add(new Misfit(
                        Misfit.Kind.PORTS,
                        container.name() + " (Podman) publishes " + String.join(", ", container.ports())
                                + ", and is on " + fan.bridge() + " alone",
                        "podman run --network " + fan.bridge() + " --network podman -p "
                                + container.ports().get(0) + " ..."));
            }
            container
                    .address()
                    .flatMap(address -> Misfit.ofAddress(fan, Share.PODMAN, container.name(), address))
                    .ifPresent(misfits::add);
        }
        return misfits;
    }

    @Override
    public List<NamedContainer> named(FanAttachment fan) {
        return new PodmanContainers(fan.bridge(), path(fan))
                .attached().stream()
                        .map(each -> new NamedContainer(
                                each.name(),
                                each.services(),
                                Stream.<IpAddress>concat(each.address().stream(), each.ipv6().stream())
                                        .toList()))
                        .toList();
    }

    /** What {@code podman network inspect} shows, netavark's form (github.com/containers/common, libnetwork/types). */
    public static JsonObject network(FanAttachment fan) {
        Ipv4Range range = fan.range(Share.PODMAN);
        IpAddress gateway = fan.slice().hostAddress();
        JsonArray subnets = JsonValues.array(subnet(fan.subnet(), gateway, range.first(), range.last()));
        // The same part of the slice of IPv6, so that no address is given out twice there either.
        fan.ipv6()
                .ifPresent(mapping -> subnets.add(subnet(
                        mapping.sliceOf(fan.slice().underlayAddress()),
                        mapping.hostAddressOf(fan.slice().underlayAddress()),
                        fan.ipv6Address(range.first()).orElseThrow(),
                        fan.ipv6Address(range.last()).orElseThrow())));
        String id = Note.sha256(("fanatic " + fan.bridge()).getBytes(StandardCharsets.UTF_8));
        JsonObject network = JsonValues.object("name", fan.bridge(), "id", id, "driver", "bridge");
        network.addProperty("network_interface", fan.bridge());
        network.add("subnets", subnets);
        if (!fan.subnet().equals(fan.overlay())) {
            // Beside a second network the way to other slices must not be that one's default route.
            JsonObject route = JsonValues.object("destination", fan.overlay(), "gateway", gateway);
            network.add("routes", JsonValues.array(route));
        }
        network.addProperty("ipv6_enabled", fan.ipv6().isPresent());
        network.addProperty("internal", false);
        network.addProperty("dns_enabled", false);
        network.add("labels", JsonValues.object("io.fanatic.fan", fan.mapping()));
        network.add(
                "options",
                JsonValues.object("mode", "unmanaged", "mtu", Integer.toString(fan.mtu()), "metric", METRIC));
        network.add("ipam_options", JsonValues.object("driver", "host-local"));
        return network;
    }

    private static JsonObject subnet(Prefix subnet, IpAddress gateway, IpAddress first, IpAddress last) {
        JsonObject leases = JsonValues.object("start_ip", first, "end_ip", last);
        return JsonValues.object("subnet", subnet, "gateway", gateway, "lease_range", leases);
    }
}
