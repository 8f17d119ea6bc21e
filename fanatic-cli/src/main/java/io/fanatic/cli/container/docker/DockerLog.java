package io.fanatic.cli.container.docker;

import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a Docker said that does not run any more. */
final class DockerLog {
    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Path SCRIPT_LOG = Path.of("/var/log/docker.log");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** Of a network or container, of which Docker itself mostly shows the first twelve digits. */
    private static final Pattern NUMBER = Pattern.compile("\\b([0-9a-f]{12})[0-9a-f]{52}\\b");

    private static final int MAX_BYTES = 64 << 10;

    private DockerLog() {}

    /** Its last words, where the log of the one that was started by systemd or the init script can be read. */
    static Optional<String> lastWords() {
        return Files.isDirectory(SYSTEMD) ? ofUnit("docker.service") : ofFile(SCRIPT_LOG);
    }

    /** The last words of one that ran. */
    static Optional<String> lastWords(DockerDaemon daemon) {
        if (daemon.unit().isPresent()) {
            return ofUnit(daemon.unit().get());
        }
        return ofFile(daemon.output()).or(() -> ofFile(SCRIPT_LOG));
    }

    private static Optional<String> ofUnit(String unit) {
        Optional<Path> program = Spawn.find("journalctl");
        if (program.isEmpty()) {
            return Optional.empty();
        }
        List<String> command =
                List.of(program.get().toString(), "-u", unit, "-n", "100", "-o", "cat", "--no-pager", "--quiet");
        try {
            Spawn.Output output = Spawn.capture(command, TIMEOUT);
            return output.status() == 0 ? of(output.text()) : Optional.empty();
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> ofFile(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(Math.max(0, log.length() - MAX_BYTES));
            byte[] end = new byte[(int) Math.min(log.length(), MAX_BYTES)];
            log.readFully(end);
            return of(new String(end, StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** What it ended with; not what it said about itself before, nor systemd about it afterwards. */
    static Optional<String> of(String log) {
        return log.lines()
                .filter(line -> line.contains("failed to start daemon")
                        || line.contains("level=fatal")
                        || line.contains("unable to configure the Docker daemon"))
                .reduce((earlier, later) -> later)
                .map(line -> HttpAnswer.oneLine(NUMBER.matcher(line).replaceAll("$1")));
    }
}
