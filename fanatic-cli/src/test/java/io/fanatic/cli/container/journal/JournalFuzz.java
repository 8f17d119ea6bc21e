package io.fanatic.cli.container.journal;

import io.fanatic.cli.command.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Any bytes as the note about a change; one that reads is written and read the same. Documented: {@link CommandException}. */
public final class JournalFuzz {
    private static final Path DIRECTORY = directory();

    private JournalFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Journal journal = Journal.of(DIRECTORY, "note");
        Files.write(journal.file(), data);
        Optional<Note> note;
        try {
            note = journal.read();
        } catch (CommandException documented) {
            return;
        }
        String first = describe(note.orElseThrow());
        journal.write(note.get());
        String second = describe(journal.read().orElseThrow());
        if (!first.equals(second)) {
            throw new AssertionError(first + " reads back as " + second);
        }
    }

    private static String describe(Note note) {
        return note.subject() + "|" + note.fan() + "|" + note.wrote() + "|"
                + note.previous()
                        .map(before -> before.mode() + java.util.Arrays.toString(before.content()))
                        .orElse("nothing");
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("fanatic-note");
            directory.toFile().deleteOnExit();
            directory.resolve("note.json").toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
