package io.fanatic.cli.container.podman;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.ComposeLabels;
import io.fanatic.cli.container.FileUsers;
import io.fanatic.cli.container.SocketPaths;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Podman's containers on a network, as podman(1) tells: it has no daemon. Those of other users cannot be on a bridge of the host.
 *
 * @param network its name
 * @param file that describes it
 */
record PodmanContainers(String network, Path file) implements FileUsers {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Begins a line of each container, and tells it from podman's warnings. */
    private static final String MARK = "container ";

    @Override
    public List<String> now() {
        // Without the file there is no network; and a podman that was never used would make its storage when it is
        // asked.
        if (!Files.exists(file) || !SocketPaths.hasProgram(List.of("podman"))) {
            return List.of();
        }
        Spawn.Output names = ps();
        if (names.status() != 0) {
            // It counts as somebody who uses it: nobody knows.
            return List.of("somebody, as podman does not tell: " + HttpAnswer.oneLine(names.text()));
        }
        return marked(names);
    }

    private Spawn.Output ps() {
        return podman("ps", "--all", "--filter", "network=" + network, "--format", MARK + "{{.Names}}");
    }

    @Override
    public Set<String> stopped() {
        Set<String> stopped = new HashSet<>(now());
        stopped.removeAll(marked(podman("ps", "--filter", "network=" + network, "--format", MARK + "{{.Names}}")));
        return stopped;
    }

    /**
     * How a container is on the network.
     *
     * @param address its own there, while it runs; what podman tells and is no address is none
     * @param ipv6 its own of an IPv6 overlay
     * @param ports that it publishes: {@code 8080:80/tcp}
     * @param networks that it is on, sorted
     * @param services what Compose calls it
     */
    record Attached(
            String name,
            Optional<Ipv4Address> address,
            Optional<Ipv6Address> ipv6,
            List<String> ports,
            List<String> networks,
            List<String> services) {}

    /** The containers of {@link #now}, as far as podman tells of them. */
    List<Attached> attached() {
        List<String> names = Files.exists(file) && SocketPaths.hasProgram(List.of("podman")) ? marked(ps()) : List.of();
        if (names.isEmpty()) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of("container", "inspect", "--format", MARK + "{{json .}}"));
        words.addAll(names);
        List<Attached> attached = new ArrayList<>();
        for (String line : marked(podman(words.toArray(String[]::new)))) {
            attached.add(attached(Json.parse("what podman tells of a container", line)));
        }
        attached.sort(Comparator.comparing(Attached::name));
        return attached;
    }

    Attached attached(Json container) {
        Json networks = container.at("NetworkSettings", "Networks");
        List<String> ports = new ArrayList<>();
        Json bindings = container.at("HostConfig", "PortBindings");
        for (String port : bindings.names()) {
            bindings.at(port).list().forEach(host -> ports.add(host.textOr("HostPort", "") + ":" + port));
        }
        Json labels = container.at("Config", "Labels");
        return new Attached(
                container.text("Name"),
                address(networks.at(network).textOr("IPAddress", ""), Ipv4Address::parse),
                address(networks.at(network).textOr("GlobalIPv6Address", ""), Ipv6Address::parse),
                ports.stream().sorted().toList(),
                networks.names().stream().sorted().toList(),
                ComposeLabels.names(
                        labels.textOr(ComposeLabels.SERVICE, ""), labels.textOr(ComposeLabels.PROJECT, "")));
    }

    private static <A> Optional<A> address(String text, Function<String, A> parse) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(parse.apply(text));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    private static List<String> marked(Spawn.Output output) {
        return output.text()
                .lines()
                .filter(line -> line.startsWith(MARK))
                .map(line -> line.substring(MARK.length()))
                .sorted()
                .toList();
    }

    @Override
    public void detachUsers() {
        for (String container : now()) {
            Spawn.Output done = podman("network", "disconnect", "--force", network, container);
            if (done.status() != 0) {
                throw CommandException.failed("podman cannot take " + container + " off the network " + network + ": "
                        + HttpAnswer.oneLine(done.text()));
            }
        }
    }

    @Override
    public String fate() {
        return "they keep running without it, and start again without it";
    }

    /** Podman goes on after the last address that it gave, also where that is outside the network's range by now. */
    @Override
    public void forget() {
        if (!Files.exists(file) || !SocketPaths.hasProgram(List.of("podman"))) {
            return;
        }
        Spawn.Output done = podman("network", "rm", network);
        if (done.status() != 0) {
            throw CommandException.failed(
                    "podman cannot remove the network " + network + ": " + HttpAnswer.oneLine(done.text()));
        }
    }

    private static Spawn.Output podman(String... words) {
        List<String> command = new ArrayList<>();
        Spawn.find("podman").ifPresent(program -> command.add(program.toString()));
        command.addAll(List.of(words));
        try {
            return Spawn.capture(command, TIMEOUT);
        } catch (ErrnoException e) {
            return new Spawn.Output(1, String.valueOf(e.getMessage()));
        }
    }
}
