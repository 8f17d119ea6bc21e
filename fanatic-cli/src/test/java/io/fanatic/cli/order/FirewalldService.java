package io.fanatic.cli.order;

import io.fanatic.harness.daemon.Firewalld;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import org.jspecify.annotations.Nullable;

/** Firewalld, with what {@code fanatic doctor} advises in its permanent configuration. */
final class FirewalldService implements Participant {
    private final LabHost host;
    private final boolean besideDocker;
    private @Nullable Firewalld firewalld;
    private boolean runs;

    /** @param besideDocker whether Docker puts the fan's bridge into its own zone */
    FirewalldService(LabHost host, boolean besideDocker) {
        this.host = host;
        this.besideDocker = besideDocker;
    }

    private Firewalld firewalld() {
        if (firewalld == null) {
            throw new LabException("firewalld was not started yet");
        }
        return firewalld;
    }

    @Override
    public void start() {
        if (firewalld == null) {
            firewalld = Firewalld.start(host);
            firewalld.client("--permanent", "--add-port=8472/udp").orThrow();
            if (!besideDocker) {
                firewalld
                        .client("--permanent", "--zone=trusted", "--add-interface=fan-250")
                        .orThrow();
            }
            restart();
        } else if (!runs) {
            firewalld.startAgain();
        }
        runs = true;
    }

    @Override
    public void stop() {
        firewalld().stop();
        runs = false;
    }

    @Override
    public void restart() {
        firewalld().client("--reload").orThrow();
    }

    @Override
    public void upgrade() {
        stop();
        start();
    }

    @Override
    public void kill() {
        firewalld().kill();
        runs = false;
    }

    @Override
    public boolean runs() {
        return runs;
    }

    @Override
    public void close() {
        if (firewalld != null) {
            firewalld.close();
        }
    }
}
