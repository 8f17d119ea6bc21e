package io.fanatic.netlink.kernel;

import io.fanatic.core.DurableFile;
import io.fanatic.core.IpFamily;
import io.fanatic.netlink.host.NamespaceCookie;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers what the kernel forgets: which devices did not forward before we switched them on. One line for each network namespace and
 * boot, written and forced to disk before the change that it describes:
 *
 * <pre>
 *   devices boot 5d2c...-... namespace 1 on eth0/2 eth1/3
 * </pre>
 *
 * and {@code devices6} for IPv6. The number is the device's index, by which it is known: it may be renamed, and another one get its name.
 *
 * Earlier versions switched net.ipv4.ip_forward, which sets all devices, and noted those that forwarded before, and which bridges of
 * other people there were:
 *
 * <pre>
 *   forwarding boot 5d2c...-... namespace 1 on eth1,wg0 beside virbr0
 * </pre>
 *
 * {@code forwarding6} is there while {@link Ipv6Gateway} switches net.ipv6.conf.*.forwarding: those devices that were routers before, where it
 * switches all of them, beside those whose accept_ra was 1.
 *
 * A line of an earlier boot means nothing any more and goes with the next write. Whether a namespace has ended cannot be told from its
 * cookie; so of other namespaces the newest lines stay, more than any host has fans.
 */
final class ForwardingJournal {
    private static final String DEVICES = "devices";
    private static final String DEVICES_IPV6 = "devices6";
    private static final String EVERYWHERE = "forwarding";
    private static final String EVERYWHERE_IPV6 = "forwarding6";
    private static final List<String> WORDS = List.of(DEVICES, DEVICES_IPV6, EVERYWHERE, EVERYWHERE_IPV6);
    private static final String BESIDE = " beside ";
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_OTHERS = 1000;

    private static final char BEFORE_INDEX = '/';

    private final Path file;
    private final String thisBoot;
    private final String here;
    private final String devices;
    private final String everywhere;

    /**
     * How it was before it was switched on everywhere.
     *
     * @param devices those that forwarded
     * @param bridges those of other people; of IPv6, the devices whose accept_ra was 1
     */
    record Note(List<String> devices, List<String> bridges) {}

    /** @param stateDirectory such as /var/lib/fanatic; made when needed */
    ForwardingJournal(Path stateDirectory, IpFamily family) {
        devices = family == IpFamily.IPV4 ? DEVICES : DEVICES_IPV6;
        everywhere = family == IpFamily.IPV4 ? EVERYWHERE : EVERYWHERE_IPV6;
        file = stateDirectory.resolve("journal");
        thisBoot = " boot " + bootId() + " ";
        here = thisBoot + "namespace " + NamespaceCookie.here() + " on ";
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the boot id", e);
        }
    }

    /** The indexes of the devices that we have switched on; empty when we have not. */
    Optional<List<Integer>> switched() {
        Optional<String> line = line(lines(), devices);
        if (line.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> indexes = new ArrayList<>();
        for (String word : line.get().split(" ", -1)) {
            try {
                indexes.add(Integer.parseInt(word.substring(word.lastIndexOf(BEFORE_INDEX) + 1)));
            } catch (NumberFormatException notOurs) {
                // Nor is there a device of that number.
            }
        }
        return Optional.of(indexes);
    }

    /** How it was before we switched it on everywhere, which for IPv4 earlier versions did; empty when we have not. */
    Optional<Note> everywhere() {
        Optional<String> rest = line(lines(), everywhere);
        int beside = rest.orElse("").indexOf(BESIDE);
        return beside < 0
                ? Optional.empty()
                : Optional.of(new Note(
                        names(rest.get().substring(0, beside)), names(rest.get().substring(beside + BESIDE.length()))));
    }

    private Optional<String> line(List<String> lines, String word) {
        for (String line : lines) {
            if (line.startsWith(word) && line.startsWith(here, word.length())) {
                return Optional.of(line.substring(word.length() + here.length()));
            }
        }
        return Optional.empty();
    }

    private static List<String> names(String text) {
        List<String> names = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            if (LinkState.isName(name)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Notes that we have switched these devices on, or are about to: by their indexes, the names are for people. */
    void switched(Map<Integer, String> devices) {
        List<String> words = new ArrayList<>();
        devices.forEach((index, name) -> words.add(name + BEFORE_INDEX + index));
        put(this.devices, Optional.of(String.join(" ", words)));
    }

    void forgetSwitched() {
        put(devices, Optional.empty());
    }

    /** Notes how it is before it is switched on everywhere; a note that is there already is older and stays. */
    void everywhere(Note note) {
        if (everywhere().isEmpty()) {
            put(everywhere, Optional.of(String.join(",", note.devices()) + BESIDE + String.join(",", note.bridges())));
        }
    }

    void forgetEverywhere() {
        put(everywhere, Optional.empty());
    }

    /** The line of that kind for this boot and namespace, or none. */
    private void put(String word, Optional<String> rest) {
        List<String> lines = lines();
        if (line(lines, word).equals(rest)) {
            return;
        }
        List<String> others = new ArrayList<>();
        List<String> ours = new ArrayList<>();
        for (String line : lines) {
            if (isKnown(line, thisBoot) && !line.startsWith(word + here)) {
                (isKnown(line, here) ? ours : others).add(line);
            }
        }
        List<String> all = new ArrayList<>(others.subList(Math.max(0, others.size() - MAX_OTHERS), others.size()));
        all.addAll(ours);
        rest.ifPresent(text -> all.add(word + here + text));
        write(all);
    }

    private static boolean isKnown(String line, String place) {
        for (String word : WORDS) {
            if (line.startsWith(word) && line.startsWith(place, word.length())) {
                return true;
            }
        }
        return false;
    }

    /** Of a file that is larger than any that we have written, the end. */
    private List<String> lines() {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UncheckedIOException(new IOException("cannot read " + file + ": it is not a regular file"));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MAX_BYTES, channel.size()));
            channel.position(channel.size() - bytes.capacity());
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until all is read.
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            return List.of(text.split("\n", -1));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + DurableFile.reason(e), e);
        }
    }

    private void write(List<String> lines) {
        try {
            if (lines.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            StringBuilder text = new StringBuilder();
            for (String line : lines) {
                text.append(line).append('\n');
            }
            DurableFile.replace(file, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + DurableFile.reason(e), e);
        }
    }
}
