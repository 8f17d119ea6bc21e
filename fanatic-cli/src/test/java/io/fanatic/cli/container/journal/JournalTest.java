package io.fanatic.cli.container.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.cli.command.CommandException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
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

    @Test
    void aNoteThatCannotBeUnderstoodIsAnErrorAndStays() throws Exception {
        Path file = directory.resolve("n.json");
        String good = "{\"version\":1,\"subject\":\"s\",\"fan\":\"f\",\"wrote\":\"sha256:00\"}";
        Files.writeString(file, good);
        assertThat(Journal.of(directory, "n").read()).isPresent();
        for (String bad : List.of(
                "",
                "{",
                "[]",
                good.replace(":1", ":2"),
                good.replace("\"subject\":\"s\",", ""),
                good.replace("sha256:00", "md5:00"),
                good.replace("}", ",\"previous\":{\"mode\":\"rw-------\",\"content\":\"***\"}}"),
                good.replace("}", ",\"previous\":{\"content\":\"\"}}"),
                good + good,
                " ".repeat((4 << 20) + 1))) {
            Files.writeString(file, bad);
            assertThatExceptionOfType(CommandException.class)
                    .as(bad.strip())
                    .isThrownBy(() -> Journal.of(directory, "n").read())
                    .satisfies(e ->
                            assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1))
                    .withMessageContaining(file.toString());
            assertThat(Files.readString(file)).isEqualTo(bad);
        }
    }
}
