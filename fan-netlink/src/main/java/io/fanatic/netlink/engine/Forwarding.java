package io.fanatic.netlink.engine;

import io.fanatic.netlink.host.Sysctl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * net.ipv4.ip_forward, switched on and back. Writing it sets every device's own value as well, so those that forwarded before
 * are noted and get theirs back.
 */
final class Forwarding {
    private static final String ALL = "net.ipv4.ip_forward";

    private final ForwardingJournal journal;

    Forwarding(Path stateDirectory) {
        journal = new ForwardingJournal(stateDirectory);
    }

    boolean isOn() {
        return Sysctl.read(ALL).equals("1");
    }

    boolean isOurs() {
        return journal.devices().isPresent();
    }

    /** @param devices the names of all network devices */
    void enable(List<String> devices) {
        List<String> forwarding = new ArrayList<>();
        for (String device : devices) {
            if (Sysctl.find(of(device)).equals(Optional.of("1"))) {
                forwarding.add(device);
            }
        }
        journal.note(forwarding);
        Sysctl.write(ALL, "1");
    }

    void restore() {
        Optional<List<String>> devices = journal.devices();
        if (devices.isPresent() && isOn()) {
            Sysctl.write(ALL, "0");
            for (String device : devices.get()) {
                if (Sysctl.find(of(device)).isPresent()) {
                    Sysctl.write(of(device), "1");
                }
            }
        }
        journal.forget();
    }

    private static String of(String device) {
        return "net/ipv4/conf/" + device + "/forwarding";
    }
}
