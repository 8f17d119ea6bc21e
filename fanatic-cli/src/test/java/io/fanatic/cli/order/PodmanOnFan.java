package io.fanatic.cli.order;

import io.fanatic.cli.daemon.Podman;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Podman, with one container on the fan; that is what starts and stops, as Podman has no daemon. */
final class PodmanOnFan extends Engine {
    private static final String NAME = "podman-box";

    private @Nullable Podman podman;
    private boolean runs;

    PodmanOnFan(LabHost host) {
        super(host, "enable-podman");
    }

    private Podman podman() {
        if (podman == null) {
            throw new LabException("Podman was not started yet");
        }
        return podman;
    }

    @Override
    public void start() {
        if (podman == null) {
            podman = Podman.on(host);
        }
        runs = true;
    }

    @Override
    public void stop() {
        podman().podman("stop", "-t", "0", "-a").orThrow();
        runs = false;
    }

    @Override
    public void kill() {
        podman().podman("kill", "-a").orThrow();
        runs = false;
    }

    @Override
    public boolean runs() {
        return runs;
    }

    @Override
    boolean hasDaemon() {
        return false;
    }

    @Override
    String title() {
        return "Podman";
    }

    @Override
    List<Box> running() {
        if (!podman().podman("container", "exists", NAME).ok()) {
            return List.of(Box.of(NAME, podman().run(NAME, "--network", "fan-250")));
        }
        podman().podman("start", NAME).orThrow();
        String pid = podman().podman("inspect", "-f", "{{.State.Pid}}", NAME)
                .orThrow()
                .output();
        return List.of(Box.of(NAME, Long.parseLong(pid.strip())));
    }

    @Override
    void reattach() {
        podman().podman("restart", "-t", "0", "-a").orThrow();
    }

    @Override
    void empty() {
        podman().removeContainers();
    }

    @Override
    List<String> traces() {
        return podman().podman("network", "ls", "--format", "{{.Name}} {{.Driver}}")
                .orThrow()
                .output()
                .lines()
                .toList();
    }

    @Override
    boolean containersOutliveIt() {
        return false;
    }

    /** Also twice: without its configuration Podman would make locks in the machine's shared memory. */
    @Override
    public void close() {
        if (podman != null) {
            podman.close();
            podman = null;
        }
    }
}
