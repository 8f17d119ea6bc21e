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
        return journal.note().isPresent();
    }

    /**
     * Switches it on.
     *
     * @param devices the names of all network devices
     * @param bridges those of other people's bridges
     */
    void enable(List<String> devices, List<String> bridges) {
        List<String> forwarding = new ArrayList<>();
        for (String device : devices) {
            if (Sysctl.find(of(device)).equals(Optional.of("1"))) {
                forwarding.add(device);
            }
        }
        journal.write(new ForwardingJournal.Note(forwarding, bridges));
        Sysctl.write(ALL, "1");
    }

    /**
     * Switches it back off, unless a bridge has come since: whoever made that (Docker, libvirt) found forwarding on, and would
     * have switched it on otherwise.
     *
     * @param bridges the names of other people's bridges, now
     */
    void restore(List<String> bridges) {
        Optional<ForwardingJournal.Note> note = journal.note();
        if (note.isPresent() && isOn() && note.get().bridges().containsAll(bridges)) {
            Sysctl.write(ALL, "0");
            for (String device : note.get().devices()) {
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
