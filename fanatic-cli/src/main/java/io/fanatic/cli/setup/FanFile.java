package io.fanatic.cli.setup;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.journal.Note;
import io.fanatic.core.DurableFile;
import io.fanatic.core.FanConfig;
import io.fanatic.core.FanEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * /etc/network/fan, edited so that it can be put back byte by byte. What it was before our first line is kept in a journal,
 * written before the file; when our last line goes, the file is what it was, and absent again if we made it. A person's
 * edits in between stay.
 */
public final class FanFile {
    /** The journal holds the file in base 64. */
    private static final int MAX_BYTES = 2 * FanConfig.MAX_BYTES;

    private final Path file;
    private final Path journalFile;

    /** @param stateDirectory where the journal is kept, such as /var/lib/fanatic */
    public FanFile(Path file, Path stateDirectory) {
        this.file = file;
        this.journalFile = stateDirectory.resolve("network-fan.json");
    }

    /**
     * What is remembered.
     *
     * @param before the content before our first edit, if there was a file and it can still be put back as it was
     * @param existed whether there was a file
     * @param directoryExisted whether there was its directory
     * @param wrote checksum of what we wrote last
     * @param replaces while that is being written, checksum of what is there until then
     */
    private record Journal(
            Optional<byte[]> before,
            boolean existed,
            boolean directoryExisted,
            String wrote,
            Optional<String> replaces) {

        /** When nothing is being written any more. */
        Journal done(String wrote) {
            return new Journal(before, existed, directoryExisted, wrote, Optional.empty());
        }
    }

    /** The file and the journal at a moment, for undoing. */
    record Saved(Optional<byte[]> content, Optional<byte[]> journal, boolean directoryExisted) {}

    public Path path() {
        return file;
    }

    /** What it says; a file that is not there says nothing. */
    public FanConfig read() {
        return Attempt.of("read " + file, () -> FanConfig.readIfExists(file));
    }

    /** Whether the line is there because we wrote it. */
    public boolean isOurs(FanEntry entry) {
        Optional<Journal> journal = journal();
        return journal.isPresent()
                && config(journal.get().before().orElse(new byte[0]))
                        .find(entry.overlay(), entry.underlay())
                        .isEmpty();
    }

    /** Takes one line away and puts another in its place; either may be absent. */
    void replace(Optional<FanEntry> old, Optional<FanEntry> now) {
        FanConfig before = read();
        FanConfig after = before;
        boolean sameFan = old.isPresent()
                && now.isPresent()
                && old.get().isFan(now.get().overlay(), now.get().underlay());
        if (old.isPresent() && !sameFan) {
            after = after.without(old.get().overlay(), old.get().underlay());
        }
        if (now.isPresent()) {
            after = after.with(now.get());
        }
        if (after.toString().equals(before.toString())) {
            return;
        }
        FanConfig edited = after;
        Attempt.to("write " + file, () -> write(before, edited, now.isEmpty()));
    }

    private void write(FanConfig before, FanConfig after, boolean removing) throws IOException {
        Optional<Journal> known = journal();
        if (known.isEmpty() && removing) {
            // A line that somebody else wrote.
            after.write(file);
            return;
        }
        Journal journal = known.orElseGet(this::first);
        boolean touched = known.isPresent() && !known.get().wrote().equals(checksum(before));
        FanConfig original = config(journal.before().orElse(new byte[0]));
        if (!touched
                && entries(after).equals(entries(original))
                && (journal.before().isPresent() || !journal.existed())) {
            putBack(journal);
            return;
        }
        if (touched && !journal.existed() && after.toString().isBlank()) {
            putBack(journal);
            return;
        }
        Optional<byte[]> exact = touched ? Optional.empty() : journal.before();
        Journal edit = new Journal(
                exact, journal.existed(), journal.directoryExisted(), checksum(after), Optional.of(checksum(before)));
        remember(edit);
        after.write(file);
        remember(edit.done(edit.wrote()));
    }

    private Journal first() {
        Saved now = save();
        return new Journal(now.content(), now.content().isPresent(), now.directoryExisted(), "", Optional.empty());
    }

    private void putBack(Journal journal) throws IOException {
        if (journal.existed()) {
            DurableFile.replace(file, ByteBuffer.wrap(journal.before().orElseThrow()));
        } else {
            Files.deleteIfExists(file);
            if (!journal.directoryExisted()) {
                DurableFile.deleteIfEmpty(directory());
            }
        }
        Files.deleteIfExists(journalFile);
    }

    private static List<FanEntry> entries(FanConfig config) {
        return config.lines().stream().map(FanConfig.Line::entry).toList();
    }

    private static FanConfig config(byte[] bytes) {
        return FanConfig.parse(FanConfig.DEFAULT_FILE, new String(bytes, StandardCharsets.UTF_8));
    }

    /** Whether there is a directory in which something of ours may be left. */
    boolean hasState() {
        return Files.isDirectory(stateDirectory());
    }

    private Path stateDirectory() {
        return Optional.ofNullable(journalFile.toAbsolutePath().getParent()).orElseThrow();
    }

    /**
     * Clears what runs that were killed have left: temporary files, the journal of an edit that was never made, or is taken back
     * already, and what a journal says of an edit that may have been made. The caller holds the lock under which the file is edited.
     */
    void sweep() {
        Attempt.to("clear what was left beside " + file, () -> {
            DurableFile.sweep(directory());
            DurableFile.sweep(stateDirectory());
            Optional<Journal> journal = journal();
            if (journal.isPresent() && isAsBefore(journal.get())) {
                if (!journal.get().directoryExisted()) {
                    DurableFile.deleteIfEmpty(directory());
                }
                Files.deleteIfExists(journalFile);
            } else if (journal.isPresent() && journal.get().replaces().isPresent()) {
                String there = checksum(read());
                boolean made = !there.equals(journal.get().replaces().get());
                remember(journal.get().done(made ? journal.get().wrote() : there));
            }
        });
    }

    private boolean isAsBefore(Journal journal) throws IOException {
        Optional<byte[]> now = bytes(file);
        if (now.isEmpty() || journal.before().isEmpty()) {
            return now.isEmpty() && !journal.existed();
        }
        return MessageDigest.isEqual(now.get(), journal.before().get());
    }

    Saved save() {
        return Attempt.of(
                "read " + file, () -> new Saved(bytes(file), bytes(journalFile), Files.isDirectory(directory())));
    }

    void restore(Saved saved) {
        Attempt.to("restore " + file, () -> {
            restore(file, saved.content());
            restore(journalFile, saved.journal());
            if (!saved.directoryExisted()) {
                DurableFile.deleteIfEmpty(directory());
            }
        });
    }

    private static void restore(Path path, Optional<byte[]> content) throws IOException {
        if (content.isEmpty()) {
            Files.deleteIfExists(path);
        } else if (!bytes(path)
                .map(now -> MessageDigest.isEqual(now, content.get()))
                .orElse(false)) {
            DurableFile.replace(path, ByteBuffer.wrap(content.get()));
        }
    }

    private static Optional<byte[]> bytes(Path path) throws IOException {
        try {
            return Optional.of(DurableFile.read(path, MAX_BYTES));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private Path directory() {
        return Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
    }

    private Optional<Journal> journal() {
        Optional<byte[]> bytes =
                Attempt.of("read the journal " + journalFile + " of " + file, () -> bytes(journalFile));
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonObject json = JsonParser.parseString(new String(bytes.get(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            Optional<byte[]> before = json.has("before")
                    ? Optional.of(Base64.getDecoder().decode(json.get("before").getAsString()))
                    : Optional.empty();
            return Optional.of(new Journal(
                    before,
                    json.get("existed").getAsBoolean(),
                    json.get("directoryExisted").getAsBoolean(),
                    json.get("wrote").getAsString(),
                    Optional.ofNullable(json.get("replaces")).map(JsonElement::getAsString)));
        } catch (RuntimeException damaged) {
            // Whatever Gson, Base64 and what is missing throw.
            throw CommandException.failed(
                    journalFile + " is damaged; remove it, and the lines of " + file + " that are not wanted");
        }
    }

    private void remember(Journal journal) {
        JsonObject json = new JsonObject();
        json.addProperty("file", file.toString());
        json.addProperty("existed", journal.existed());
        json.addProperty("directoryExisted", journal.directoryExisted());
        journal.before()
                .ifPresent(
                        bytes -> json.addProperty("before", Base64.getEncoder().encodeToString(bytes)));
        json.addProperty("wrote", journal.wrote());
        journal.replaces().ifPresent(checksum -> json.addProperty("replaces", checksum));
        Attempt.write(journalFile, json + "\n");
    }

    private static String checksum(FanConfig config) {
        return Note.sha256(config.toString().getBytes(StandardCharsets.UTF_8));
    }
}
