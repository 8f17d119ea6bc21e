package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import java.util.Map;

/**
 * A real NetworkManager on a lab's host, with a message bus of its own and the host's own {@code /etc/NetworkManager}; nmcli(1) talks to
 * it.
 */
public final class NetworkManager implements AutoCloseable {
    /**
     * It leaves devices alone until udev has looked at them, unless /sys cannot be written to, as in a container. The machine's name is
     * not its to change.
     */
    private static final List<String> MANAGER = List.of(
            "/usr/bin/unshare",
            "--mount",
            "--uts",
            "/bin/sh",
            "-c",
            "mount -t sysfs -o ro sysfs /sys && exec /usr/sbin/NetworkManager --debug --log-level=INFO");

    /** It knows no name server here, and would leave the host none. */
    private static final String CONFIGURATION = "/etc/NetworkManager/conf.d/10-lab.conf";

    private final LabHost host;
    private final DataDirectory data;
    private final SystemBus bus;
    private final DaemonProcess manager;

    private NetworkManager(LabHost host, DataDirectory data, SystemBus bus) {
        this.host = host;
        this.data = data;
        this.bus = bus;
        this.manager = DaemonProcess.start(host, data.resolve("log"), Map.of(), MANAGER);
    }

    /**
     * Starts it and waits until it has done with the devices that there are.
     *
     * @throws LabException with the end of its log, when it does not; nothing is left then
     */
    public static NetworkManager start(LabHost host) {
        host.exec("/bin/mkdir", "-p", "/run/NetworkManager", "/etc/NetworkManager/conf.d")
                .orThrow();
        host.exec("/bin/sh", "-c", "printf '[main]\\ndns=none\\n' >" + CONFIGURATION)
                .orThrow();
        DataDirectory data = DataDirectory.create("networkmanager", host);
        SystemBus bus;
        try {
            bus = SystemBus.start(host, data.resolve("bus.log"));
        } catch (RuntimeException | Error e) {
            data.close();
            throw e;
        }
        NetworkManager started = new NetworkManager(host, data, bus);
        try {
            started.manager.await(() -> host.exec("/usr/bin/nmcli", "-g", "STARTUP", "general")
                    .output()
                    .equals("started\n"));
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    /** Ends it; what it has configured stays. */
    @Override
    public void close() {
        manager.close();
        bus.close();
        host.exec("/bin/rm", "-rf", "/run/NetworkManager", "/var/lib/NetworkManager", CONFIGURATION);
        data.close();
    }
}
