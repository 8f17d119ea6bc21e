package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real dockerd on a lab's host, with its containerd, on {@code /run/docker.sock} and with the host's own {@code
 * /etc/docker/daemon.json}; it has one image, {@value #IMAGE}.
 */
public final class Dockerd extends RestartableDaemon {

    /** The image that it has from the start. */
    public static final String IMAGE = "busybox:latest";

    /** Where it listens, as its host sees it. */
    public static final Path SOCKET = Path.of("/run/docker.sock");

    private static final Path PID_FILE = Path.of("/run/docker.pid");

    private final LabHost host;
    private final DataDirectory data;
    private final List<String> command;

    private Dockerd(LabHost host, DataDirectory data, List<String> command) {
        this.host = host;
        this.data = data;
        this.command = command;
        startAgain();
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param arguments more words for its command line
     * @throws io.fanatic.harness.lab.LabException with the end of its log, when it does not; nothing is left then
     */
    public static Dockerd start(LabHost host, String... arguments) {
        // The package has no such directory; whether a machine has one depends on what ran there before.
        host.exec("/bin/mkdir", "-p", "/etc/docker").orThrow();
        DataDirectory data = DataDirectory.create("dockerd", host);
        List<String> command = new ArrayList<>(List.of("/usr/sbin/dockerd"));
        command.addAll(List.of("--data-root", data.resolve("data").toString()));
        // Else the machine would keep a cgroup "docker" in every hierarchy.
        command.addAll(List.of("--cgroup-parent", "/" + data.path().getFileName()));
        command.addAll(List.of(arguments));
        Dockerd docker = null;
        try {
            docker = new Dockerd(host, data, command);
            Path tar = BusyboxImage.rootfsTar(data.path());
            docker.docker("import", "-c", "CMD [\"/bin/sh\"]", tar.toString(), IMAGE)
                    .orThrow();
            return docker;
        } catch (RuntimeException | Error e) {
            if (docker == null) {
                data.close();
            } else {
                docker.close();
            }
            throw e;
        }
    }

    @Override
    DaemonProcess launch() {
        return DaemonProcess.startReady(host, log(), command, this::answers);
    }

    /** Whether it answers. */
    public boolean answers() {
        return DaemonProcess.answers(host, SOCKET, "/_ping");
    }

    /** What it has printed so far, all its starts together. */
    public Path log() {
        return data.resolve("dockerd.log");
    }

    /** The number of the daemon that runs now, whoever started it; of the last one, when none does. */
    public long pid() {
        return host.namespace().call(() -> {
            try {
                return Long.parseLong(Files.readString(PID_FILE).strip());
            } catch (IOException none) {
                return process().pid();
            }
        });
    }

    /** Runs {@code docker} with these words on the host. */
    public ExecResult docker(String... words) {
        List<String> line = new ArrayList<>(List.of("docker"));
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** Starts a container that sleeps and gives its number. */
    public long run(String name, String... options) {
        // As the first process it would not hear of SIGTERM, and a restart of Docker would wait for it.
        List<String> words = new ArrayList<>(List.of("run", "-d", "--stop-signal", "KILL", "--name", name));
        words.addAll(List.of(options));
        words.addAll(List.of(IMAGE, "sleep", "1000000"));
        docker(words.toArray(String[]::new)).orThrow();
        return pidOf(name);
    }

    /** The number of a container's first process. */
    public long pidOf(String container) {
        return Long.parseLong(docker("inspect", "-f", "{{.State.Pid}}", container)
                .orThrow()
                .output()
                .strip());
    }

    /** Ends and removes all containers. */
    public void removeContainers() {
        String containers = docker("ps", "-aq").output().strip();
        if (!containers.isEmpty()) {
            List<String> words = new ArrayList<>(List.of("rm", "-f"));
            words.addAll(containers.lines().toList());
            docker(words.toArray(String[]::new));
        }
    }

    /** Ends the daemon, keeping its data. */
    @Override
    public void stop() {
        long running = pid();
        if (running != process().pid()) {
            EndedProcess.end(running);
        }
        super.stop();
    }

    /**
     * Ends the daemon as kill -9 does, and waits; containers that run are left without one, and its containerd ends with it.
     */
    @Override
    public void kill() {
        long running = pid();
        if (running != process().pid()) {
            EndedProcess.kill(running);
            // Somebody in this process started it, and nobody here asks how it ended: Docker believes that a zombie
            // runs.
            host.exec("/bin/rm", "-f", PID_FILE.toString()).orThrow();
        }
        super.kill();
    }

    /** Ends the daemon, with its containers, and removes its data. */
    @Override
    public void close() {
        if (answers()) {
            removeContainers();
        }
        stop();
        Cgroups.remove(data.path().getFileName().toString());
        data.close();
    }
}
