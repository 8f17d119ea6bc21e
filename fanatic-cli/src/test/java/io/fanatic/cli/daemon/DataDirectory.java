package io.fanatic.cli.daemon;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a daemon keeps its data: a directory of the machine's, since the host's own files are an overlay, on which
 * containers' overlays do not stack. What was mounted in it goes first.
 *
 * @param path the directory
 * @param host whose mounts may be in it
 */
record DataDirectory(Path path, LabHost host) implements AutoCloseable {
    private static final int MNT_DETACH = 2;

    static DataDirectory create(String what, LabHost host) {
        try {
            return new DataDirectory(Files.createTempDirectory("fanatic-" + what + "-" + host.name() + "-"), host);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for " + what, e);
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** As {@link #close}, after unmounting what is mounted on or below another directory of the host. */
    void closeWithMountsOn(Path directory) {
        if (host.namespace().exists()) {
            host.namespace().run(() -> unmount(directory));
        }
        close();
    }

    /** Unmounts what is mounted below, in the host and on the machine, then deletes it all. */
    @Override
    public void close() {
        if (host.namespace().exists()) {
            host.namespace().run(() -> unmount(path));
        }
        unmount(path);
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException gone) {
            // Closed twice.
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }

    private static void unmount(Path path) {
        List<String> below = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/mountinfo"))) {
                // proc_pid_mountinfo(5): the fifth field is where it is mounted.
                String target = line.split(" ")[4];
                if (Path.of(target).startsWith(path)) {
                    below.add(target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the mounts", e);
        }
        for (int i = below.size() - 1; i >= 0; i--) {
            LIBC.umount2(below.get(i), MNT_DETACH);
        }
    }
}
