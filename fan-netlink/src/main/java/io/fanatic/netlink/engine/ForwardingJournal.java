package io.fanatic.netlink.engine;

import io.fanatic.core.DurableFile;
import io.fanatic.netlink.host.NamespaceCookie;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Remembers what the kernel forgets: that net.ipv4.ip_forward was off before we switched it on, which devices forwarded all
 * the same (writing ip_forward sets them all), and which bridges of other people there were. One line for each network namespace and boot, written and forced to disk
 * before the change that it describes:
 *
 * <pre>
 *   forwarding boot 5d2c...-... namespace 1 on eth1,wg0 beside virbr0
 * </pre>
 *
 * A line of an earlier boot means nothing any more and goes with the next write.
 */
final class ForwardingJournal {
    private static final String WORD = "forwarding";
    private static final int MOST_BYTES = 1 << 20;
    private static final String BESIDE = " beside ";

    private final Path file;
    private final String here;

    /**
     * How it was before us.
     *
     * @param devices those that forwarded
     * @param bridges those of other people
     */
    record Note(List<String> devices, List<String> bridges) {}

    /** @param stateDirectory such as /var/lib/fanatic; made when needed */
    ForwardingJournal(Path stateDirectory) {
        file = stateDirectory.resolve("journal");
        here = WORD + " boot " + bootId() + " namespace " + NamespaceCookie.here() + " on ";
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the boot id", e);
        }
    }

    /** How it was before we switched forwarding on; empty when it was not us. */
    Optional<Note> note() {
        for (String line : lines()) {
            int beside = line.indexOf(BESIDE, here.length());
            if (line.startsWith(here) && beside >= 0) {
                return Optional.of(new Note(
                        names(line.substring(here.length(), beside)), names(line.substring(beside + BESIDE.length()))));
            }
        }
        return Optional.empty();
    }

    private static List<String> names(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }

    /** Notes that forwarding is about to be switched on; a note that is there already is older and stays. */
    void write(Note note) {
        if (note().isEmpty()) {
            List<String> lines = othersOfThisBoot();
            lines.add(here + Text.join(",", note.devices()) + BESIDE + Text.join(",", note.bridges()));
            write(lines);
        }
    }

    void forget() {
        if (note().isPresent()) {
            write(othersOfThisBoot());
        }
    }

    private List<String> othersOfThisBoot() {
        String boot = WORD + " boot " + bootId() + " ";
        List<String> others = new ArrayList<>();
        for (String line : lines()) {
            if (line.startsWith(boot) && !line.startsWith(here)) {
                others.add(line);
            }
        }
        return others;
    }

    private List<String> lines() {
        try {
            String text = new String(DurableFile.read(file, MOST_BYTES), StandardCharsets.UTF_8);
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
