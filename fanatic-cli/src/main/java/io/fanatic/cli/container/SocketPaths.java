package io.fanatic.cli.container;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where an engine's socket is, as its own command-line tool would look: first as the environment says, then the usual
 * places of distributions and snaps.
 */
public final class SocketPaths {
    private static final String UNIX = "unix://";

    private static final List<String> PATH =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/snap/bin");

    private final Map<String, String> environment;
    private final Path root;

    public SocketPaths(Map<String, String> environment) {
        this(environment, Path.of("/"));
    }

    /** @param root in place of /, for the usual places */
    SocketPaths(Map<String, String> environment, Path root) {
        this.environment = Map.copyOf(environment);
        this.root = root;
    }

    /** @throws EngineUnavailableException when there is none, or the environment names one that cannot be used */
    public Path docker() {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        if (!host.isEmpty()) {
            if (!host.startsWith(UNIX)) {
                throw EngineUnavailableException.because("DOCKER_HOST is " + host
                        + ", which may be another machine's Docker; only unix:// can be put on this host's fan");
            }
            return given("DOCKER_HOST", Path.of(host.substring(UNIX.length())));
        }
        return usual(
                EngineKind.DOCKER,
                List.of("/var/run/docker.sock", "/run/docker.sock", "/var/snap/docker/common/run/docker.sock"),
                List.of("dockerd"),
                List.of("/snap/docker/current/bin/dockerd"));
    }

    /** As {@link #docker}. */
    public Path lxd() {
        return socketOrDirectory(
                "LXD",
                () -> usual(
                        EngineKind.LXD,
                        List.of("/var/snap/lxd/common/lxd/unix.socket", "/var/lib/lxd/unix.socket"),
                        List.of("lxd"),
                        List.of()));
    }

    /** As {@link #docker}. */
    public Path incus() {
        return socketOrDirectory(
                "INCUS",
                () -> usual(
                        EngineKind.INCUS,
                        List.of("/var/lib/incus/unix.socket", "/run/incus/unix.socket"),
                        List.of("incusd"),
                        List.of("/usr/libexec/incus/incusd", "/usr/lib/incus/incusd", "/opt/incus/bin/incusd")));
    }

    private Path socketOrDirectory(String prefix, java.util.function.Supplier<Path> usual) {
        String socket = environment.getOrDefault(prefix + "_SOCKET", "");
        if (!socket.isEmpty()) {
            return given(prefix + "_SOCKET", Path.of(socket));
        }
        String directory = environment.getOrDefault(prefix + "_DIR", "");
        if (!directory.isEmpty()) {
            return given(prefix + "_DIR", Path.of(directory, "unix.socket"));
        }
        return usual.get();
    }

    private static Path given(String variable, Path socket) {
        if (!Files.exists(socket)) {
            throw EngineUnavailableException.because(
                    "there is no socket " + socket + ", which " + variable + " names; unset it, or start the engine");
        }
        return socket;
    }

    private Path usual(EngineKind kind, List<String> sockets, List<String> programs, List<String> files) {
        for (String socket : sockets) {
            if (Files.exists(at(socket))) {
                return at(socket);
            }
        }
        if (hasProgram(root, programs) || files.stream().anyMatch(file -> Files.isExecutable(at(file)))) {
            throw EngineUnavailableException.because(
                    kind.title() + " is installed but does not run: there is no socket " + String.join(" or ", sockets)
                            + "; start it first");
        }
        throw EngineUnavailableException.absent(kind);
    }

    private Path at(String place) {
        return root.resolve(place.substring(1));
    }

    public static boolean hasProgram(List<String> names) {
        return hasProgram(Path.of("/"), names);
    }

    private static boolean hasProgram(Path root, List<String> names) {
        for (String directory : PATH) {
            for (String name : names) {
                if (Files.isExecutable(root.resolve(directory.substring(1)).resolve(name))) {
                    return true;
                }
            }
        }
        return false;
    }
}
