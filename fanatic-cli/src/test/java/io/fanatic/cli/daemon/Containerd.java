package io.fanatic.cli.daemon;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real containerd on a lab's host, on its usual socket, with the CNI plugins where programs look for them and one image,
 * {@value #IMAGE}. CNI's configuration is the host's own {@code /etc/cni/net.d}.
 */
public final class Containerd implements AutoCloseable {

    /** The image that it has from the start. */
    public static final String IMAGE = Podman.IMAGE;

    private static final Path OPT = Path.of("/opt");
    private static final Path SOCKET = Path.of("/run/containerd/containerd.sock");

    private final LabHost host;
    private final DataDirectory data;
    private final DaemonProcess process;
    private final List<String> containers = new ArrayList<>();

    private Containerd(LabHost host, DataDirectory data) {
        this.host = host;
        this.data = data;
        this.process = launch();
    }

    /** Starts it and waits until it answers. @throws LabException with the end of its log; nothing is left then */
    public static Containerd start(LabHost host) {
        try (Podman podman = Podman.on(host)) {
            return start(host, podman.ociArchive());
        }
    }

    /**
     * As {@link #start(LabHost)}, with the image made already.
     *
     * @param image what {@link Podman#ociArchive} gave; no longer needed afterwards
     */
    public static Containerd start(LabHost host, Path image) {
        DataDirectory data = DataDirectory.create("containerd", host);
        Containerd containerd = null;
        try {
            Files.writeString(data.resolve("config.toml"), """
                    version = 2
                    root = "%1$s/root"
                    state = "/run/containerd"
                    disabled_plugins = ["io.containerd.grpc.v1.cri"]
                    """.formatted(data.path()));
            host.namespace().call(Containerd::linkPlugins);
            containerd = new Containerd(host, data);
            containerd.ctr("image", "import", image.toString()).orThrow();
            return containerd;
        } catch (IOException e) {
            data.closeWithMountsOn(OPT);
            throw new LabException("cannot prepare containerd", e);
        } catch (RuntimeException | Error e) {
            if (containerd == null) {
                data.closeWithMountsOn(OPT);
            } else {
                containerd.close();
            }
            throw e;
        }
    }

    /** ctr looks for plugins in /opt/cni/bin only when a container ends; the machine's /opt stays as it is. */
    private static boolean linkPlugins() throws IOException {
        check("mount " + OPT, LIBC.mount("tmpfs", OPT.toString(), "tmpfs", 0, "mode=755"));
        Files.createDirectories(OPT.resolve("cni"));
        Files.createSymbolicLink(OPT.resolve("cni/bin"), Path.of("/usr/lib/cni"));
        return true;
    }

    private DaemonProcess launch() {
        // It speaks gRPC, which is nothing to ask by hand.
        return DaemonProcess.startReady(
                host,
                data.resolve("containerd.log"),
                List.of("/usr/bin/containerd", "-c", data.resolve("config.toml").toString()),
                () -> host.namespace().call(() -> Files.exists(SOCKET))
                        && ctr("version").ok());
    }

    /** Runs {@code ctr} with these words on the host. */
    public ExecResult ctr(String... words) {
        List<String> line = new ArrayList<>(List.of("ctr"));
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** Starts a container that sleeps, on the network that CNI is configured for, and gives the number of its process. */
    public long run(String name) {
        tryToRun(name).orThrow();
        return ctr("task", "ls")
                .orThrow()
                .output()
                .lines()
                .map(line -> line.trim().split(" +"))
                .filter(fields -> fields[0].equals(name))
                .map(fields -> Long.parseLong(fields[1]))
                .findFirst()
                .orElseThrow(() -> new LabException(name + " does not run"));
    }

    /** As {@link #run}; of a container that gets no address a process stays, too, until it is removed. */
    public ExecResult tryToRun(String name) {
        containers.add(name);
        return ctr("run", "-d", "--cni", IMAGE, name, "/bin/sleep", "1000000");
    }

    /** Ends and removes all containers that were started, or tried. */
    public void removeContainers() {
        for (String name : containers) {
            ctr("task", "kill", "-s", "KILL", name);
            ctr("task", "delete", "-f", name);
            ctr("container", "delete", name);
        }
        containers.clear();
    }

    /** Ends the daemon, with its containers, and removes its data. */
    @Override
    public void close() {
        removeContainers();
        process.close();
        // Named after the namespace of ctr; that of a containerd of the machine's is in use and stays.
        Cgroups.remove("default");
        data.closeWithMountsOn(OPT);
    }
}
