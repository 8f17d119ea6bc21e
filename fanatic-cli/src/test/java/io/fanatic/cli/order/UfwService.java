package io.fanatic.cli.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Ufw;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.health.Code;

/**
 * Ufw, which knows nothing of the fan when it is enabled for the first time: {@code fanatic doctor} has to say so. Then it gets rules that
 * let the tunnel in, and the fan's bridge in and through.
 */
final class UfwService implements Participant {
    private final LabHost host;
    private final Ufw ufw;
    private boolean configured;
    private boolean runs;

    UfwService(LabHost host) {
        this.host = host;
        ufw = Ufw.on(host);
    }

    @Override
    public void start() {
        ufw.enable();
        runs = true;
    }

    @Override
    public void prepare(boolean fanIsUp) {
        if (runs && fanIsUp && !configured) {
            Doctor ill = Doctor.of(host);
            assertThat(ill.causes())
                    .as("a firewall that knows nothing of the fan: " + ill)
                    .anySatisfy(cause -> assertThat(cause).startsWith(Code.TUNNEL_PORT_CLOSED.word() + ":"));
            ufw.ufw("allow", "8472/udp").orThrow();
            ufw.ufw("allow", "in", "on", "fan-250").orThrow();
            ufw.ufw("route", "allow", "in", "on", "fan-250").orThrow();
            configured = true;
        }
    }

    @Override
    public void stop() {
        ufw.disable();
        runs = false;
    }

    @Override
    public void restart() {
        ufw.ufw("reload").orThrow();
    }

    /** There is no process to kill: its rules stay. */
    @Override
    public void kill() {}

    @Override
    public void upgrade() {
        restart();
    }

    @Override
    public boolean runs() {
        return runs;
    }

    @Override
    public void close() {
        if (runs) {
            stop();
        }
    }
}
