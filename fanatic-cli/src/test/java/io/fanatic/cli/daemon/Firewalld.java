package io.fanatic.cli.daemon;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A real firewalld for a lab's host, with a message bus of its own and the host's own {@code /etc/firewalld}; Docker, started on a host
 * that has the bus, speaks to it.
 *
 * <p>Its package and cloud-init's exclude each other, so scripts/setup only unpacks it; while it is open, the host's /usr has its files.
 */
public final class Firewalld extends RestartableDaemon {
    private static final List<String> COMMAND = List.of("/usr/sbin/firewalld", "--nofork", "--nopid");

    private static final Path UNPACKED = Path.of("/var/cache/fanatic/firewalld");
    private static final String USR = "/usr";
    private static final int MS_RDONLY = 1;
    private static final int MNT_DETACH = 2;

    private final LabHost host;
    private final DataDirectory data;
    private final SystemBus bus;

    private Firewalld(LabHost host, DataDirectory data, SystemBus bus) {
        this.host = host;
        this.data = data;
        this.bus = bus;
        startAgain();
    }

    /**
     * Starts it and waits until its rules are there.
     *
     * @throws LabException with the end of its log, when it does not; nothing is left then
     */
    public static Firewalld start(LabHost host) {
        mountFiles(host);
        DataDirectory data = DataDirectory.create("firewalld", host);
        SystemBus bus = null;
        try {
            bus = SystemBus.start(host, data.resolve("bus.log"));
            return new Firewalld(host, data, bus);
        } catch (RuntimeException | Error e) {
            if (bus != null) {
                bus.close();
            }
            unmountFiles(host);
            data.close();
            throw e;
        }
    }

    private static void mountFiles(LabHost host) {
        host.exec("/bin/cp", "-a", UNPACKED.resolve("etc/firewalld").toString(), "/etc/")
                .orThrow();
        String layers = "lowerdir=" + UNPACKED.resolve("usr") + ":" + USR;
        host.namespace().run(() -> check("mount " + USR, LIBC.mount("overlay", USR, "overlay", MS_RDONLY, layers)));
    }

    private static void unmountFiles(LabHost host) {
        host.namespace().run(() -> LIBC.umount2(USR, MNT_DETACH));
    }

    @Override
    DaemonProcess launch() {
        return DaemonProcess.startReady(host, data.resolve("log"), COMMAND, this::runs);
    }

    /** Whether it answers, and has its rules in place. */
    public boolean runs() {
        return client("--state").ok();
    }

    /** Runs {@code firewall-cmd} with these words on the host. */
    public ExecResult client(String... words) {
        List<String> line = new ArrayList<>(List.of("/usr/bin/firewall-cmd"));
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** Ends it and its bus. */
    @Override
    public void close() {
        stop();
        bus.close();
        unmountFiles(host);
        data.close();
    }
}
