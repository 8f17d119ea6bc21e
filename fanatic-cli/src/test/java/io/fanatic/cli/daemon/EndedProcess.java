package io.fanatic.cli.daemon;

import io.fanatic.harness.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Ends processes that are not children of this one. */
final class EndedProcess {
    private static final Duration POLITE = Duration.ofSeconds(20);
    private static final Duration FORCED = Duration.ofMinutes(1);

    private EndedProcess() {}

    /** Asks a process to end, makes it when it does not, and waits. No such process is fine. */
    static void end(long pid) {
        ProcessHandle.of(pid).ifPresent(handle -> {
            handle.destroy();
            if (!await(pid, POLITE)) {
                kill(pid);
            }
        });
    }

    /** Makes a process end, and waits. No such process is fine. */
    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        if (!await(pid, FORCED)) {
            throw new LabException("process " + pid + " does not end");
        }
    }

    private static boolean await(long pid, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (runs(pid)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            DaemonProcess.pause();
        }
        return true;
    }

    /** A zombie does not run, however long its parent takes to ask for it. */
    static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }
}
