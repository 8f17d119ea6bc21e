package io.fanatic.netlink.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.FanException;
import io.fanatic.core.FanException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLockTest {
    private static final int HOLDS = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void whoGivesUpWaitingDoesNotFreeTheLockForOtherProcesses() throws Exception {
        Path file = directory.resolve("lock");
        try (HostLock held = HostLock.take(directory, Duration.ZERO)) {
            assertThat(Files.getPosixFilePermissions(file))
                    .as("who may read it may share it, and keep changes out")
                    .containsOnly(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            assertThatThrownBy(() -> HostLock.take(directory, Duration.ZERO))
                    .isInstanceOfSatisfying(
                            FanException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE))
                    .hasMessageContaining(
                            file + ": process " + ProcessHandle.current().pid() + ";");

            assertThat(output(process("1", "1")))
                    .as("another process tries once")
                    .contains("0 holds, 0 overlaps");
            assertThat(held).isNotNull();
        }
        assertThat(output(process("1", "1"))).contains("1 holds, 0 overlaps");
    }

    // TESTING.md F3
    @Test
    void threadsOfTwoProcessesNeverHoldItTogether() throws Exception {
        List<Process> processes = List.of(process("4", Integer.toString(HOLDS)), process("4", Integer.toString(HOLDS)));

        for (Process process : processes) {
            assertThat(output(process)).contains(4 * HOLDS + " holds, 0 overlaps");
        }
        System.out.println("number: holds of one lock by threads of two processes: " + 8 * HOLDS);
    }

    @Test
    void whatIsClosedTwiceClosesNothingElse() {
        HostLock first = HostLock.take(directory, Duration.ZERO);
        first.close();
        try (HostLock second = HostLock.take(directory, Duration.ZERO)) {
            first.close();
            assertThatThrownBy(() -> HostLock.take(directory, Duration.ZERO)).hasMessageContaining("holds the lock");
            assertThat(second).isNotNull();
        }
    }

    @Test
    void readersShareItAndKeepNoChangeOut() throws Exception {
        HostLock.take(directory, Duration.ZERO).close();
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch changed = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Boolean>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(threads.submit(() -> HostLock.reading(directory, TIMEOUT, () -> {
                both.countDown();
                return await(both);
            })));
        }
        for (Future<Boolean> reader : readers) {
            assertThat(reader.get()).as("both at once").isTrue();
        }
        // Somebody reads at every moment until the change is made.
        CountDownLatch first = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            readers.add(threads.submit(() -> {
                while (changed.getCount() > 0) {
                    HostLock.reading(directory, TIMEOUT, () -> {
                        first.countDown();
                        return pause();
                    });
                }
                return true;
            }));
        }
        assertThat(await(first)).isTrue();
        HostLock.take(directory, TIMEOUT).close();
        changed.countDown();
        for (Future<Boolean> reader : readers) {
            assertThat(reader.get()).isTrue();
        }
        threads.shutdown();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A reading that takes its time. */
    private static boolean pause() {
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        return true;
    }

    @Test
    void whereNoRunEverWasReadingLeavesNothing() {
        assertThat(HostLock.reading(directory, Duration.ZERO, () -> "read")).isEqualTo("read");
        assertThat(directory).isEmptyDirectory();

        List<String> readings = new ArrayList<>();
        assertThat(HostLock.reading(directory, Duration.ZERO, () -> {
                    if (readings.isEmpty()) {
                        HostLock.take(directory, Duration.ZERO).close();
                    }
                    readings.add("again");
                    return readings.size();
                }))
                .as("once more, as the first run of all came in between")
                .isEqualTo(2);
    }

    private Process process(String threads, String holds) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolders.class.getName(),
                directory.toString(),
                threads,
                holds));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
