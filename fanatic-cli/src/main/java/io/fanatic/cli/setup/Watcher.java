package io.fanatic.cli.setup;

import io.fanatic.cli.command.CommandException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.DurableFile;
import io.fanatic.core.FanException;
import io.fanatic.netlink.engine.HostLock;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Spawn;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The process that undoes a change which nobody confirms. It is there before the change is made, in a session of its own,
 * so that neither the end of the terminal nor that of the connection ends it.
 */
public final class Watcher {
    private static final String READY = "ready";
    private static final String LOCK = "confirm.lock";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

    private final Host host;
    private final Confirmation confirmation;
    private final PrintStream log;

    /** @param log where it tells what it does */
    public Watcher(Host host, PrintStream log) {
        this.host = host;
        this.confirmation = Confirmation.on(host);
        this.log = log;
    }

    /**
     * Starts it and waits until it watches.
     *
     * @param main the class whose main method makes a watcher and {@linkplain #watch watches}
     * @throws CommandException when it does not come up; then nothing waits for a confirmation
     */
    public static void start(Host host, Transition transition, int seconds, Class<?> main) {
        Confirmation confirmation = Confirmation.on(host);
        confirmation.requireNone();
        confirmation.prepare(transition, seconds);
        try {
            spawn(confirmation.log(), main);
        } catch (CommandException e) {
            confirmation.confirm();
            throw e;
        }
    }

    /**
     * Has another watcher take the place of one that was killed: a change whose time is over is undone now, another one waits on.
     *
     * @param main as of {@link #start}
     * @param say where it tells what it does
     * @throws CommandException IN_USE when there is time left; FAILED when the change cannot be undone
     */
    public static void replaceKilled(Host host, Class<?> main, Consumer<String> say) {
        Confirmation confirmation = Confirmation.on(host);
        Optional<Confirmation.Pending> pending = confirmation.pending();
        // While the change is being made, it is the business of the one who makes it.
        if (pending.isEmpty() || pending.get().deadline().isEmpty() && !isOver(pending.get()) || isWatched(host)) {
            return;
        }
        String killed = "the process that waited for the confirmation of a change was killed; ";
        Process watcher = spawn(confirmation.log(), main);
        if (!isOver(pending.get())) {
            throw CommandException.inUse(killed
                    + "another one waits now: run \"fanatic confirm\", or wait until the change is rolled back, within "
                    + pending.get().seconds() + " s");
        }
        say.accept(killed + "the change is undone now");
        try {
            int status = watcher.waitFor();
            String told =
                    Files.readString(confirmation.log()).replaceFirst(READY, "").strip();
            if (status != 0) {
                throw CommandException.failed(
                        "cannot undo a change that was not confirmed: " + told + "; run fanatic deconfigure");
            }
            told.lines().forEach(say);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandException.failed("interrupted; the undoing goes on, and tells of it in " + confirmation.log());
        } catch (IOException e) {
            throw CommandException.failed("cannot read " + confirmation.log() + ": " + DurableFile.reason(e));
        }
    }

    private static boolean isWatched(Host host) {
        try (HostLock lock = HostLock.take(host.runDirectory(), LOCK, Duration.ZERO)) {
            return false;
        } catch (FanException held) {
            if (held.reason() == FanException.Reason.IN_USE) {
                return true;
            }
            throw held;
        }
    }

    /** A process that watches. */
    private static Process spawn(Path log, Class<?> main) {
        try {
            Files.deleteIfExists(log);
            Process process = Spawn.builder(command(main))
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(log.toFile())
                    .redirectErrorStream(true)
                    .directory(new File("/"))
                    .start();
            awaitReady(process, log);
            return process;
        } catch (IOException | CommandException | ErrnoException e) {
            throw CommandException.failed(
                    "cannot start the process that would undo the change: " + e.getMessage() + "; no changes made");
        }
    }

    private static List<String> command(Class<?> main) {
        return List.of(
                "/usr/bin/setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                // Surefire's own class path is a jar that may be gone before the time is up.
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                main.getName());
    }

    private static void awaitReady(Process process, Path log) throws IOException {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!Files.readString(log).startsWith(READY)) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                process.destroy();
                throw CommandException.failed(Files.readString(log).strip());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /**
     * Watches until the change is confirmed, or undoes it when its time is up or its maker has died half-way. The lock, which ends with
     * the process, tells that it watches.
     */
    public ExitCode watch() {
        try (HostLock lock = HostLock.take(host.runDirectory(), LOCK, TIMEOUT)) {
            return watching();
        } catch (FanException e) {
            log.println(e.getMessage());
            return ExitCode.of(e);
        }
    }

    private ExitCode watching() {
        log.println(READY);
        log.flush();
        while (true) {
            Optional<Confirmation.Pending> pending = confirmation.pending();
            if (pending.isEmpty()) {
                deleteLog();
                return ExitCode.DONE;
            }
            if (isOver(pending.get()) && confirmation.confirm()) {
                return undo(pending.get());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean isOver(Confirmation.Pending pending) {
        if (pending.deadline().isPresent()) {
            return System.currentTimeMillis() > pending.deadline().get();
        }
        return ProcessHandle.of(pending.applier())
                .filter(ProcessHandle::isAlive)
                .isEmpty();
    }

    private ExitCode undo(Confirmation.Pending pending) {
        log.println(
                pending.deadline().isPresent()
                        ? "not confirmed within " + pending.seconds() + " s: undoing"
                        : "process " + pending.applier() + " ended before it was done: undoing");
        try {
            pending.transition(host).inverse().forced(true).apply(() -> false, log::println);
            log.println("undone");
            return ExitCode.DONE;
        } catch (RuntimeException e) {
            log.println(String.valueOf(e.getMessage()));
            return ExitCode.of(e);
        }
    }

    private void deleteLog() {
        try {
            Files.deleteIfExists(confirmation.log());
        } catch (IOException e) {
            log.println("cannot delete " + confirmation.log() + ": " + e.getMessage());
        }
    }
}
