package io.fanatic.cli.container.journal;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.fanatic.cli.command.Attempt;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The note about one change, in a file of its own:
 *
 * <pre>
 *   {"version": 1, "subject": "/etc/docker/daemon.json", "fan": "fan-250 250.0.45.0/24 250.0.0.0/8 10.0.0.45/16",
 *    "previous": {"mode": "rw-r--r--", "content": "e30K"}, "wrote": "sha256:4f8e..."}
 * </pre>
 *
 * <p>A note that cannot be understood is an error and never thrown away: it may be all that remains of somebody's settings.
 */
public final class Journal {

    /** Where the notes are, on a real host. */
    public static final Path DIRECTORY = Path.of("/var/lib/fanatic/engines");

    private static final Path SELF = Path.of("/proc/self");
    private static final Pattern CHECKSUM = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 4 << 20;

    private final Path file;

    private Journal(Path file) {
        this.file = file;
    }

    /** @param name such as {@code docker-network-fan-250}; letters, digits, dots and dashes */
    public static Journal of(Path directory, String name) {
        return new Journal(directory.resolve(name + ".json"));
    }

    public Path file() {
        return file;
    }

    private Path directory() {
        return Optional.ofNullable(file.getParent()).orElseThrow();
    }

    /** Whether there is a note, readable or not. */
    public boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** All of a directory whose names begin so. */
    public static List<Journal> all(Path directory, String prefix) {
        List<Journal> journals = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, prefix + "*.json")) {
            files.forEach(file -> journals.add(new Journal(file)));
        } catch (IOException none) {
            return List.of();
        }
        return journals;
    }

    /** The note, if there is one. @throws CommandException when it cannot be understood */
    public Optional<Note> read() {
        String text;
        try {
            requireOurs();
            ByteBuffer bytes = ByteBuffer.wrap(DurableFile.read(file, MAX_BYTES));
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(DurableFile.reason(e));
        }
        Json json = Json.parse("the journal " + file, text);
        if (json.number("version").orElse(0) != VERSION) {
            throw unreadable("it has another version than " + VERSION);
        }
        requireKnown(json, "version", "subject", "fan", "previous", "wrote", "data");
        Optional<Note.Previous> previous = Optional.empty();
        if (json.names().contains("previous")) {
            previous = Optional.of(previous(json.at("previous")));
        }
        String wrote = json.text("wrote");
        if (!CHECKSUM.matcher(wrote).matches()) {
            throw unreadable("it has no checksum");
        }
        Optional<String> data = json.names().contains("data") ? Optional.of(json.text("data")) : Optional.empty();
        return Optional.of(new Note(json.text("subject"), json.text("fan"), previous, wrote, data));
    }

    /** What is in a note becomes somebody's settings: nobody else may slip one in. */
    private void requireOurs() throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,nlink", LinkOption.NOFOLLOW_LINKS);
        Object owner = attributes.get("uid");
        if (Files.isSymbolicLink(file)) {
            throw new IOException("it is a symbolic link");
        }
        if (!Integer.valueOf(1).equals(attributes.get("nlink")) && Files.isRegularFile(file)) {
            throw new IOException("it has another name elsewhere, a hard link");
        }
        if (!Integer.valueOf(0).equals(owner)
                && !Files.getAttribute(SELF, "unix:uid").equals(owner)) {
            throw new IOException("it belongs to user " + owner);
        }
    }

    /** What a later version writes has a later number; the rest is a mistake, or somebody's doing. */
    private void requireKnown(Json json, String... names) {
        for (String name : json.names()) {
            if (!List.of(names).contains(name)) {
                throw unreadable("it has a member " + new JsonPrimitive(name) + ", which means nothing");
            }
        }
    }

    private Note.Previous previous(Json json) {
        requireKnown(json, "mode", "content");
        String mode = json.text("mode");
        try {
            PosixFilePermissions.fromString(mode);
        } catch (IllegalArgumentException e) {
            throw unreadable("the mode of before is damaged");
        }
        return new Note.Previous(content(json.text("content")), mode);
    }

    private byte[] content(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw unreadable("the content of before is damaged");
        }
    }

    /** Writes a note down; it is on disk when this returns. */
    public void write(Note note) {
        JsonObject json = JsonValues.object("version", VERSION, "subject", note.subject(), "fan", note.fan());
        note.previous().ifPresent(before -> {
            String content = Base64.getEncoder().encodeToString(before.content());
            json.add("previous", JsonValues.object("mode", before.mode(), "content", content));
        });
        json.addProperty("wrote", note.wrote());
        note.data().ifPresent(data -> json.addProperty("data", data));
        try {
            DurableFile.replace(file, ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            try {
                DurableFile.deleteIfEmpty(directory());
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            throw CommandException.failed(
                    "cannot write the journal " + file + ", so nothing is changed: " + DurableFile.reason(e));
        }
    }

    /** The change is undone: the note goes, and the directory with the last one. */
    public void forget() {
        Attempt.to("delete the journal " + file, () -> {
            Files.deleteIfExists(file);
            DurableFile.deleteIfEmpty(directory());
        });
    }

    /** Clears temporary files of runs that were killed, and the directory when nothing else is in it. */
    public static void sweep(Path directory) {
        Attempt.to("clear " + directory, () -> {
            DurableFile.sweep(directory);
            DurableFile.deleteIfEmpty(directory);
        });
    }

    private CommandException unreadable(String why) {
        return CommandException.failed("the journal " + file + " cannot be read: " + why
                + "; it tells what was there before fanatic, so look at it before you move it away");
    }
}
