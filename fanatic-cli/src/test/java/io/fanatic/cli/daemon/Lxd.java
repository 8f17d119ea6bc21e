package io.fanatic.cli.daemon;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A real LXD or Incus daemon on a lab's host, in its usual directory; it has a storage pool, a default profile without a
 * network device, and one image, {@value #IMAGE}.
 */
public final class Lxd extends RestartableDaemon {

    /** The image that it has from the start: busybox as a system, which asks for an address on eth0 by DHCP. */
    public static final String IMAGE = "busybox";

    private static final int MS_BIND = 1 << 12;

    private final LabHost host;
    private final DataDirectory data;
    private final Kind kind;

    /** The two; they have the same interface, since Incus was LXD. */
    private enum Kind {
        LXD("/usr/bin/lxd", "lxc", "LXD_CONF", "/var/lib/lxd"),
        INCUS("/usr/libexec/incus/incusd", "incus", "INCUS_CONF", "/var/lib/incus");

        private final String program;
        private final String client;
        private final String configuration;
        private final Path directory;

        Kind(String program, String client, String configuration, String directory) {
            this.program = program;
            this.client = client;
            this.configuration = configuration;
            this.directory = Path.of(directory);
        }
    }

    private Lxd(LabHost host, DataDirectory data, Kind kind) {
        this.host = host;
        this.data = data;
        this.kind = kind;
        startAgain();
    }

    /** Starts LXD and waits until it answers. @throws LabException with the end of its log; nothing is left then */
    public static Lxd start(LabHost host) {
        return start(host, Kind.LXD);
    }

    /** Starts Incus, as {@link #start}. */
    public static Lxd startIncus(LabHost host) {
        return start(host, Kind.INCUS);
    }

    private static Lxd start(LabHost host, Kind kind) {
        DataDirectory data = DataDirectory.create(kind.client, host);
        Lxd daemon = null;
        try {
            Path own = data.resolve("own");
            Files.createDirectories(own);
            // The host's own /var/lib is an overlay, which containers' files do not do well on.
            host.namespace().run(() -> {
                try {
                    Files.createDirectories(kind.directory);
                } catch (IOException e) {
                    throw new LabException("cannot make " + kind.directory, e);
                }
                check(
                        "mount " + kind.directory,
                        LIBC.mount(own.toString(), kind.directory.toString(), null, MS_BIND, null));
            });
            daemon = new Lxd(host, data, kind);
            daemon.client("storage", "create", "default", "dir").orThrow();
            daemon.client("profile", "device", "add", "default", "root", "disk", "path=/", "pool=default")
                    .orThrow();
            Path image = BusyboxImage.systemTar(data.path());
            daemon.client("image", "import", image.toString(), "--alias", IMAGE).orThrow();
            return daemon;
        } catch (IOException e) {
            data.close();
            throw new LabException("cannot make " + data.path(), e);
        } catch (RuntimeException | Error e) {
            if (daemon == null) {
                data.closeWithMountsOn(kind.directory);
            } else {
                daemon.close();
            }
            throw e;
        }
    }

    @Override
    DaemonProcess launch() {
        List<String> command = List.of(kind.program, "--group", "root");
        return DaemonProcess.startReady(host, data.resolve("daemon.log"), command, this::answers);
    }

    /** Runs {@code lxc} or {@code incus} with these words on the host. */
    public ExecResult client(String... words) {
        return host.exec(command(words));
    }

    /** The line for that. The client remembers in a directory of this daemon's that it has greeted, and does not do so again. */
    public String[] command(String... words) {
        List<String> line = new ArrayList<>(List.of("/usr/bin/env", kind.configuration + "=" + data.resolve("client")));
        line.add(kind.client);
        line.addAll(List.of(words));
        return line.toArray(String[]::new);
    }

    /** Starts an instance of the image with these profiles and gives the number of its first process. */
    public long run(String name, String... profiles) {
        List<String> words = new ArrayList<>(List.of("launch", IMAGE, name));
        for (String profile : profiles) {
            words.addAll(List.of("-p", profile));
        }
        ExecResult launched = client(words.toArray(String[]::new));
        if (!launched.ok()) {
            throw new LabException(launched.output() + "\nlog of " + name + ": "
                    + client("info", "--show-log", name).output());
        }
        return pidOf(name);
    }

    /** Makes instances of the image with these profiles, and starts them all with one command. */
    public void runTogether(List<String> names, String... profiles) {
        for (String name : names) {
            List<String> words = new ArrayList<>(List.of("init", IMAGE, name));
            for (String profile : profiles) {
                words.addAll(List.of("-p", profile));
            }
            client(words.toArray(String[]::new)).orThrow();
        }
        List<String> words = new ArrayList<>(List.of("start"));
        words.addAll(names);
        client(words.toArray(String[]::new)).orThrow();
    }

    /** The number of an instance's first process. */
    public long pidOf(String instance) {
        return client("info", instance)
                .orThrow()
                .output()
                .lines()
                .filter(line -> line.startsWith("PID: "))
                .map(line -> Long.parseLong(line.substring(5).strip()))
                .findFirst()
                .orElseThrow(() -> new LabException(instance + " does not run"));
    }

    /** Ends and removes all instances. */
    public void removeInstances() {
        String names = client("list", "-c", "n", "-f", "csv").output().strip();
        if (!names.isEmpty()) {
            List<String> words = new ArrayList<>(List.of("delete", "-f"));
            words.addAll(names.lines().toList());
            client(words.toArray(String[]::new));
        }
    }

    /** Whether it answers. */
    public boolean answers() {
        return DaemonProcess.answers(host, kind.directory.resolve("unix.socket"), "/1.0");
    }

    /** Ends the daemon, with its instances, and removes its data. */
    @Override
    public void close() {
        if (process().runs()) {
            removeInstances();
        }
        // After a download that failed it waits for ever for something; there is nothing left to lose.
        process().end(Duration.ofSeconds(2));
        // The library beneath leaves one; that of a daemon that still runs is in use and stays.
        Cgroups.remove("lxc.pivot");
        data.closeWithMountsOn(kind.directory);
    }
}
