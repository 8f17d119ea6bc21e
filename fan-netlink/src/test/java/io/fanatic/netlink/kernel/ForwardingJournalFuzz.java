package io.fanatic.netlink.kernel;

import io.fanatic.core.IpFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Any bytes where the journal should be: what it says can be told, a note can be added, and it goes again. A first byte @ stands for the beginning of a line about this boot and
 * this namespace, which a fuzzer could not guess.
 */
public final class ForwardingJournalFuzz {
    private static final Path DIRECTORY = directory();
    private static final Path FILE = DIRECTORY.resolve("journal");
    private static final ForwardingJournal JOURNAL = new ForwardingJournal(DIRECTORY, IpFamily.IPV4);
    private static final ForwardingJournal.Note NOTE = new ForwardingJournal.Note(List.of("eth1"), List.of("virbr0"));
    private static final Map<Integer, String> DEVICES = Map.of(2, "eth0.100");
    private static final byte[] HERE = here();

    private ForwardingJournalFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Files.write(FILE, data.length > 0 && data[0] == '@' ? concat(HERE, data) : data);
        Optional<ForwardingJournal.Note> before = JOURNAL.everywhere();
        JOURNAL.everywhere(NOTE);
        JOURNAL.switched(DEVICES);
        Optional<ForwardingJournal.Note> after = JOURNAL.everywhere();
        if (!after.equals(before.isPresent() ? before : Optional.of(NOTE))) {
            throw new AssertionError("the older note must stay: " + before + " became " + after);
        }
        if (!JOURNAL.switched().equals(Optional.of(List.of(2)))) {
            throw new AssertionError("not what was noted: " + JOURNAL.switched());
        }
        for (String device : after.orElseThrow().devices()) {
            if (device.contains("/") || device.equals("..")) {
                throw new AssertionError("not a device: " + device);
            }
        }
        JOURNAL.forgetEverywhere();
        JOURNAL.forgetSwitched();
        if (JOURNAL.everywhere().isPresent() || JOURNAL.switched().isPresent()) {
            throw new AssertionError("still there: " + JOURNAL.everywhere() + JOURNAL.switched());
        }
    }

    private static byte[] concat(byte[] first, byte[] data) {
        byte[] all = new byte[first.length + data.length - 1];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(data, 1, all, first.length, data.length - 1);
        return all;
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("fanatic-journal");
            directory.toFile().deleteOnExit();
            directory.resolve("journal").toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a line about this boot and namespace begins: what the journal itself writes. */
    private static byte[] here() {
        try {
            JOURNAL.everywhere(new ForwardingJournal.Note(List.of(), List.of()));
            byte[] line = Files.readAllBytes(FILE);
            byte[] start = new byte[line.length - " beside \n".length()];
            System.arraycopy(line, 0, start, 0, start.length);
            return start;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
