package io.fanatic.cli.order;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Docker with a container {@value #HIDDEN} that plain {@code docker run} starts, and where Docker has a network of its own on the fan a
 * container {@value #WEB} in that. Each serves HTTP on port 80, which nobody publishes, and on port 81, which is published.
 */
final class DockerOnFan extends Engine {
    static final String HIDDEN = "hidden";
    static final String WEB = "web";
    static final int HIDDEN_PORT = 8081;
    static final int WEB_PORT = 8080;
    static final int UNPUBLISHED = 80;
    private static final int PUBLISHED = 81;

    private final boolean plain;
    private @Nullable Dockerd docker;
    private boolean runs;
    private boolean killed;

    /** @param plain whether plain {@code docker run} is to use the fan */
    DockerOnFan(LabHost host, boolean plain) {
        super(host, plain ? "enable-docker --default-bridge" : "enable-docker");
        this.plain = plain;
    }

    /** Where Docker does not start without its bridge, which is announced, it is started again once the fan is there. */
    @Override
    public void start() {
        if (runs) {
            return;
        }
        if (docker == null) {
            docker = Dockerd.start(host);
        } else {
            docker.startAgain();
        }
        runs = true;
        killed = false;
    }

    /** Whether it is about plain {@code docker run}. */
    boolean plain() {
        return plain;
    }

    @Override
    boolean needsTheFan() {
        return plain && enabled();
    }

    @Override
    public void stop() {
        if (runs) {
            docker().stop();
        }
        runs = false;
    }

    @Override
    public void kill() {
        docker().kill();
        runs = false;
        killed = true;
    }

    @Override
    public boolean runs() {
        return runs;
    }

    private Dockerd docker() {
        if (docker == null) {
            throw new LabException("Docker was not started yet");
        }
        return docker;
    }

    /** The container that plain {@code docker run} started, when Docker runs. */
    Box hidden() {
        return box(HIDDEN, HIDDEN_PORT);
    }

    @Override
    String title() {
        return "Docker";
    }

    @Override
    List<Box> running() {
        return plain ? List.of(hidden()) : List.of(box(WEB, WEB_PORT, "--network", "fan-250"));
    }

    /** Made when it is not there; otherwise its policy brings it back after each start of Docker. */
    private Box box(String name, int port, String... options) {
        if (pid(name).isEmpty()) {
            List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name, "--restart", "always"));
            // As the first process it would not hear of SIGTERM.
            words.addAll(List.of("--stop-signal", "KILL", "-p", port + ":" + PUBLISHED));
            words.addAll(List.of(options));
            String serve = "httpd -p " + UNPUBLISHED + " -h /etc; exec httpd -f -h /etc -p " + PUBLISHED;
            words.addAll(List.of(Dockerd.IMAGE, "sh", "-c", serve));
            docker().docker(words.toArray(String[]::new)).orThrow();
        }
        Eventually.holds(
                name + " runs again after Docker's start",
                () -> pid(name).orElse(0) != 0,
                () -> docker().docker("ps", "-a").output());
        Box box = Box.of(name, pid(name).orElseThrow());
        Eventually.holds(
                name + " serves",
                () -> Http.answers(box.namespace(), "127.0.0.1", UNPUBLISHED)
                        && Http.answers(box.namespace(), "127.0.0.1", PUBLISHED),
                () -> docker().docker("logs", name).output());
        return box;
    }

    /** Empty for a container that does not exist, 0 for one that does not run. */
    private OptionalLong pid(String name) {
        var inspect = docker().docker("inspect", "-f", "{{.State.Pid}}", name);
        return inspect.ok() ? OptionalLong.of(Long.parseLong(inspect.output().strip())) : OptionalLong.empty();
    }

    @Override
    void reattach() {
        docker().docker("restart", plain ? HIDDEN : WEB).orThrow();
    }

    @Override
    void empty() {
        docker().removeContainers();
    }

    @Override
    List<String> traces() {
        return docker().docker("network", "ls", "--format", "network {{.Name}} {{.Driver}}")
                .orThrow()
                .output()
                .lines()
                .sorted()
                .toList();
    }

    @Override
    boolean containersOutliveIt() {
        return killed;
    }

    @Override
    public void close() {
        if (docker != null) {
            docker.close();
        }
    }
}
