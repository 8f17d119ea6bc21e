package io.fanatic.cli.container.docker;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.ComposeLabels;
import io.fanatic.cli.container.DaemonEngine;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineUnavailableException;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.cli.container.http.Json;
import io.fanatic.cli.container.http.UnixHttp;
import io.fanatic.core.IpAddress;
import io.fanatic.netlink.names.NamedContainer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Docker's interface (docs.docker.com/reference/api/engine), as far as a fan needs it. Talks in the version that both
 * sides know: ours, or Docker's own when that is older.
 */
final class DockerApi implements AutoCloseable {

    /** The states of a container that is in its network; one that is paused has its processes. */
    private static final Set<String> RUNNING = Set.of("running", "paused", "restarting");

    /** Of Docker 1.12, 2016: networks, auxiliary addresses, labels. */
    private static final int MIN_MINOR = 24;

    /** What this was written for: Docker 25. */
    private static final int OUR_MINOR = 44;

    /** A network's option. */
    static final String BRIDGE_NAME = "com.docker.network.bridge.name";

    private static final Duration PULL_QUIET = Duration.ofMinutes(2);

    private final UnixHttp http;
    private final Path socket;
    private final String version;
    private final String prefix;

    private DockerApi(UnixHttp http, Path socket, String version, String prefix) {
        this.http = http;
        this.socket = socket;
        this.version = version;
        this.prefix = prefix;
    }

    /** @throws EngineUnavailableException when Docker does not answer or is too old */
    static DockerApi open(Path socket) {
        return DaemonEngine.open(EngineKind.DOCKER, socket, http -> {
            Json version = http.get("/version")
                    .orThrow(EngineKind.DOCKER.title(), "tell its version")
                    .json();
            String name = HttpAnswer.oneLine(version.text("Version"));
            int most = minor(version.text("ApiVersion"));
            int least = minor(version.textOr("MinAPIVersion", "1.0"));
            if (most < MIN_MINOR) {
                throw EngineUnavailableException.because("Docker " + name + " on " + socket
                        + " is too old: it speaks version 1." + most + " of its interface, 1." + MIN_MINOR
                        + " (Docker 1.12) is needed");
            }
            return new DockerApi(http, socket, name, "/v1." + Math.max(least, Math.min(most, OUR_MINOR)));
        });
    }

    private static int minor(String version) {
        int dot = version.indexOf('.');
        try {
            int major = Integer.parseInt(version.substring(0, Math.max(0, dot)));
            int minor = Integer.parseInt(version.substring(dot + 1));
            return major == 1 && minor >= 0 ? minor : OUR_MINOR;
        } catch (NumberFormatException e) {
            throw CommandException.failed(
                    "Docker's interface has the version " + HttpAnswer.oneLine(version) + ", which is none");
        }
    }

    /** {@code 26.1.5}. */
    String version() {
        return version;
    }

    /** {@code 26}; 0 when the version is no number. */
    int majorVersion() {
        int dot = version.indexOf('.');
        try {
            return Integer.parseInt(version.substring(0, Math.max(0, dot)));
        } catch (NumberFormatException unusual) {
            return 0;
        }
    }

    Path socket() {
        return socket;
    }

    /** See {@link UnixHttp#peer}. */
    int peer() {
        return http.peer();
    }

    Json info() {
        return get("/info", "describe itself");
    }

    Optional<Json> network(String name) {
        return find("/networks/" + word(name), "show the network " + name);
    }

    List<Json> networks() {
        return get("/networks", "list its networks").list();
    }

    void createNetwork(JsonObject network) {
        ok(
                http.post(prefix + "/networks/create", network),
                "create the network " + network.get("Name").getAsString());
    }

    /** Absent is fine. */
    void removeNetwork(String name) {
        remove("/networks/" + word(name), "remove the network " + name);
    }

    void disconnect(String network, String container) {
        JsonObject body = JsonValues.object("Container", container, "Force", true);
        ok(
                http.post(prefix + "/networks/" + word(network) + "/disconnect", body),
                "take " + container + " off the network " + network);
    }

    /** The names of the containers, running or not, on networks that use this bridge, whatever the networks are called. */
    List<String> containersOnBridge(String bridge) {
        SortedSet<String> names = new TreeSet<>();
        for (Json network : networks()) {
            if (network.at("Options").textOr(BRIDGE_NAME, "").equals(bridge)) {
                names.addAll(containersOn(network.textOr("Name", "")));
            }
        }
        return List.copyOf(names);
    }

    /** The names of the containers, running or not, that are on a network. */
    List<String> containersOn(String network) {
        return names(
                "/containers/json?all=true",
                container -> container.at("NetworkSettings", "Networks").names().contains(network));
    }

    List<String> runningContainers() {
        return names("/containers/json", container -> true);
    }

    /** Those that are made and do not run, whatever network they are on. */
    Set<String> stoppedContainers() {
        return Set.copyOf(
                names("/containers/json?all=true", container -> !RUNNING.contains(container.textOr("State", ""))));
    }

    /** Those that run, by their names and those of their Compose services. */
    List<NamedContainer> named() {
        List<NamedContainer> named = new ArrayList<>();
        for (Json container : get("/containers/json", "list its containers").list()) {
            Json networks = container.at("NetworkSettings", "Networks");
            List<IpAddress> addresses = new ArrayList<>();
            for (String network : networks.names()) {
                for (String family : List.of("IPAddress", "GlobalIPv6Address")) {
                    String address = networks.at(network).textOr(family, "");
                    if (!address.isEmpty()) {
                        addresses.add(EngineKind.DOCKER.address(address));
                    }
                }
            }
            Json labels = container.at("Labels");
            List<String> compose = ComposeLabels.names(
                    labels.textOr(ComposeLabels.SERVICE, ""), labels.textOr(ComposeLabels.PROJECT, ""));
            named.add(new NamedContainer(name(container), compose, addresses));
        }
        return named;
    }

    private List<String> names(String path, Predicate<Json> meant) {
        List<String> names = new ArrayList<>();
        for (Json container : get(path, "list its containers").list()) {
            if (meant.test(container)) {
                names.add(name(container));
            }
        }
        names.sort(null);
        return names;
    }

    private static String name(Json container) {
        List<String> names = container.at("Names").texts();
        return HttpAnswer.oneLine(
                names.isEmpty() ? container.text("Id") : names.get(0).replaceFirst("^/", ""));
    }

    Optional<Json> container(String name) {
        return find("/containers/" + word(name) + "/json", "show the container " + name);
    }

    /** Gives its number. */
    String createContainer(String name, JsonObject container) {
        return ok(http.post(prefix + "/containers/create?name=" + word(name), container), "create a container")
                .json()
                .text("Id");
    }

    void copyInto(String container, byte[] tar) {
        ok(http.putTar(prefix + "/containers/" + word(container) + "/archive?path=%2F", tar), "copy into a container");
    }

    void startContainer(String name) {
        ok(http.post(prefix + "/containers/" + word(name) + "/start"), "start the container");
    }

    /** Ends it at once and removes it with its volumes; absent is fine. */
    void removeContainer(String name) {
        remove("/containers/" + word(name) + "?force=true&v=true", "remove the container " + name);
    }

    boolean hasImage(String name) {
        return find("/images/" + word(name) + "/json", "show the image " + name).isPresent();
    }

    /** All names of local images: {@code busybox:latest}. */
    List<String> imageTags() {
        List<String> tags = new ArrayList<>();
        get("/images/json", "list its images")
                .list()
                .forEach(image -> tags.addAll(image.at("RepoTags").texts()));
        return tags;
    }

    /**
     * Pulls an image.
     *
     * @param lines gets Docker's own progress messages, JSON
     */
    HttpAnswer pull(String image, Consumer<String> lines) {
        return http.postForLines(prefix + "/images/create?fromImage=" + word(image), lines, PULL_QUIET);
    }

    private Json get(String path, String intention) {
        return ok(http.get(prefix + path), intention).json();
    }

    /** As {@link #get}, of what may be absent. */
    private Optional<Json> find(String path, String intention) {
        HttpAnswer answer = http.get(prefix + path);
        return answer.notFound()
                ? Optional.empty()
                : Optional.of(ok(answer, intention).json());
    }

    private void remove(String path, String intention) {
        HttpAnswer answer = http.delete(prefix + path);
        if (!answer.notFound()) {
            ok(answer, intention);
        }
    }

    private static HttpAnswer ok(HttpAnswer answer, String intention) {
        return answer.orThrow(EngineKind.DOCKER.title(), intention);
    }

    private static String word(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
