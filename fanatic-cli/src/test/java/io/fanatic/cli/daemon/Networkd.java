package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real systemd-networkd on a lab's host, with the host's own {@code /etc/systemd/network}. */
public final class Networkd implements AutoCloseable {
    /** It sleeps until udev has looked at a device, unless /sys cannot be written to, as in a container. */
    private static final String START = "mount -t sysfs -o ro sysfs /sys && exec /usr/lib/systemd/systemd-networkd";

    private static final String DIRECTORIES = "mkdir -p /run/systemd/network /run/systemd/netif/links"
            + " /run/systemd/netif/leases /run/systemd/netif/lldp && chown -R systemd-network /run/systemd/netif";

    private final LabHost host;
    private final DataDirectory data;
    private final DaemonProcess process;

    private Networkd(LabHost host, DataDirectory data) {
        this.host = host;
        this.data = data;
        this.process = DaemonProcess.start(
                host, data.resolve("log"), Map.of(), List.of("/usr/bin/unshare", "--mount", "/bin/sh", "-c", START));
    }

    /**
     * Starts it and waits until it has configured a device, as one of its files says.
     *
     * @throws LabException with the end of its log, when it does not; nothing is left then
     */
    public static Networkd start(LabHost host, String device) {
        host.exec("/bin/sh", "-c", DIRECTORIES).orThrow();
        Networkd networkd = new Networkd(host, DataDirectory.create("networkd", host));
        try {
            networkd.process.await(() -> networkd.hasConfigured(device));
            return networkd;
        } catch (RuntimeException | Error e) {
            networkd.close();
            throw e;
        }
    }

    private boolean hasConfigured(String device) {
        Path index = Path.of("/sys/class/net", device, "ifindex");
        return host.exec(
                        "/bin/sh",
                        "-c",
                        "grep -qx ADMIN_STATE=configured /run/systemd/netif/links/$(cat " + index + ")")
                .ok();
    }

    /** Ends it; what it has configured stays. */
    @Override
    public void close() {
        process.close();
        host.exec("/bin/rm", "-rf", "/run/systemd/netif", "/run/systemd/network");
        data.close();
    }
}
