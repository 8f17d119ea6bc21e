package io.fanatic.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanConfigFileTest {

    @TempDir
    Path directory;

    private static final FanEntry ENTRY = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.45/16", "dhcp"));

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("fan"), content);
    }

    private List<String> namesInDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFileReadChangedAndWrittenReadsBack() throws IOException {
        Path file = file("# fans\n");
        FanConfig.read(file).with(ENTRY).write(file);
        assertThat(file).hasContent("# fans\n250.0.0.0/8 10.0.0.45/16 dhcp\n");
        assertThat(FanConfig.read(file).lines()).containsExactly(new FanConfig.Line(2, ENTRY));
        assertThat(namesInDirectory()).containsExactly("fan");
    }

    @Test
    void messagesNameTheFileThatWasRead() throws IOException {
        Path file = file("foo\n");
        assertThat(FanConfig.read(file).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasMessageStartingWith(file + ":1: \"foo\""));
    }

    @Test
    void aMissingFileIsAnErrorOrAHostWithoutFans() throws IOException {
        Path missing = directory.resolve("none");
        assertThatThrownBy(() -> FanConfig.read(missing)).isInstanceOf(NoSuchFileException.class);
        assertThat(FanConfig.readIfExists(missing)).hasToString("");
        assertThatThrownBy(() -> FanConfig.readIfExists(directory)).isInstanceOf(IOException.class);
    }

    @Test
    void aNewFileIsReadableByAllAndItsDirectoryIsMade() throws IOException {
        Path file = directory.resolve("etc/network/fan");
        FanConfig.empty().with(ENTRY).write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void theModeStays() throws IOException {
        Path file = file("");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rwx"));
        FanConfig.empty().with(ENTRY).write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-rwx");
    }

    @Test
    void ownerAndGroupStay() throws IOException {
        Path file = file("");
        assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root can give a file away");
        Files.setAttribute(file, "unix:uid", 12345);
        Files.setAttribute(file, "unix:gid", 54321);
        FanConfig.empty().with(ENTRY).write(file);
        assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12345);
        assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(54321);
    }

    @Test
    void aSymbolicLinkStaysAndItsTargetIsReplaced() throws IOException {
        Path target = Files.writeString(
                Files.createDirectory(directory.resolve("store")).resolve("real"), "");
        Path link = Files.createSymbolicLink(directory.resolve("fan"), Path.of("store/real"));
        FanConfig.empty().with(ENTRY).write(link);
        assertThat(link).isSymbolicLink();
        assertThat(target).hasContent("250.0.0.0/8 10.0.0.45/16 dhcp\n");
    }

    @Test
    void aLoopOfSymbolicLinksIsNamed() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("fan"), Path.of("fan"));
        assertThatThrownBy(() -> FanConfig.empty().write(link)).hasMessage(link + " is a loop of symbolic links");
    }

    @Test
    void bytesThatAreNotUtf8AreWrittenBackAsTheyWere() throws IOException {
        Path file = directory.resolve("fan");
        byte[] latin1 = "# caf\u00e9\n250.0.0.0/8 eth0/16\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, latin1);
        FanConfig config = FanConfig.read(file);
        assertThat(config.problems()).isEmpty();
        config.write(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(latin1);
    }

    @Test
    void aNameThatTheFilesEncodingLacksIsRefusedAndTheFileStays() throws IOException {
        Path file = directory.resolve("fan");
        byte[] latin1 = "# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, latin1);
        FanConfig config = FanConfig.read(file)
                .with(new FanEntry(ENTRY.overlay(), ENTRY.underlay(), FanOptions.DEFAULT.withBridge("\u0431\u0440")));
        assertThatThrownBy(() -> config.write(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is encoded in ISO-8859-1, which lacks a character of an entry");
        assertThat(Files.readAllBytes(file)).isEqualTo(latin1);
    }

    @Test
    void aWriteThatFailsLeavesNothingBehind() throws IOException {
        Path file = Files.createDirectory(directory.resolve("fan"));
        assertThatThrownBy(() -> DurableFile.replace(file, ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is not a regular file");
        assertThat(namesInDirectory()).containsExactly("fan");
        assertThat(file).isEmptyDirectory();
    }
}
