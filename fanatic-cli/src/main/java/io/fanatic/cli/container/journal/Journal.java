package io.fanatic.cli.container.journal;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/**
 * The note about one change, in a file of its own:
 *
 * <pre>
 *   {"version": 1, "subject": "/etc/docker/daemon.json", "fan": "fan-250 250.0.45.0/24",
 *    "previous": {"mode": "rw-r--r--", "content": "e30K"}, "wrote": "sha256:4f8e..."}
 * </pre>
 *
 * <p>A note that cannot be understood is an error and never thrown away: it may be all that remains of somebody's settings.
 */
public final class Journal {

    /** Where the notes are, on a real host. */
    public static final Path DIRECTORY = Path.of("/var/lib/fanatic/engines");

    private static final int VERSION = 1;
    private static final int MOST_BYTES = 4 << 20;

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

    /** The note, if there is one. @throws CommandException when it cannot be understood */
    public Optional<Note> read() {
        String text;
        try {
            text = new String(DurableFile.read(file, MOST_BYTES), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(DurableFile.reason(e));
        }
        Json json = Json.parse("the journal " + file, text);
        if (json.number("version").orElse(0) != VERSION) {
            throw unreadable("it has another version than " + VERSION);
        }
        Optional<Note.Previous> previous = Optional.empty();
        if (!json.at("previous").isAbsent()) {
            previous = Optional.of(new Note.Previous(
                    content(json.at("previous").text("content")),
                    json.at("previous").text("mode")));
        }
        String wrote = json.text("wrote");
        if (!wrote.startsWith("sha256:")) {
            throw unreadable("it has no checksum");
        }
        return Optional.of(new Note(json.text("subject"), json.text("fan"), previous, wrote));
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
        JsonObject json = new JsonObject();
        json.addProperty("version", VERSION);
        json.addProperty("subject", note.subject());
        json.addProperty("fan", note.fan());
        note.previous().ifPresent(before -> {
            JsonObject previous = new JsonObject();
            previous.addProperty("mode", before.mode());
            previous.addProperty("content", Base64.getEncoder().encodeToString(before.content()));
            json.add("previous", previous);
        });
        json.addProperty("wrote", note.wrote());
        try {
            DurableFile.replace(file, ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "cannot write the journal " + file + ", so nothing is changed: " + DurableFile.reason(e));
        }
    }

    /** The change is undone: the note goes, and the directory with the last one. */
    public void forget() {
        try {
            Files.deleteIfExists(file);
            Path directory = file.getParent();
            if (directory != null && Files.isDirectory(directory)) {
                try (var others = Files.newDirectoryStream(directory)) {
                    if (!others.iterator().hasNext()) {
                        Files.deleteIfExists(directory);
                    }
                }
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "cannot delete the journal " + file + ": " + DurableFile.reason(e));
        }
    }

    private CommandException unreadable(String why) {
        return new CommandException(
                ExitCode.FAILED,
                "the journal " + file + " cannot be read: " + why
                        + "; it tells what was there before fanatic, so look at it before you move it away");
    }
}
