package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabHost;
import java.util.ArrayList;
import java.util.List;

/**
 * The real ufw on a lab's host, with the host's own {@code /etc/ufw}. It is a program, and no daemon: it is on when its rules are in the
 * kernel.
 */
public final class Ufw {
    private final LabHost host;

    private Ufw(LabHost host) {
        this.host = host;
    }

    /** Of a host, where it is off until it is {@linkplain #enable switched on}. */
    public static Ufw on(LabHost host) {
        return new Ufw(host);
    }

    /** Runs {@code ufw} with these words on the host. */
    public ExecResult ufw(String... words) {
        List<String> line = new ArrayList<>(List.of("/usr/sbin/ufw"));
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** Puts its rules into the kernel. @throws io.fanatic.harness.lab.LabException with its words, when it cannot */
    public void enable() {
        ufw("--force", "enable").orThrow();
    }

    /** Takes its rules out of the kernel. @throws io.fanatic.harness.lab.LabException with its words, when it cannot */
    public void disable() {
        ufw("--force", "disable").orThrow();
    }
}
