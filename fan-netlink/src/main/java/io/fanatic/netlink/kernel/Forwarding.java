package io.fanatic.netlink.kernel;

import io.fanatic.netlink.host.Sysctl;
import io.fanatic.netlink.kernel.ForwardingState.Ours;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The switches for forwarding of the devices, switched on and back. net.ipv4.ip_forward is never switched on any more, so that who
 * needs it, such as Docker, finds it off and does what belongs to switching it on; where an earlier version has, it is set back.
 */
final class Forwarding {
    private static final String ALL = "net.ipv4.ip_forward";

    private final ForwardingJournal journal;

    Forwarding(ForwardingJournal journal) {
        this.journal = journal;
    }

    /** The names of the devices that we have switched on and that are there; empty when we have not. */
    private Optional<Map<Integer, String>> switched(Map<Integer, String> names) {
        Optional<List<Integer>> noted = journal.switched();
        if (noted.isEmpty()) {
            return Optional.empty();
        }
        Map<Integer, String> switched = new TreeMap<>(names);
        switched.keySet().retainAll(noted.get());
        return Optional.of(switched);
    }

    /**
     * @param devices the names of those that matter; those that we have switched are added
     * @param names of all devices, by index
     * @param bridges the names of other people's bridges
     */
    ForwardingState read(Collection<String> devices, Map<Integer, String> names, List<String> bridges) {
        boolean everywhere = isEverywhere();
        Optional<ForwardingJournal.Note> before = journal.everywhere();
        Optional<Map<Integer, String>> switched = switched(names);
        TreeSet<String> all = new TreeSet<>(devices);
        switched.ifPresent(ours -> all.addAll(ours.values()));
        List<String> on = new ArrayList<>();
        for (String device : all) {
            if (isOn(device)) {
                on.add(device);
            }
        }
        List<String> others = new ArrayList<>(before.isPresent() ? before.get().devices() : on);
        switched.ifPresent(ours -> others.removeAll(ours.values()));
        Ours by = Ours.NOTHING;
        if (before.isPresent()) {
            by = before.get().bridges().containsAll(bridges) ? Ours.EVERYWHERE : Ours.EVERYWHERE_AND_NEEDED;
        } else if (switched.isPresent()) {
            by = Ours.DEVICES;
        }
        return new ForwardingState(everywhere, on, others, by);
    }

    /**
     * Makes these and no others of the host's devices the ones that we have switched on; sets back what is on everywhere by us.
     *
     * @param names of all devices, by index
     * @param fans the fans' own devices, which go on forwarding
     */
    void forward(List<String> devices, Map<Integer, String> names, List<String> fans) {
        Map<Integer, String> wanted = new TreeMap<>(names);
        wanted.values().retainAll(devices);
        Map<Integer, String> either = switched(names).orElse(new TreeMap<>());
        either.putAll(wanted);
        journal.switched(either);
        Optional<ForwardingJournal.Note> everywhere = journal.everywhere();
        if (everywhere.isPresent()) {
            setBack(everywhere.get(), fans);
        }
        for (String device : either.values()) {
            set(device, devices.contains(device));
        }
        journal.forgetEverywhere();
        journal.switched(wanted);
    }

    /** As earlier versions did, to undo {@link #forward}. */
    void everywhere(List<String> devices, Map<Integer, String> names, List<String> bridges) {
        List<String> before = new ArrayList<>(devices);
        before.removeIf(device -> !isOn(device));
        switched(names).ifPresent(ours -> before.removeAll(ours.values()));
        journal.everywhere(new ForwardingJournal.Note(before, bridges));
        Sysctl.write(ALL, "1");
        journal.forgetSwitched();
    }

    /**
     * Puts back what we have switched on, unless somebody needs it: what is on everywhere, and not by us, is somebody else's. Nor does what
     * an earlier version has switched on go when a bridge has come since: whoever made that (Docker, libvirt) found it on, and would
     * have switched it on otherwise.
     *
     * @param names of all devices, by index
     * @param bridges the names of other people's bridges, now
     * @param fans the fans' own devices, which go on forwarding as long as they are there
     */
    void restore(Map<Integer, String> names, List<String> bridges, List<String> fans) {
        Optional<ForwardingJournal.Note> everywhere = journal.everywhere();
        if (everywhere.isPresent() && everywhere.get().bridges().containsAll(bridges)) {
            setBack(everywhere.get(), fans);
        }
        if (!isEverywhere()) {
            switched(names).ifPresent(ours -> ours.values().forEach(device -> set(device, false)));
        }
        journal.forgetEverywhere();
        journal.forgetSwitched();
    }

    private static void setBack(ForwardingJournal.Note before, List<String> fans) {
        if (isEverywhere()) {
            Sysctl.write(ALL, "0");
            before.devices().forEach(device -> set(device, true));
            fans.forEach(fan -> set(fan, true));
        }
    }

    /** A device that has gone, or goes at this moment, needs nothing. */
    static void set(String device, boolean on) {
        setSwitch(of(device), on);
    }

    /** As {@link #setSwitch(String, String)}, to 1 or 0. */
    static void setSwitch(String path, boolean on) {
        setSwitch(path, on ? "1" : "0");
    }

    /**
     * Sets a device's switch; there may be none any more.
     *
     * @param path in /proc/sys
     * @param value as the kernel prints it
     */
    static void setSwitch(String path, String value) {
        Optional<String> now = Sysctl.find(path);
        if (now.isEmpty() || now.get().equals(value)) {
            return;
        }
        try {
            Sysctl.write(path, value);
        } catch (UncheckedIOException e) {
            if (Sysctl.find(path).isPresent()) {
                throw e;
            }
        }
    }

    private static boolean isEverywhere() {
        return Sysctl.read(ALL).equals("1");
    }

    private static boolean isOn(String device) {
        return Sysctl.isOn(of(device));
    }

    private static String of(String device) {
        if (!LinkState.isName(device)) {
            throw new IllegalArgumentException("\"" + device + "\" is not a device's name");
        }
        return "net/ipv4/conf/" + device + "/forwarding";
    }
}
