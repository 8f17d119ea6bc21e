package io.fanatic.cli.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.daemon.Firewalld;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.health.Code;
import org.jspecify.annotations.Nullable;

/**
 * Firewalld, which knows nothing of the fan when it starts for the first time: then {@code fanatic doctor} has to say what it drops, and
 * what it advises is done, once there is a fan.
 */
final class FirewalldService implements Participant {
    private final LabHost host;
    private @Nullable Firewalld firewalld;
    private boolean runs;
    private boolean advised;

    FirewalldService(LabHost host) {
        this.host = host;
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
        } else if (!runs) {
            firewalld.startAgain();
        }
        runs = true;
    }

    @Override
    public void prepare(boolean fanIsUp) {
        if (runs && fanIsUp && !advised) {
            Doctor ill = Doctor.of(host);
            assertThat(ill.causes())
                    .as("a firewall that knows nothing of the fan: " + ill)
                    .anySatisfy(cause -> assertThat(cause).startsWith(Code.TUNNEL_PORT_CLOSED.word() + ":"));
            assertThat(ill.fixes()).allSatisfy(fix -> assertThat(fix).startsWith("firewall-cmd "));
            ill.fixes().forEach(fix -> host.exec("sh", "-c", fix).orThrow());
            // With its port open, nothing is in the way of the fast path any more.
            CliRun.fanctl(host, "up --all").done();
            advised = true;
        }
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
