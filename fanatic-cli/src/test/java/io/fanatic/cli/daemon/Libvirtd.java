package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real libvirtd on a lab's host, with the host's own {@code /etc/libvirt}; its machines run as root and without control groups. */
public final class Libvirtd implements AutoCloseable {
    private static final String PREPARE = "for each in cache log; do mkdir -p /var/$each/libvirt;"
            + " mount -t tmpfs libvirt /var/$each/libvirt; done; printf '%s\\n' 'user = \"root\"' 'group = \"root\"'"
            + " 'security_driver = \"none\"' 'cgroup_controllers = []' 'namespaces = []' 'stdio_handler = \"file\"'"
            + " >/etc/libvirt/qemu.conf";

    private final LabHost host;
    private final DataDirectory data;
    private final DaemonProcess process;

    private Libvirtd(LabHost host, DataDirectory data) {
        this.host = host;
        this.data = data;
        this.process = DaemonProcess.start(host, data.resolve("log"), Map.of(), List.of("/usr/sbin/libvirtd"));
    }

    /**
     * Starts it and waits until it answers.
     *
     * @throws LabException with the end of its log, when it does not; nothing is left then
     */
    public static Libvirtd start(LabHost host) {
        host.exec("/bin/sh", "-ec", PREPARE).orThrow();
        Libvirtd libvirtd = new Libvirtd(host, DataDirectory.create("libvirtd", host));
        try {
            libvirtd.process.await(() -> libvirtd.virsh("list").ok());
            return libvirtd;
        } catch (RuntimeException | Error e) {
            libvirtd.close();
            throw e;
        }
    }

    /** Runs {@code virsh} with these words on the host. */
    public ExecResult virsh(String... words) {
        List<String> line = new ArrayList<>(List.of("virsh", "-c", "qemu:///system"));
        line.addAll(List.of(words));
        return host.exec(line.toArray(String[]::new));
    }

    /** Ends it, with its machines. */
    @Override
    public void close() {
        virsh("list", "--name")
                .output()
                .lines()
                .filter(name -> !name.isBlank())
                .forEach(name -> virsh("destroy", name));
        process.close();
        host.exec("/bin/umount", "/var/cache/libvirt", "/var/log/libvirt");
        data.close();
    }
}
