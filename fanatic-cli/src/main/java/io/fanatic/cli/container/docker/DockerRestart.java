package io.fanatic.cli.container.docker;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.container.http.HttpAnswer;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import io.fanatic.netlink.libc.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Restarts Docker by whatever started it: systemd, where it runs in a unit; the init script, where that noted its number; else
 * by ending the process and starting the same program with the same words, environment and namespaces.
 */
final class DockerRestart implements AutoCloseable {
    /** Docker gives each container ten seconds, one after the other at worst. */
    private static final Duration STOP = Duration.ofSeconds(120);

    private static final Duration START = Duration.ofSeconds(90);

    /** How long somebody who watches over Docker may take to start it again before we do. */
    private static final Duration WATCHER = Duration.ofMillis(1500);

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Path SCRIPT = Path.of("/etc/init.d/docker");
    private static final Path SCRIPT_PID = Path.of("/run/docker-ssd.pid");
    private static final int SIGTERM = 15;
    private static final int O_CLOEXEC = 02000000;

    private final DockerDaemon daemon;
    private final Path socket;

    /** Its namespaces, which last as long as these are open, also when it has ended. */
    private final int network;

    private final int mount;
    private final boolean byScript;

    /** The one that runs now; that of the start, or one that was started here. */
    private int pid;

    DockerRestart(DockerDaemon daemon, Path socket) {
        this.daemon = daemon;
        this.socket = socket;
        byScript = byScript(daemon);
        pid = daemon.pid();
        network = Native.open("/proc/" + pid + "/ns/net", O_CLOEXEC);
        mount = Native.open("/proc/" + pid + "/ns/mnt", O_CLOEXEC);
    }

    @Override
    public void close() {
        LIBC.close(network);
        LIBC.close(mount);
    }

    /** The way that will be taken, the end of a sentence: {@code through systemd (docker.service)}. */
    static String description(DockerDaemon daemon) {
        if (daemon.unit().isPresent()) {
            return "through systemd (" + daemon.unit().get() + ")";
        }
        return byScript(daemon) ? "through " + SCRIPT : "by ending process " + daemon.pid() + " and starting it again";
    }

    private static boolean byScript(DockerDaemon daemon) {
        try {
            return Files.isExecutable(SCRIPT)
                    && Files.readString(SCRIPT_PID).strip().equals(Integer.toString(daemon.pid()));
        } catch (IOException none) {
            return false;
        }
    }

    /**
     * Restarts it and waits until it answers.
     *
     * @throws CommandException when it does not; it may be down then
     */
    void run() {
        run(Optional.empty());
    }

    /** As {@link #run()}, with work that is done while it is stopped. */
    void run(Runnable whileStopped) {
        run(Optional.of(whileStopped));
    }

    private void run(Optional<Runnable> whileStopped) {
        if (daemon.unit().isPresent() || byScript) {
            if (whileStopped.isPresent()) {
                runProgram(manage("stop"));
                whileStopped.get().run();
            }
            runProgram(manage(whileStopped.isPresent() ? "start" : "restart"));
            awaitAnswer(() -> {});
        } else {
            restartProcess(whileStopped.orElse(() -> {}));
        }
    }

    private List<String> manage(String verb) {
        return daemon.unit()
                .map(unit -> List.of(systemctl(), verb, unit))
                .orElseGet(() -> List.of(SCRIPT.toString(), verb));
    }

    private static String systemctl() {
        return Files.isExecutable(Path.of("/usr/bin/systemctl")) ? "/usr/bin/systemctl" : "/bin/systemctl";
    }

    private void runProgram(List<String> command) {
        try {
            Spawn.Output ended = Spawn.capture(command, STOP.plus(START));
            if (ended.status() != 0) {
                throw CommandException.failed(String.join(" ", command) + " failed: "
                        + DockerLog.lastWords(daemon).orElse(HttpAnswer.oneLine(ended.text())));
            }
        } catch (ErrnoException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    private void restartProcess(Runnable whileStopped) {
        int old = pid;
        if (runs(old)) {
            LIBC.kill(old, SIGTERM);
            await(STOP, () -> !runs(old), "Docker (process " + old + ") does not end");
        }
        whileStopped.run();
        long watched = System.nanoTime() + (daemon.isWatched() ? WATCHER.toNanos() : 0);
        while (System.nanoTime() < watched) {
            if (answers()) {
                return;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        List<String> command = new ArrayList<>(daemon.arguments());
        command.set(0, daemon.program().toString());
        Namespace namespace =
                new Namespace(Path.of("/proc/self/fd/" + network), Optional.of(Path.of("/proc/self/fd/" + mount)));
        try {
            pid = namespace.call(() -> Spawn.detach(command, daemon.environment(), daemon.output()));
        } catch (ErrnoException e) {
            throw CommandException.failed("cannot start Docker: " + e.getMessage());
        }
        awaitAnswer(() -> {
            if (!runs(pid)) {
                throw CommandException.failed("Docker ended as soon as it was started"
                        + DockerLog.lastWords(daemon).map(words -> ": " + words).orElse(""));
            }
        });
    }

    /** A zombie has ended, whenever its parent asks for it. */
    private static boolean runs(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }

    /** @param check throws when waiting makes no sense any more */
    private void awaitAnswer(Runnable check) {
        await(
                START,
                () -> {
                    check.run();
                    return answers();
                },
                "Docker does not answer");
    }

    private boolean answers() {
        try (DockerApi docker = DockerApi.open(socket)) {
            docker.info();
            return true;
        } catch (CommandException notYet) {
            return false;
        }
    }

    private static void await(Duration timeout, BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                throw CommandException.failed(otherwise + " after " + timeout.toSeconds() + " seconds");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
