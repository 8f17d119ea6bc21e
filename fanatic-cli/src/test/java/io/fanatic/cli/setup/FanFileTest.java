package io.fanatic.cli.setup;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.core.FanEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanFileTest {
    private static final String ORIGINAL = "# ours is below\n251.0.0.0/8   10.0.0.45/16";
    private static final FanEntry FIRST = FanEntry.parse("250.0.0.0/8 10.0.0.45/16");
    private static final FanEntry SECOND = FanEntry.parse("250.0.0.0/8 10.0.0.45/16 names");

    @TempDir
    Path directory;

    private Path path;
    private Path journal;
    private FanFile file;

    @BeforeEach
    void oneEdit() throws IOException {
        path = Files.writeString(directory.resolve("fan"), ORIGINAL);
        Path state = Files.createDirectory(directory.resolve("state"));
        journal = state.resolve("network-fan.json");
        file = new FanFile(path, state);
        file.replace(Optional.empty(), Optional.of(FIRST));
    }

    @Test
    void whatIsTakenBackIsTheFileOfBefore() throws IOException {
        file.replace(Optional.of(FIRST), Optional.of(SECOND));
        file.replace(Optional.of(SECOND), Optional.empty());

        assertThat(path).hasContent(ORIGINAL);
        assertThat(journal).doesNotExist();
    }

    /** Killed between the journal and the file: the line is still the first one. */
    @Test
    void anEditThatWasNotMadeIsForgotten() throws Exception {
        byte[] first = Files.readAllBytes(path);
        String settled = Files.readString(journal);
        file.replace(Optional.of(FIRST), Optional.of(SECOND));
        Files.write(path, first);
        beginEdit(first);

        file.sweep();
        assertThat(journal).hasContent(settled);
        file.replace(Optional.of(FIRST), Optional.empty());

        assertThat(path).hasContent(ORIGINAL);
        assertThat(journal).doesNotExist();
    }

    /** Killed between the file and the journal. */
    @Test
    void anEditThatWasMadeIsRemembered() throws Exception {
        byte[] first = Files.readAllBytes(path);
        file.replace(Optional.of(FIRST), Optional.of(SECOND));
        String settled = Files.readString(journal);
        beginEdit(first);

        file.sweep();
        assertThat(journal).hasContent(settled);
        file.replace(Optional.of(SECOND), Optional.empty());

        assertThat(path).hasContent(ORIGINAL);
        assertThat(journal).doesNotExist();
    }

    /** What the journal says from before the file is written until after it. */
    private void beginEdit(byte[] replaces) throws IOException, NoSuchAlgorithmException {
        JsonObject json = JsonParser.parseString(Files.readString(journal)).getAsJsonObject();
        json.addProperty(
                "replaces",
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(replaces)));
        Files.write(journal, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
