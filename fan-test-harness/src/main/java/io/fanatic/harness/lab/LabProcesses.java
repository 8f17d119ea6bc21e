package io.fanatic.harness.lab;

import io.fanatic.netlink.libc.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The processes that live in given namespaces, found by what /proc says they are in. While this is open the namespaces stay, so that
 * their numbers go to no others.
 */
final class LabProcesses implements AutoCloseable {

    private static final long TERM_NANOS = 2_000_000_000;
    private static final long KILL_NANOS = 2_000_000_000;
    private static final long ENTER_NANOS = 2_000_000_000;
    private static final long POLL_NANOS = 10_000_000;

    private final Set<Object> namespaces = new HashSet<>();
    private final List<FileChannel> files = new ArrayList<>();

    /** @param namespaceFiles nobody lives in one that is not there */
    LabProcesses(List<Path> namespaceFiles) {
        for (Path file : namespaceFiles) {
            try {
                files.add(FileChannel.open(file));
                namespaces.add(identity(file));
            } catch (IOException gone) {
                // Nobody lives in what is not there.
            }
        }
    }

    @Override
    public void close() {
        for (FileChannel file : files) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static List<ProcessHandle> of(LabHost host) {
        return in(List.of(host.namespace().network(), host.namespace().mount().orElseThrow()));
    }

    /** Those in any of the network or mount namespaces that the files stand for, except this process. */
    static List<ProcessHandle> in(List<Path> namespaceFiles) {
        try (LabProcesses processes = new LabProcesses(namespaceFiles)) {
            return processes.inside();
        }
    }

    /** Asks every process inside to end, then makes it; tells which there were, as in {@code dnsmasq (4711)}. */
    List<String> end() {
        List<ProcessHandle> found = inside();
        List<String> names = new ArrayList<>();
        found.forEach(process -> names.add(name(process.pid()) + " (" + process.pid() + ")"));
        // ProcessHandle remembers the start time: a number that has come again meanwhile is left alone.
        found.forEach(ProcessHandle::destroy);
        await(found, TERM_NANOS);
        List<ProcessHandle> stubborn =
                found.stream().filter(LabProcesses::running).toList();
        stubborn.forEach(ProcessHandle::destroyForcibly);
        await(stubborn, KILL_NANOS);
        return names;
    }

    /**
     * As {@link #end}, until nobody is left, once the namespaces have no name any more: who was being started while the first were
     * ended is inside now, or has the file open and is about to be.
     */
    List<String> endLatecomers() {
        List<String> names = new ArrayList<>();
        long deadline = System.nanoTime() + ENTER_NANOS;
        boolean empty = false;
        while (!empty && System.nanoTime() < deadline) {
            // Before the look inside, which sees who goes in between the two.
            List<ProcessHandle> entering = entering();
            List<String> ended = end();
            names.addAll(ended);
            empty = entering.isEmpty() && ended.isEmpty();
            if (!empty) {
                pause();
            }
        }
        return names;
    }

    private List<ProcessHandle> inside() {
        return others(process -> isOurs(file(process, "ns/net")) || isOurs(file(process, "ns/mnt")));
    }

    private List<ProcessHandle> entering() {
        return others(this::holdsOne);
    }

    private static List<ProcessHandle> others(Predicate<ProcessHandle> wanted) {
        long self = ProcessHandle.current().pid();
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != self)
                .filter(wanted)
                .toList();
    }

    private boolean holdsOne(ProcessHandle process) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(file(process, "fd"))) {
            for (Path each : open) {
                if (isNamespace(each) && isOurs(each)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException ended) {
            return false;
        }
    }

    /** By the link's text alone: to ask for more about any file of any process could take long. */
    private static boolean isNamespace(Path openFile) {
        try {
            String target = Files.readSymbolicLink(openFile).toString();
            return target.startsWith("net:[") || target.startsWith("mnt:[");
        } catch (IOException closed) {
            return false;
        }
    }

    private boolean isOurs(Path file) {
        try {
            return namespaces.contains(identity(file));
        } catch (IOException gone) {
            return false;
        }
    }

    private static Path file(ProcessHandle process, String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    /** Device and inode: two files stand for the same namespace when they are equal (namespaces(7)). */
    private static Object identity(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey(), "Linux files have keys");
    }

    static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException gone) {
            return "?";
        }
    }

    private static void await(List<ProcessHandle> processes, long nanos) {
        long deadline = System.nanoTime() + nanos;
        while (processes.stream().anyMatch(LabProcesses::running) && System.nanoTime() < deadline) {
            pause();
        }
    }

    /** Interrupted or not, who is waited for here must go. */
    private static void pause() {
        Pause.nanos(POLL_NANOS);
    }

    /** A zombie is alive to the JDK, and its parent may never ask for it; but it holds no namespace. */
    private static boolean running(ProcessHandle process) {
        return process.isAlive() && Owner.started(process.pid()) >= 0;
    }
}
