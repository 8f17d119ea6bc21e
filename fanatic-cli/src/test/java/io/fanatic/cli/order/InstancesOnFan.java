package io.fanatic.cli.order;

import io.fanatic.cli.daemon.Lxd;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** LXD or Incus, with one instance on the fan. */
final class InstancesOnFan extends Engine {
    private final Who who;
    private @Nullable Lxd daemon;
    private boolean runs;
    private boolean launched;

    InstancesOnFan(LabHost host, Who who) {
        super(host, "enable-" + who.word());
        this.who = who;
    }

    private Lxd daemon() {
        if (daemon == null) {
            throw new LabException(who.word() + " was not started yet");
        }
        return daemon;
    }

    @Override
    public void start() {
        if (daemon == null) {
            daemon = who == Who.LXD ? Lxd.start(host) : Lxd.startIncus(host);
        } else if (!runs) {
            daemon.startAgain();
        }
        runs = true;
    }

    @Override
    public void stop() {
        daemon().stop();
        runs = false;
    }

    @Override
    public void kill() {
        daemon().kill();
        runs = false;
    }

    @Override
    public boolean runs() {
        return runs;
    }

    private String instance() {
        return who.word() + "-box";
    }

    @Override
    String title() {
        return who == Who.LXD ? "LXD" : "Incus";
    }

    @Override
    List<Box> running() {
        if (!launched) {
            daemon().run(instance(), "default", "fan-250");
            launched = true;
        }
        return List.of(Box.of(instance(), daemon().pidOf(instance())));
    }

    @Override
    void reattach() {
        daemon().client("restart", "-f", instance()).orThrow();
    }

    @Override
    void empty() {
        daemon().removeInstances();
        launched = false;
    }

    @Override
    List<String> traces() {
        return daemon().client("profile", "list", "-f", "csv")
                .orThrow()
                .output()
                .lines()
                .toList();
    }

    @Override
    boolean containersOutliveIt() {
        return true;
    }

    @Override
    public void close() {
        if (daemon != null) {
            daemon.close();
        }
    }
}
