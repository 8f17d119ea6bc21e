package io.fanatic.cli.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of a test container. */
class PauseProgramTest {
    @Test
    void thePauseProgramRunsOnThisMachineUntilItIsKilled(@TempDir Path directory) throws Exception {
        Optional<byte[]> program = PauseProgram.forThisMachine();
        if (program.isEmpty()) {
            // Then the image's own sleep is used.
            assertThat(System.getProperty("os.arch")).isNotEqualTo("amd64");
            return;
        }
        File file = Files.write(directory.resolve("pause"), program.get()).toFile();
        assertThat(file.setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(file.getPath()).start();
        process.destroy();
        assertThat(process.waitFor()).as("ended by SIGTERM and by nothing else").isEqualTo(128 + 15);
    }
}
