package io.fanatic.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Processes that live in given namespaces, found by what /proc says they are in. */
final class LabProcesses {

    private static final long TERM_NANOS = 2_000_000_000;
    private static final long KILL_NANOS = 2_000_000_000;
    private static final long POLL_MILLIS = 10;

    private LabProcesses() {}

    /** Asks every process in these namespaces to end, then makes it; tells which there were, as in {@code dnsmasq (4711)}. */
    static List<String> end(List<Path> namespaceFiles) {
        List<ProcessHandle> found = in(namespaceFiles);
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

    static List<ProcessHandle> of(LabHost host) {
        return in(List.of(host.namespace().network(), host.namespace().mount().orElseThrow()));
    }

    /** Those in any of the network or mount namespaces that the files stand for, except this process. */
    static List<ProcessHandle> in(List<Path> namespaceFiles) {
        Set<Object> namespaces = new HashSet<>();
        for (Path file : namespaceFiles) {
            try {
                namespaces.add(identity(file));
            } catch (IOException gone) {
                // Nobody lives in what is not there.
            }
        }
        long self = ProcessHandle.current().pid();
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != self)
                .filter(process ->
                        livesIn(namespaces, process.pid(), "net") || livesIn(namespaces, process.pid(), "mnt"))
                .toList();
    }

    private static boolean livesIn(Set<Object> namespaces, long pid, String kind) {
        try {
            return namespaces.contains(identity(Path.of("/proc", Long.toString(pid), "ns", kind)));
        } catch (IOException gone) {
            return false;
        }
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
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** A zombie is alive to the JDK, and its parent may never ask for it; but it holds no namespace. */
    private static boolean running(ProcessHandle process) {
        return process.isAlive() && Owner.started(process.pid()) >= 0;
    }
}
