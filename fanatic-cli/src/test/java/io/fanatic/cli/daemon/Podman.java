package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The real podman on a lab's host, with storage of its own and one image, {@value #IMAGE}. It has no daemon; networks it finds
 * in the host's own {@code /etc/containers/networks}.
 */
public final class Podman implements AutoCloseable {

    /** The image that it has from the start. */
    public static final String IMAGE = "localhost/busybox:latest";

    /** Where podman is told of its storage, for whoever calls it without our options: containers-storage.conf(5). */
    private static final Path STORAGE = Path.of("/etc/containers/storage.conf");

    /** Where its locks are said to be files: by default they are shared memory of one name, which the machine's own Podman uses. */
    private static final Path LOCKS = Path.of("/etc/containers/containers.conf");

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final LabHost host;
    private final DataDirectory data;

    private Podman(LabHost host, DataDirectory data) {
        this.host = host;
        this.data = data;
    }

    /** Prepares its storage. @throws io.fanatic.harness.lab.LabException with podman's words; nothing is left then */
    public static Podman on(LabHost host) {
        // The package has no such directory; whether a machine has one depends on what ran there before.
        host.exec("/bin/rmdir", "/etc/containers/networks");
        Podman podman = new Podman(host, DataDirectory.create("podman", host));
        try {
            host.namespace().call(() -> Files.writeString(LOCKS, "[engine]\nlock_type = \"file\"\n"));
            host.namespace()
                    .call(() -> Files.writeString(
                            STORAGE, """
                    [storage]
                    driver = "overlay"
                    graphroot = "%s"
                    runroot = "%s"
                    """.formatted(podman.data.resolve("root"), podman.data.resolve("run"))));
            Path tar = BusyboxImage.rootfsTar(podman.data.path());
            podman.podman("import", "--change", "CMD [\"/bin/sh\"]", tar.toString(), IMAGE)
                    .orThrow();
            return podman;
        } catch (RuntimeException | Error e) {
            podman.close();
            throw e;
        }
    }

    /** Runs {@code podman} with these words on the host. */
    public ExecResult podman(String... words) {
        List<String> line = new ArrayList<>(command());
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** The files that are its locks; the machine's own Podman has others. */
    public List<Path> locks() {
        try (Stream<Path> files = Files.list(data.resolve("tmp/locks"))) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How {@code podman} is called on the host, up to its first word. */
    public List<String> command() {
        return List.of(
                "/usr/bin/env",
                "PODMAN_IGNORE_CGROUPSV1_WARNING=1",
                "/usr/bin/podman",
                "--root",
                data.resolve("root").toString(),
                "--runroot",
                data.resolve("run").toString(),
                "--tmpdir",
                data.resolve("tmp").toString(),
                "--cgroup-manager",
                "cgroupfs",
                "--storage-driver",
                "overlay");
    }

    /** Starts a container that sleeps and gives the number of its process. */
    public long run(String name, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name));
        words.addAll(List.of(options));
        words.addAll(List.of(IMAGE, "sleep", "1000000"));
        podman(words.toArray(String[]::new)).orThrow();
        return Long.parseLong(podman("inspect", "-f", "{{.State.Pid}}", name)
                .orThrow()
                .output()
                .strip());
    }

    /** The image in a file that containerd can import. */
    public Path ociArchive() {
        Path file = data.resolve("oci.tar");
        podman("save", "--format", "oci-archive", "-o", file.toString(), IMAGE).orThrow();
        return file;
    }

    /** Ends and removes all containers, and waits for what podman started to clean up behind them. */
    public void removeContainers() {
        podman("rm", "-f", "-a", "-t", "0");
        awaitCleaners();
    }

    /** Ends all containers and removes the storage. */
    @Override
    public void close() {
        removeContainers();
        Cgroups.remove("libpod_parent");
        if (host.namespace().exists()) {
            host.namespace().call(() -> Files.deleteIfExists(STORAGE));
            host.namespace().call(() -> Files.deleteIfExists(LOCKS));
        }
        data.close();
    }

    /** What podman started to clean up behind each container ends a little later, and until then writes to the storage. */
    private void awaitCleaners() {
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(data.path().toString()))
                .forEach(process -> process.onExit()
                        .completeOnTimeout(process, PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join());
    }
}
