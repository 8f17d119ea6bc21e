package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real systemd-resolved on a lab's host, with a message bus of its own; the host's {@code /etc/resolv.conf} names its stub. It is
 * where scripts/setup has unpacked it.
 */
public final class Resolved implements AutoCloseable {
    private static final Path UNPACKED = Path.of("/var/cache/fanatic/resolved");

    /** Its user, its place on the bus, and resolvectl(1), all of them on this host only. */
    private static final String PREPARE = "echo 'systemd-resolve:x:990:990::/:/usr/sbin/nologin' >>/etc/passwd"
            + " && echo 'systemd-resolve:x:990:' >>/etc/group"
            + " && mkdir -p /etc/dbus-1/system.d /run/systemd/resolve"
            + " && cp " + UNPACKED + "/usr/share/dbus-1/system.d/*.conf /etc/dbus-1/system.d/"
            + " && chown 990:990 /run/systemd/resolve"
            + " && mount --bind " + UNPACKED + "/usr/bin /usr/local/bin"
            + " && rm -f /etc/resolv.conf && echo 'nameserver 127.0.0.53' >/etc/resolv.conf";

    private final LabHost host;
    private final DataDirectory data;
    private final SystemBus bus;
    private DaemonProcess process;

    private Resolved(LabHost host, DataDirectory data, SystemBus bus) {
        this.host = host;
        this.data = data;
        this.bus = bus;
        this.process = process();
    }

    private DaemonProcess process() {
        return DaemonProcess.start(
                host,
                data.resolve("log"),
                Map.of(),
                List.of(UNPACKED.resolve("usr/lib/systemd/systemd-resolved").toString()));
    }

    /** Stops it and starts it again; it has forgotten what it was told, as where its directory in /run goes with it. */
    public void restart() {
        process.close();
        host.exec("/bin/rm", "-rf", "/run/systemd/resolve/netif").orThrow();
        process = process();
        process.await(() -> host.exec("resolvectl", "--no-pager", "status").ok());
    }

    /**
     * Starts it and waits until it answers.
     *
     * @throws LabException with the end of its log, when it does not; nothing is left then
     */
    public static Resolved start(LabHost host) {
        DataDirectory data = DataDirectory.create("resolved", host);
        SystemBus bus;
        try {
            host.exec("/bin/sh", "-c", PREPARE).orThrow();
            bus = SystemBus.start(host, data.resolve("bus.log"));
        } catch (RuntimeException | Error e) {
            data.close();
            throw e;
        }
        Resolved started = new Resolved(host, data, bus);
        try {
            started.process.await(
                    () -> host.exec("resolvectl", "--no-pager", "status").ok());
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    /** What it has of a device under this heading, in one line; waits until it knows the device. */
    public String setting(String heading, String device) {
        List<ExecResult> answers = new ArrayList<>();
        process.await(() -> {
            answers.add(host.exec("resolvectl", "--no-pager", heading, device));
            return answers.get(answers.size() - 1).ok();
        });
        return answers.get(answers.size() - 1)
                .output()
                .replaceFirst("^[^:]*:", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    @Override
    public void close() {
        process.close();
        bus.close();
        host.exec("/bin/umount", "/usr/local/bin");
        host.exec("/bin/rm", "-rf", "/run/systemd/resolve");
        data.close();
    }
}
