package io.fanatic.cli.order;

import io.fanatic.harness.daemon.Ufw;
import io.fanatic.harness.lab.LabHost;

/** Ufw, with rules that let the tunnel in, and the fan's bridge in and through. */
final class UfwService implements Participant {
    private final Ufw ufw;
    private boolean configured;
    private boolean runs;

    UfwService(LabHost host) {
        ufw = Ufw.on(host);
    }

    @Override
    public void start() {
        if (!configured) {
            ufw.ufw("allow", "8472/udp").orThrow();
            ufw.ufw("allow", "in", "on", "fan-250").orThrow();
            ufw.ufw("route", "allow", "in", "on", "fan-250").orThrow();
            configured = true;
        }
        ufw.enable();
        runs = true;
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
