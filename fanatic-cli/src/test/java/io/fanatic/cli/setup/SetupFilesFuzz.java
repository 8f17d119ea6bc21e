package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.core.FanEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Any bytes as the pending change and as the memory of /etc/network/fan. Documented: {@link CommandException}. */
public final class SetupFilesFuzz {
    private static final FanEntry FAN = FanEntry.parse(List.of("250.0.0.0/8", "10.0.0.0/16"));
    private static final Path DIRECTORY = directory();
    private static final Host HOST = new MemoryHost(DIRECTORY, "10.0.0.45/16").host();

    private SetupFilesFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        Path pending = HOST.runDirectory().resolve("confirm.json");
        Files.createDirectories(HOST.runDirectory());
        Files.write(pending, data);
        try {
            Confirmation.on(HOST).pending().orElseThrow().transition(HOST);
        } catch (CommandException documented) {
            // Not what we wrote.
        } finally {
            Files.delete(pending);
        }
        Path state = DIRECTORY.resolve("state");
        Files.createDirectories(state);
        Files.write(state.resolve("network-fan.json"), data);
        try {
            new FanFile(DIRECTORY.resolve("fan"), state).isOurs(FAN);
        } catch (CommandException documented) {
            // Damaged.
        }
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("fanatic-setup");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException gone) {
            // Then it is.
        }
    }
}
