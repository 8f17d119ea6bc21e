package io.fanatic.cli;

import io.fanatic.harness.lab.LabHost;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** {@code fanctl watch}, or another command that goes on, as a process of its own on a lab's host, with what it has said so far. */
final class WatchRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = 10_000_000;

    private final Process process;
    private final Path log;
    private int heard;

    private WatchRun(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** @param directory for its log, and for jffi's library */
    static WatchRun start(LabHost host, Path directory, String arguments, Map<String, String> environment) {
        return start(host, directory, List.of(), Fanctl.class, arguments, environment);
    }

    /** @param by what starts it, such as {@code nohup} */
    static WatchRun start(LabHost host, Path directory, String by) {
        return start(host, directory, List.of(by), Fanctl.class, "", Map.of());
    }

    /** @param program Fanctl, or what it is wrapped in */
    static WatchRun start(LabHost host, Path directory, Class<?> program) {
        return start(host, directory, List.of(), program, "", Map.of());
    }

    /** {@code fanatic names} in place of the watch. */
    static WatchRun names(LabHost host, Path directory) {
        return start(host, directory, JavaProgram.names(directory), Map.of());
    }

    private static WatchRun start(
            LabHost host,
            Path directory,
            List<String> by,
            Class<?> program,
            String arguments,
            Map<String, String> environment) {
        List<String> words = new ArrayList<>(by);
        words.addAll(JavaProgram.watch(directory, program, arguments));
        return start(host, directory, words, environment);
    }

    private static WatchRun start(LabHost host, Path directory, List<String> program, Map<String, String> environment) {
        try {
            List<String> words = new ArrayList<>(JavaProgram.WITH_DEFAULT_SIGNALS);
            words.addAll(program);
            Path log = Files.createTempFile(directory, "watch", ".log");
            ProcessBuilder builder = new ProcessBuilder(host.namespace().command(words))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            return new WatchRun(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static WatchRun start(LabHost host, Path directory) {
        return start(host, directory, List.of(), Fanctl.class, "", Map.of());
    }

    /** Another command of fanctl, which runs until it is ended as well. */
    static WatchRun startFanctl(LabHost host, Path directory, String commandLine) {
        return start(host, directory, JavaProgram.fanctl(directory, commandLine), Map.of());
    }

    /** As {@link #startFanctl}, by what it is wrapped in. */
    static WatchRun startFanctl(LabHost host, Path directory, Class<?> program, String commandLine) {
        return start(host, directory, JavaProgram.of(directory, program, commandLine), Map.of());
    }

    long pid() {
        return process.pid();
    }

    /** All that it has said. */
    List<String> lines() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many of its lines begin like this. */
    long count(String beginning) {
        return lines().stream().filter(line -> line.startsWith(beginning)).count();
    }

    /** Waits for a line that begins like this, after the one that was waited for last; gives it. */
    String hear(String beginning) {
        return hear("\"" + beginning + "\"", line -> line.startsWith(beginning));
    }

    /** The same for a line that is like this. */
    String hear(Pattern pattern) {
        return hear(pattern.toString(), line -> pattern.matcher(line).matches());
    }

    private String hear(String what, Predicate<String> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> lines = lines();
            for (int i = heard; i < lines.size(); i++) {
                if (wanted.test(lines.get(i))) {
                    heard = i + 1;
                    return lines.get(i);
                }
            }
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError("no " + what + " after line " + heard + " of:\n" + String.join("\n", lines));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** What was said so far is not waited for. */
    void forget() {
        heard = lines().size();
    }

    /** Waits until something is so. */
    void await(String what, BooleanSupplier condition) {
        await(what, condition, () -> String.join("\n", lines()));
    }

    static void await(String what, BooleanSupplier condition, Supplier<String> evidence) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not " + what + " after " + PATIENCE.toSeconds() + " s: " + evidence.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Sends it a signal, such as {@code HUP}. */
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether one of its threads sleeps in poll(2) without a time-out: proc_pid_syscall(5) has the number of the call and its
     * arguments. Where libc makes ppoll(2) of it, no time-out is a null pointer.
     */
    boolean sleepsInPollForEver() {
        for (File task : new File("/proc/" + pid() + "/task").listFiles()) {
            try {
                String[] call =
                        Files.readString(task.toPath().resolve("syscall")).split(" ", -1);
                boolean poll = call[0].equals("7") && call[3].endsWith("ffffffff");
                boolean ppoll = call[0].equals("73") && call[3].equals("0x0");
                if (poll || ppoll) {
                    return true;
                }
            } catch (IOException ended) {
                // A thread that was there a moment ago.
            }
        }
        return false;
    }

    /** Asks it to end; gives its exit status. */
    int end() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Waits until it has ended by itself, or by a signal. */
    int exitStatus() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("it has not ended:\n" + String.join("\n", lines()));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            end();
        }
    }
}
