package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The message bus of a lab's host, on the usual socket, for daemons that are spoken to over it. */
final class SystemBus implements AutoCloseable {
    private final LabHost host;
    private final DaemonProcess process;

    private SystemBus(LabHost host, DaemonProcess process) {
        this.host = host;
        this.process = process;
    }

    /** Starts it and waits for its socket. @throws LabException with the end of its log; nothing is left then */
    static SystemBus start(LabHost host, Path log) {
        host.exec("/bin/mkdir", "-p", "/run/dbus").orThrow();
        List<String> command = List.of("/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile");
        SystemBus bus = new SystemBus(host, DaemonProcess.start(host, log, Map.of(), command));
        try {
            bus.process.await(() -> host.exec("/usr/bin/test", "-S", "/run/dbus/system_bus_socket")
                    .ok());
            return bus;
        } catch (RuntimeException | Error e) {
            bus.close();
            throw e;
        }
    }

    @Override
    public void close() {
        process.close();
        host.exec("/bin/rm", "-rf", "/run/dbus");
    }
}
