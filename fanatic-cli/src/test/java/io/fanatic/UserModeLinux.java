package io.fanatic;

import io.fanatic.harness.lab.ExecResult;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A kernel of its own for a command: user-mode Linux, by scripts/in-uml, which says what the guest sees. Needs root.
 *
 * @param memory the guest's, such as 1G
 * @param timeout after which the guest is ended
 * @param shared directories in which the command may write the machine's own files
 * @param disk keeps what the guest writes, for a guest that boots with it again; made when there is none
 * @param tap a device of the caller's network namespace whose other end is the guest's eth0
 * @param init the command takes the place of process 1
 */
public record UserModeLinux(
        String memory, Duration timeout, List<Path> shared, Optional<Path> disk, Optional<String> tap, boolean init) {
    static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath().normalize();

    private static final Path SCRIPT = SCRIPTS.resolve("in-uml");

    public UserModeLinux {
        shared = List.copyOf(shared);
    }

    public static UserModeLinux withMemory(String memory) {
        return new UserModeLinux(memory, Duration.ofMinutes(3), List.of(), Optional.empty(), Optional.empty(), false);
    }

    public UserModeLinux within(Duration timeout) {
        return new UserModeLinux(memory, timeout, shared, disk, tap, init);
    }

    public UserModeLinux sharing(Path... directories) {
        return new UserModeLinux(memory, timeout, List.of(directories), disk, tap, init);
    }

    public UserModeLinux withDisk(Path disk) {
        return new UserModeLinux(memory, timeout, shared, Optional.of(disk), tap, init);
    }

    public UserModeLinux withInterface(String tap) {
        return new UserModeLinux(memory, timeout, shared, disk, Optional.of(tap), init);
    }

    public UserModeLinux asInit() {
        return new UserModeLinux(memory, timeout, shared, disk, tap, true);
    }

    /** The words that boot it and run a command there. */
    public List<String> command(String... command) {
        List<String> words =
                new ArrayList<>(List.of(SCRIPT.toString(), "-m", memory, "-t", Long.toString(timeout.toSeconds())));
        shared.forEach(directory -> words.addAll(List.of("-o", directory.toString())));
        disk.ifPresent(image -> words.addAll(List.of("-d", image.toString())));
        tap.ifPresent(device -> words.addAll(List.of("-n", device)));
        if (init) {
            words.add("-i");
        }
        words.add("--");
        words.addAll(List.of(command));
        return words;
    }

    /** Boots, runs the command and waits; standard error goes where standard output goes. Exit code 125: there was no guest. */
    public ExecResult run(String... command) {
        List<String> words = command(command);
        try {
            Process process = new ProcessBuilder(words)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .start();
            try (InputStream output = process.getInputStream()) {
                String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                return new ExecResult(words, process.waitFor(), text);
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + SCRIPT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a guest runs", e);
        }
    }
}
