package io.fanatic.netlink.engine;

import io.fanatic.core.FanException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process whose threads take a lock again and again, each giving up a few times in between, and count how often somebody
 * else held it, too.
 */
final class LockHolders {
    private LockHolders() {}

    /** @param words the directory, how many threads, how many holds of each; one hold is tried once and may fail */
    public static void main(String... words) throws Exception {
        Path directory = Path.of(words[0]);
        Path held = directory.resolve("held");
        int holds = Integer.parseInt(words[2]);
        AtomicInteger done = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(words[1]));
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(words[1]); i++) {
            all.add(threads.submit(() -> {
                for (int own = 0; own < holds; ) {
                    if (hold(directory, held, overlaps)) {
                        own++;
                        done.incrementAndGet();
                    } else if (holds == 1) {
                        break;
                    }
                }
                return true;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        threads.shutdown();
        System.out.println(done + " holds, " + overlaps + " overlaps");
    }

    private static boolean hold(Path directory, Path held, AtomicInteger overlaps) throws IOException {
        try (HostLock lock = HostLock.take(directory, Duration.ZERO)) {
            try {
                Files.createFile(held);
            } catch (FileAlreadyExistsException somebodyElses) {
                overlaps.incrementAndGet();
            }
            Files.deleteIfExists(held);
            return lock != null;
        } catch (FanException busy) {
            if (busy.reason() != FanException.Reason.IN_USE) {
                throw busy;
            }
            Thread.yield();
            return false;
        }
    }
}
