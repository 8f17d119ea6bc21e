package io.fanatic.netlink.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** When this machine was started, by which the kernel tells times. */
final class Uptime {
    private static final Path FILE = Path.of("/proc/uptime");

    private Uptime() {}

    /** Exact to 10 ms; another clock of the host, set meanwhile, moves it. */
    static Instant start() {
        try {
            return Instant.now().minus(parse(Files.readString(FILE)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE, e);
        }
    }

    /** Of {@code 4711.23 9000.00}: the first word, seconds with two decimals. */
    static Duration parse(String text) {
        String seconds = text.substring(0, text.indexOf(' '));
        int point = seconds.indexOf('.');
        return Duration.ofSeconds(Long.parseLong(seconds.substring(0, point)))
                .plusMillis(10 * Long.parseLong(seconds.substring(point + 1)));
    }
}
