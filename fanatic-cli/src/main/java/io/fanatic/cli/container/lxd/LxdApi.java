package io.fanatic.cli.container.lxd;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The interface of LXD and of Incus (documentation.ubuntu.com/lxd, rest-api), as far as a fan needs it. */
public final class LxdApi implements AutoCloseable {
    /** What LXD 3.19 calls its containers since. */
    private static final String INSTANCES = "instances";

    /** Of destroying an instance. */
    static final int ATTEMPTS = 5;

    private static final Duration PAUSE = Duration.ofMillis(250);

    private static final int SUCCESS = 200;
    private static final int FAILURE = 400;

    private final UnixHttp http;
    private final EngineKind kind;
    private final Path socket;
    private final String version;

    private LxdApi(UnixHttp http, EngineKind kind, Path socket, String version) {
        this.http = http;
        this.kind = kind;
        this.socket = socket;
        this.version = version;
    }

    /** @throws EngineUnavailableException when it does not answer, does not trust us or is too old */
    static LxdApi open(EngineKind kind, Path socket) {
        return DaemonEngine.open(kind, socket, http -> {
            Json server = http.get("/1.0")
                    .orThrow(kind.title(), "describe itself")
                    .json()
                    .at("metadata");
            if (!server.textOr("auth", "").equals("trusted")) {
                throw EngineUnavailableException.because(
                        kind.title() + " on " + socket + " does not trust this user; run it as root");
            }
            String version = HttpAnswer.oneLine(server.at("environment").text("server_version"));
            if (!server.at("api_extensions").texts().contains(INSTANCES)) {
                throw EngineUnavailableException.because(kind.title() + " " + version + " on " + socket
                        + " is too old: it has no instances yet; LXD 4.0 or newer is needed");
            }
            return new LxdApi(http, kind, socket, version);
        });
    }

    EngineKind kind() {
        return kind;
    }

    Path socket() {
        return socket;
    }

    /** {@code 5.0.2}. */
    String version() {
        return version;
    }

    Optional<Json> profile(String name) {
        return find("/1.0/profiles/" + word(name), "show the profile " + name);
    }

    /** All of the default project. */
    List<Json> profiles() {
        return ok(http.get("/1.0/profiles?recursion=1"), "list its profiles")
                .json()
                .at("metadata")
                .list();
    }

    void createProfile(JsonObject profile) {
        ok(
                http.post("/1.0/profiles", profile),
                "create the profile " + profile.get("name").getAsString());
    }

    /** Absent is fine. */
    void removeProfile(String name) {
        HttpAnswer answer = http.delete("/1.0/profiles/" + word(name));
        if (!answer.notFound()) {
            ok(answer, "remove the profile " + name);
        }
    }

    /** Takes a profile from an instance, and with it the devices it gives; a running instance loses them at once. */
    void removeProfileFrom(Instance instance, String profile) {
        Json now = ok(http.get(instance.path()), "show " + instance).json().at("metadata");
        List<String> profiles = new ArrayList<>(now.at("profiles").texts());
        profiles.remove(profile);
        JsonObject change = JsonValues.object("profiles", JsonValues.array(profiles));
        await(http.patch(instance.path(), change), "take the profile " + profile + " from " + instance, line -> {});
    }

    /** @param name of it in its project */
    public record Instance(String name, String project) {
        /** Reads {@code /1.0/instances/c1?project=p}; empty for what is no instance. */
        public static Optional<Instance> parse(String path) {
            int query = path.indexOf('?');
            String file = query < 0 ? path : path.substring(0, query);
            String project = query < 0 ? "" : path.substring(query + 1);
            int slash = file.lastIndexOf('/');
            boolean instance = file.startsWith("/1.0/instances/") && slash == "/1.0/instances".length();
            return instance
                    ? Optional.of(new Instance(file.substring(slash + 1), project.replaceFirst("^project=", "")))
                    : Optional.empty();
        }

        public String path() {
            return "/1.0/instances/" + name + (project.isEmpty() ? "" : "?project=" + project);
        }

        /** For a command line of the client, with a space before; empty for the default project. */
        String projectOption() {
            return project.isEmpty() || project.equals("default") ? "" : " --project " + HttpAnswer.oneLine(project);
        }

        @Override
        public String toString() {
            return HttpAnswer.oneLine(
                    project.isEmpty() || project.equals("default") ? name : name + " (project " + project + ")");
        }
    }

    /** The instances of all projects, running or not, with a device on that bridge, through whatever profile. */
    List<Instance> instancesOn(String bridge) {
        List<Instance> found = new ArrayList<>();
        for (Json instance : instances()) {
            Json devices = instance.at("expanded_devices");
            boolean on = devices.names().stream()
                    .map(devices::at)
                    .anyMatch(device -> device.textOr("type", "").equals("nic")
                            && (device.textOr("parent", "").equals(bridge)
                                    || device.textOr("network", "").equals(bridge)));
            if (on) {
                found.add(instance(instance));
            }
        }
        return found;
    }

    /** The instances of all projects that do not run, as {@link Instance#toString} has them. */
    Set<String> stoppedInstances() {
        Set<String> stopped = new HashSet<>();
        for (Json instance : instances()) {
            if (isStopped(instance)) {
                stopped.add(instance(instance).toString());
            }
        }
        return stopped;
    }

    /** The instances of all projects that run, with the addresses that they have now. */
    List<NamedContainer> named() {
        List<NamedContainer> named = new ArrayList<>();
        List<Json> instances = ok(http.get("/1.0/instances?recursion=2&all-projects=true"), "list its instances")
                .json()
                .at("metadata")
                .list();
        for (Json instance : instances) {
            Json devices = instance.at("state", "network");
            List<IpAddress> addresses = new ArrayList<>();
            for (String device : devices.names()) {
                for (Json address : devices.at(device).at("addresses").list()) {
                    addresses.add(kind.address(address.text("address")));
                }
            }
            named.add(new NamedContainer(instance.textOr("name", ""), List.of(), addresses));
        }
        return named;
    }

    private List<Json> instances() {
        return ok(http.get("/1.0/instances?recursion=1&all-projects=true"), "list its instances")
                .json()
                .at("metadata")
                .list();
    }

    private static Instance instance(Json instance) {
        return new Instance(instance.textOr("name", ""), instance.textOr("project", ""));
    }

    Optional<Json> instance(String name) {
        return find("/1.0/instances/" + word(name), "show the instance " + name);
    }

    Json state(String instance) {
        return ok(http.get("/1.0/instances/" + word(instance) + "/state"), "tell how " + instance + " is")
                .json()
                .at("metadata");
    }

    /** @param progress gets the progress of a download */
    void createInstance(JsonObject instance, Consumer<String> progress) {
        await(http.post("/1.0/instances", instance), "create the instance", progress);
    }

    void start(String instance) {
        change(instance, "start", false);
    }

    /**
     * Ends it at once and removes it; absent or ended is fine. On a machine that is very busy the engine gives up waiting for the
     * end, or is still about it when it is told to remove; then it is asked again, a few times.
     */
    void destroy(String instance) {
        for (int attempt = 1; ; attempt++) {
            try {
                tryToDestroy(instance);
                return;
            } catch (CommandException e) {
                if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void tryToDestroy(String instance) {
        Optional<Json> present = instance(instance);
        if (present.isEmpty()) {
            return;
        }
        if (!isStopped(present.get())) {
            change(instance, "stop", true);
        }
        HttpAnswer answer = http.delete("/1.0/instances/" + word(instance));
        if (!answer.notFound()) {
            await(answer, "remove the instance " + instance, line -> {});
        }
    }

    private static boolean isStopped(Json instance) {
        return instance.textOr("status", "").equals("Stopped");
    }

    private void change(String instance, String action, boolean force) {
        JsonObject state = JsonValues.object("action", action, "force", force, "timeout", 30);
        await(
                http.put("/1.0/instances/" + word(instance) + "/state", state),
                action + " the instance " + instance,
                line -> {});
    }

    List<Json> images() {
        return ok(http.get("/1.0/images?recursion=1"), "list its images")
                .json()
                .at("metadata")
                .list();
    }

    private Optional<Json> find(String path, String intention) {
        HttpAnswer answer = http.get(path);
        return answer.notFound()
                ? Optional.empty()
                : Optional.of(ok(answer, intention).json().at("metadata"));
    }

    /** Waits for what goes on in the background; what was done at once is done. */
    private void await(HttpAnswer answer, String intention, Consumer<String> progress) {
        String operation = ok(answer, intention).json().textOr("operation", "");
        if (operation.isEmpty()) {
            return;
        }
        String last = "";
        long deadline = System.nanoTime() + Duration.ofHours(1).toNanos();
        while (System.nanoTime() < deadline) {
            // The engine answers when it is done or a second has passed.
            Json state = ok(http.get(operation + "/wait?timeout=1"), intention)
                    .json()
                    .at("metadata");
            long code = state.number("status_code").orElse(FAILURE);
            if (code == SUCCESS) {
                return;
            }
            if (code >= FAILURE) {
                String reason = HttpAnswer.oneLine(state.textOr("err", "it does not say why"));
                throw CommandException.failed(kind.title() + " could not " + intention + ": " + reason);
            }
            String line = downloaded(state.at("metadata"));
            if (!line.isEmpty() && !line.equals(last)) {
                last = line;
                progress.accept(line);
            }
        }
        throw CommandException.failed(kind.title() + " takes more than an hour to " + intention);
    }

    private static String downloaded(Json metadata) {
        for (String name : metadata.names()) {
            JsonElement value = metadata.at(name).element();
            if (name.startsWith("download_progress") && value.isJsonPrimitive()) {
                return HttpAnswer.oneLine("image: " + value.getAsString());
            }
        }
        return "";
    }

    private HttpAnswer ok(HttpAnswer answer, String intention) {
        return answer.orThrow(kind.title(), intention);
    }

    private static String word(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
