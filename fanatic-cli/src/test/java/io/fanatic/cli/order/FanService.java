package io.fanatic.cli.order;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.harness.lab.LabHost;
import java.util.function.BooleanSupplier;

/** The fan of the configuration, as fan.service starts and stops it. */
final class FanService implements Participant {
    private final LabHost host;
    private final BooleanSupplier inUse;
    private int fans;
    private boolean up;

    /** @param inUse whether containers are on it */
    FanService(LabHost host, BooleanSupplier inUse) {
        this.host = host;
        this.inUse = inUse;
    }

    /** Which fan it is now, counted from 1; 0 when it is down. */
    int fan() {
        return up ? fans : 0;
    }

    @Override
    public void start() {
        fanctl(host, "up --all").done();
        if (!up) {
            up = true;
            fans++;
        }
    }

    @Override
    public void stop() {
        CliRun down = fanctl(host, "down --all");
        if (inUse.getAsBoolean()) {
            assertThat(down.exitCode()).as(down.err()).isEqualTo(ExitCode.IN_USE);
        } else {
            // With a note, where an empty bridge stands in for Docker.
            assertThat(down.exitCode()).as(down.err()).isEqualTo(ExitCode.DONE);
            up = false;
        }
    }

    @Override
    public void kill() {
        host.exec("ip", "link", "delete", "ftun-250").orThrow();
        host.exec("ip", "link", "delete", "fan-250").orThrow();
        up = false;
    }

    /** Fans stay up while the package is upgraded; the new one brings them up once more. */
    @Override
    public void upgrade() {
        start();
    }

    @Override
    public boolean runs() {
        return up;
    }

    @Override
    public void close() {
        up = false;
    }
}
