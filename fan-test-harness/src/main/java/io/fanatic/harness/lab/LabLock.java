package io.fanatic.harness.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;

/** One process and one thread at a time makes or takes away labs; the others wait. */
final class LabLock {

    /** Stays, as lock files do: to delete one while another process waits for it would let two in. */
    private static final Path FILE = Path.of("/run/lock/fanatic-lab");

    private LabLock() {}

    /** Does the work while holding the lock of all labs on this machine. */
    static <T> T holding(Supplier<T> work) {
        // A file lock is the whole process's; its threads need something else between them.
        synchronized (LabLock.class) {
            try (FileChannel file = open()) {
                file.lock();
                return work.get();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot lock " + FILE + ": " + e.getMessage(), e);
            }
        }
    }

    private static FileChannel open() throws IOException {
        Files.createDirectories(FILE.getParent());
        return FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
