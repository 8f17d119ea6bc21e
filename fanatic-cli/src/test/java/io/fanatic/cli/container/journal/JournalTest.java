package io.fanatic.cli.container.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.cli.command.CommandException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final String GOOD =
            "{\"version\":1,\"subject\":\"s\",\"fan\":\"f\",\"wrote\":\"sha256:" + "00".repeat(32) + "\"}";

    @TempDir
    Path directory;

    @Test
    void aNoteComesBackAsItWasWrittenAndGoesWithItsDirectory() {
        Path engines = directory.resolve("engines");
        Journal journal = Journal.of(engines, "docker-daemon");
        byte[] odd = {0, (byte) 0xff, '\n', '{'};
        Note note = new Note(
                "/etc/x",
                "fan-250 250.0.45.0/24",
                Optional.of(new Note.Previous(odd, "rw-------")),
                Note.checksum("new".getBytes(StandardCharsets.UTF_8)));
        assertThat(journal.read()).isEmpty();
        journal.write(note);
        Note back = Journal.of(engines, "docker-daemon").read().orElseThrow();
        assertThat(back.previous().orElseThrow().content()).isEqualTo(odd);
        assertThat(back.previous().orElseThrow().mode()).isEqualTo("rw-------");
        assertThat(back.subject()).isEqualTo("/etc/x");
        assertThat(back.wrote("new")).isTrue();
        assertThat(back.wrote("new ")).isFalse();
        Journal other = Journal.of(engines, "lxd-profile-fan-250");
        other.write(Note.ofNew("x", "y", "z"));
        journal.forget();
        assertThat(other.read()).isPresent();
        other.forget();
        other.forget();
        assertThat(engines).doesNotExist();
    }

    // TESTING.md F8
    @Test
    void aNoteThatCannotBeUnderstoodIsAnErrorAndStays() throws Exception {
        Path file = directory.resolve("n.json");
        Files.writeString(file, GOOD);
        assertThat(Journal.of(directory, "n").read()).isPresent();
        for (String bad : List.of(
                "",
                "{",
                "[]",
                GOOD.replace(":1", ":2"),
                GOOD.replace("\"subject\":\"s\",", ""),
                GOOD.replace("sha256:", "md5:"),
                GOOD.replace("00\"}", "\"}"),
                GOOD.replace("}", ",\"colour\":\"red\"}"),
                GOOD.replace("}", ",\"previous\":null}"),
                GOOD.replace("}", ",\"previous\":{\"mode\":\"rw-------\",\"content\":\"***\"}}"),
                GOOD.replace("}", ",\"previous\":{\"mode\":\"0600\",\"content\":\"\"}}"),
                GOOD.replace("}", ",\"previous\":{\"content\":\"\"}}"),
                GOOD.replace("}", ",\"previous\":{\"mode\":\"rw-------\",\"content\":\"\",\"owner\":0}}"),
                GOOD + GOOD,
                " ".repeat((4 << 20) + 1))) {
            Files.writeString(file, bad);
            refused(file);
            assertThat(Files.readString(file)).isEqualTo(bad);
        }
        Files.writeString(file, GOOD.replace("}", ",\"colour\":\"red\"}"));
        refused(file).withMessageContaining("it has a member \"colour\", which means nothing; it tells what was there");
        Files.write(file, GOOD.replace("\"s\"", "\"\u00e9\"").getBytes(StandardCharsets.ISO_8859_1));
        refused(file).withMessageContaining("it is not text");
    }

    // TESTING.md F8
    @Test
    void aNoteThatIsALinkOrAPipeOrSomebodyElsesIsRefusedAndStays() throws Exception {
        Path file = directory.resolve("n.json");
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), GOOD);

        Files.createSymbolicLink(file, elsewhere);
        refused(file).withMessageContaining("it is a symbolic link");
        assertThat(file).isSymbolicLink();
        Files.delete(file);

        Files.createLink(file, elsewhere);
        refused(file).withMessageContaining("it has another name elsewhere, a hard link");
        assertThat(elsewhere).hasContent(GOOD);
        Files.delete(file);

        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        refused(file).withMessageContaining("it is not a regular file");
        assertThat(file).exists();
        Files.delete(file);

        Files.createDirectory(file);
        refused(file).withMessageContaining("it is not a regular file");
        Files.delete(file);

        Files.writeString(file, GOOD);
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            Files.setAttribute(file, "unix:uid", 65534);
            refused(file).withMessageContaining("it belongs to user 65534");
        }
        assertThat(file).hasContent(GOOD);
    }

    private ThrowableAssertAlternative<CommandException> refused(Path file) {
        return assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> Journal.of(directory, "n").read())
                .satisfies(
                        e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1))
                .withMessageContaining(file.toString());
    }
}
