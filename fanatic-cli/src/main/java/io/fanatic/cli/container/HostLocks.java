package io.fanatic.cli.container;

import io.fanatic.netlink.engine.HostLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** Changes to engines, one run at a time; the lock is the one under which fans are changed. */
public final class HostLocks {
    private static final Path RUN = Path.of("/run/fanatic");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private HostLocks() {}

    public static <T> T run(Supplier<T> work) {
        try (HostLock lock = HostLock.take(RUN, TIMEOUT)) {
            return work.get();
        }
    }
}
