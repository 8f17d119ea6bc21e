package io.fanatic.cli.container.cni;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.FileEngine;
import io.fanatic.cli.container.StaticFile;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Prefix;
import io.fanatic.core.Share;
import io.fanatic.netlink.names.NamedContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * CNI (containernetworking/cni, SPEC.md): by a configuration list with the plugins bridge and host-local, as containerd, CRI-O,
 * ctr and nerdctl read it. Programs take the first list by name; ours begins with 50, so that it never takes the place of what a
 * cluster has configured.
 */
public final class CniEngine extends FileEngine {
    private static final Path DIRECTORY = Path.of("/etc/cni/net.d");
    private static final Path USUAL_PLUGINS = Path.of("/opt/cni/bin");
    private static final List<Path> OTHER_PLUGINS =
            List.of(Path.of("/usr/lib/cni"), Path.of("/usr/libexec/cni"), Path.of("/usr/local/libexec/cni"));

    public CniEngine(Path journals) {
        super(EngineKind.CNI, journals);
    }

    @Override
    protected void requireHere() {
        if (!Files.isDirectory(DIRECTORY) && plugins().isEmpty()) {
            throw EngineUnavailableException.absent(EngineKind.CNI);
        }
    }

    @Override
    protected StaticFile file(FanAttachment fan) {
        Path path = DIRECTORY.resolve("50-" + fan.bridge() + ".conflist");
        return new StaticFile(
                "the CNI configuration " + path,
                path,
                () -> conflist(fan),
                fan,
                Share.CNI,
                "containers join the fan by their runtime: ctr run --cni, or nerdctl run --network " + fan.bridge(),
                true,
                new CniReservations(fan.bridge()));
    }

    public static JsonObject conflist(FanAttachment fan) {
        Ipv4Range range = fan.range(Share.CNI);
        JsonArray ranges = JsonValues.array(
                pools(fan.subnet(), range.first(), range.last(), fan.slice().hostAddress()));
        JsonArray routes = JsonValues.array(JsonValues.object("dst", "0.0.0.0/0"));
        // The same part of the slice of IPv6, so that no address is given out twice there either.
        fan.ipv6().ifPresent(mapping -> {
            ranges.add(pools(
                    mapping.sliceOf(fan.slice().underlayAddress()),
                    fan.ipv6Address(range.first()).orElseThrow(),
                    fan.ipv6Address(range.last()).orElseThrow(),
                    mapping.hostAddressOf(fan.slice().underlayAddress())));
            routes.add(JsonValues.object("dst", "::/0"));
        });
        JsonObject bridge = JsonValues.object("type", "bridge", "bridge", fan.bridge());
        // The bridge and its address are the fan's, and so is masquerading.
        bridge.addProperty("isGateway", false);
        bridge.addProperty("isDefaultGateway", false);
        bridge.addProperty("ipMasq", false);
        bridge.addProperty("mtu", fan.mtu());
        bridge.add("ipam", JsonValues.object("type", "host-local", "ranges", ranges, "routes", routes));
        return JsonValues.object("cniVersion", "0.4.0", "name", fan.bridge(), "plugins", JsonValues.array(bridge));
    }

    private static JsonArray pools(Prefix subnet, IpAddress first, IpAddress last, IpAddress gateway) {
        return JsonValues.array(
                JsonValues.object("subnet", subnet, "rangeStart", first, "rangeEnd", last, "gateway", gateway));
    }

    /** By the name that nerdctl has given, else by what CNI calls it. */
    @Override
    public List<NamedContainer> named(FanAttachment fan) {
        Map<String, String> names = NerdctlNames.byContainer();
        List<NamedContainer> named = new ArrayList<>();
        new CniReservations(fan.bridge())
                .addresses()
                .forEach((container, addresses) ->
                        named.add(new NamedContainer(names.getOrDefault(container, container), List.of(), addresses)));
        return named;
    }

    private static List<Path> plugins() {
        List<Path> found = new ArrayList<>();
        for (Path directory :
                Stream.concat(Stream.of(USUAL_PLUGINS), OTHER_PLUGINS.stream()).toList()) {
            if (Files.isExecutable(directory.resolve("bridge"))) {
                found.add(directory);
            }
        }
        return found;
    }

    @Override
    protected List<String> warnings(FanAttachment fan) {
        List<String> warnings = new ArrayList<>();
        List<Path> plugins = plugins();
        if (plugins.isEmpty()) {
            warnings.add("there are no CNI plugins in " + USUAL_PLUGINS
                    + " yet; install them (containernetworking-plugins) before a container starts");
        } else if (!plugins.contains(USUAL_PLUGINS)) {
            warnings.add("the CNI plugins are in " + plugins.get(0) + "; programs that look in " + USUAL_PLUGINS
                    + " only, such as ctr, need a link there");
        }
        String ours = "50-" + fan.bridge() + ".conflist";
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".conf") || name.endsWith(".conflist") || name.endsWith(".json"))
                    .filter(name -> name.compareTo(ours) < 0)
                    .min(String::compareTo)
                    .ifPresent(first -> warnings.add(first + " comes before ours in " + DIRECTORY
                            + ", and programs that use only one configuration take that"));
        } catch (IOException none) {
            // No directory, no others.
        }
        return warnings;
    }
}
