package io.fanatic.cli.fault;

import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Kills a program in a lab's host, as {@code kill -9} does, right before one of the system calls by which it changes something:
 * netlink requests, bpf(2), writes to files, renames. So a loop over all points leaves every state that a crash can leave. Or has such
 * a call fail, so that a loop leaves every state that a refusing kernel can bring about.
 *
 * <p>strace(1) does it: a first run, to the end, lists the calls; each further run injects SIGKILL, or an error, at the n-th of them. A
 * call at which either strikes is not carried out. The program must make its calls in the same order on each run and on one
 * thread, as fanctl does, or for {@link #ofTheWorkingThread} on one that makes the most; the host must be as it was before the first
 * run. What it starts (dnsmasq) is left alone.
 */
public final class KillPoints {
    /** Everything by which a program can leave something behind, besides memory and open files. */
    private static final List<String> CALLS = List.of(
            "sendto",
            "sendmsg",
            "bpf",
            "write",
            "pwrite64",
            "rename",
            "renameat",
            "renameat2",
            "link",
            "linkat",
            "unlink",
            "unlinkat",
            "mkdir",
            "mkdirat",
            "rmdir",
            "ftruncate",
            "chmod",
            "fchmod",
            "fchmodat",
            "fsync",
            "kill",
            "mount",
            "umount2");

    private static final List<String> CALLS_OF_ONE_THREAD =
            CALLS.stream().filter(call -> !call.equals("write")).toList();

    /** An error is injected here, too: a process that cannot open a file for writing never writes it. */
    private static final String OPEN = "openat";

    /** Of a {@link io.fanatic.core.DurableFile} whose name is another one each time; what its writing meets is met by write. */
    private static final String TEMPORARY = ".new";

    private static final Pattern OPENS_TO_CHANGE = Pattern.compile("O_WRONLY|O_RDWR|O_CREAT");

    /** What each call may well fail with; the others with EIO. */
    private static final Map<String, String> ERRORS = Map.of(
            "sendto",
            "ENOBUFS",
            "sendmsg",
            "ENOBUFS",
            "bpf",
            "ENOMEM",
            "write",
            "ENOSPC",
            "pwrite64",
            "ENOSPC",
            "mkdir",
            "ENOSPC",
            OPEN,
            "EROFS",
            "rename",
            "ENOSPC",
            "unlink",
            "EROFS",
            "kill",
            "EPERM");

    /**
     * Calls of these that only ask, write to standard output, or fail. To die before one is to die after the change before it,
     * or before the one after it.
     */
    private static final Pattern CHANGES_NOTHING = Pattern.compile(
            "nlmsg_type=\\S*MSG_GET|nlmsg_type=RTM_GET|nlmsg_type=0xa10 |BPF_PROG_QUERY|_BY_FD|_GET_FD_BY_ID|TEST_RUN"
                    + "|BPF_MAP_LOOKUP_ELEM|^\\d+ +write\\([12],| = -1 E");

    private final LabHost host;
    private final List<String> command;
    private final List<String> calls;
    private final List<Point> points;

    /**
     * One place to die.
     *
     * @param name of the system call
     * @param number which of its calls of that name, from 1: strace counts each name apart
     * @param description the call as strace prints it, shortened
     */
    public record Point(String name, int number, String description) {}

    private KillPoints(LabHost host, List<String> command, List<String> calls, List<Point> points) {
        this.host = host;
        this.command = command;
        this.calls = calls;
        this.points = points;
    }

    /**
     * Runs the command once, to its end, and finds its points; the last one is after its last change.
     *
     * @param command run inside the host; a program that exits with 0
     * @throws LabException when it does not
     */
    public static KillPoints of(LabHost host, List<String> command) {
        return of(host, command, CALLS);
    }

    /** As {@link #of}, the points at which a call can {@linkplain #fail fail}. */
    public static KillPoints toFail(LabHost host, List<String> command) {
        List<String> calls = new ArrayList<>(CALLS);
        calls.add(OPEN);
        return of(host, command, calls);
    }

    /**
     * As {@link #of}, for a program that talks with others on threads beside the one that does the work. strace counts the calls of each
     * thread apart, so there are no points at calls that another thread makes as often; nor at write(2), by which threads wake each
     * other. Each fsync(2), rename(2) and so on is one.
     */
    public static KillPoints ofTheWorkingThread(LabHost host, List<String> command) {
        return of(host, command, CALLS_OF_ONE_THREAD);
    }

    private static KillPoints of(LabHost host, List<String> command, List<String> calls) {
        try {
            Path log = Files.createTempFile("fanatic-calls", "");
            try {
                List<String> words = strace(calls, List.of("-o", log.toString()), command);
                host.exec(words.toArray(String[]::new)).orThrow();
                return new KillPoints(
                        host,
                        List.copyOf(command),
                        calls,
                        points(Files.readAllLines(log), calls == CALLS, calls == CALLS_OF_ONE_THREAD));
            } finally {
                Files.delete(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the system calls of " + command.get(0), e);
        }
    }

    /** Those of the thread that makes the most calls: the one that does the work. */
    static List<Point> points(List<String> lines, boolean oneAfterTheLast, boolean besideOthers) {
        Map<String, List<String>> threads = new HashMap<>();
        for (String line : lines) {
            int space = line.indexOf(' ');
            // A call that a signal interrupts is made again, and another run need not be interrupted.
            boolean once = !line.contains("<... ") && !line.contains(" = ? ERESTART");
            if (space > 0 && once && !line.contains("+++ exited")) {
                threads.computeIfAbsent(line.substring(0, space), thread -> new ArrayList<>())
                        .add(line);
            }
        }
        List<String> calls = List.of();
        for (List<String> candidate : threads.values()) {
            if (candidate.size() > calls.size()) {
                calls = candidate;
            }
        }
        Map<String, Integer> elsewhere = new HashMap<>();
        for (List<String> others : besideOthers ? threads.values() : List.<List<String>>of()) {
            if (others != calls) {
                Map<String, Integer> counts = new HashMap<>();
                others.forEach(call -> counts.merge(name(call), 1, Integer::sum));
                counts.forEach((name, count) -> elsewhere.merge(name, count, Math::max));
            }
        }
        Map<String, Integer> seen = new HashMap<>();
        List<Point> points = new ArrayList<>();
        Optional<Point> afterTheLast = Optional.empty();
        for (String call : calls) {
            String text = call.substring(call.indexOf(' ')).strip();
            String name = name(call);
            // A JVM opens many files, not always as many: those of one name are counted apart.
            String counted = name.equals(OPEN) ? path(text) : name;
            int number = seen.merge(counted, 1, Integer::sum);
            Point point = new Point(name, number, text.substring(0, Math.min(text.length(), 100)));
            boolean changes =
                    !name.equals(OPEN) || OPENS_TO_CHANGE.matcher(call).find() && !counted.endsWith(TEMPORARY);
            if (number <= elsewhere.getOrDefault(name, 0)) {
                continue;
            }
            if (changes && !CHANGES_NOTHING.matcher(call).find()) {
                points.add(point);
                afterTheLast = Optional.empty();
            } else if (afterTheLast.isEmpty() && !points.isEmpty()) {
                afterTheLast = Optional.of(point);
            }
        }
        if (oneAfterTheLast) {
            afterTheLast.ifPresent(points::add);
        }
        return points;
    }

    /** The name of the call in a line of strace's: {@code 4711 sendto(4, ...}. */
    private static String name(String line) {
        String text = line.substring(line.indexOf(' ')).strip();
        return text.substring(0, Math.max(0, text.indexOf('(')));
    }

    public List<Point> points() {
        return points;
    }

    /**
     * Runs the command and kills it there.
     *
     * @throws LabException when it was not killed: it took another way than in the first run
     */
    public void kill(Point point) {
        String injection = "inject=" + point.name() + ":signal=KILL:when=" + point.number();
        int exitCode = host.exec(strace(calls, List.of("-o", "/dev/null", "-e", injection), command)
                        .toArray(String[]::new))
                .exitCode();
        // strace ends by the signal that its program ended by: 128 + SIGKILL as a shell and nsenter count.
        if (exitCode != 137) {
            throw new LabException(String.join(" ", command) + " was not killed at call " + point.number() + " of "
                    + point.name() + " (" + point.description() + ") but ended with exit code " + exitCode);
        }
    }

    /**
     * Runs the command and has the call there fail with an error that it may well fail with.
     *
     * @return how it ended, and what it printed
     * @throws LabException when no call failed: it took another way than in the first run
     */
    public ExecResult fail(Point point) {
        List<String> where = point.name().equals(OPEN) ? List.of("-P", path(point.description())) : List.of();
        String injection = "inject=" + point.name() + ":error=" + ERRORS.getOrDefault(point.name(), "EIO") + ":when="
                + point.number();
        try {
            Path log = Files.createTempFile("fanatic-failed", "");
            try {
                List<String> options = new ArrayList<>(List.of("-o", log.toString(), "-e", injection));
                options.addAll(where);
                ExecResult result = host.exec(strace(calls, options, command).toArray(String[]::new));
                if (!Files.readString(log).contains("(INJECTED)")) {
                    throw new LabException(String.join(" ", command) + " made no call " + point.number() + " of "
                            + point.name() + " (" + point.description() + ")");
                }
                return withoutStrace(result);
            } finally {
                Files.delete(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the system calls of " + command.get(0), e);
        }
    }

    /** The first name in a call. */
    private static String path(String words) {
        int start = words.indexOf('"') + 1;
        int end = words.indexOf('"', start);
        return start > 0 && end > 0 ? words.substring(start, end) : "";
    }

    private static ExecResult withoutStrace(ExecResult result) {
        String output = result.output()
                .lines()
                .filter(line -> !line.startsWith("strace: "))
                .map(line -> line + "\n")
                .reduce("", String::concat);
        return new ExecResult(result.command(), result.exitCode(), output);
    }

    private static List<String> strace(List<String> calls, List<String> options, List<String> command) {
        List<String> words = new ArrayList<>(List.of(
                "timeout",
                "300",
                "strace",
                "-f",
                "--detach-on=execve",
                "--seccomp-bpf",
                "-qq",
                "-e",
                "signal=none",
                "-e",
                "trace=" + String.join(",", calls)));
        words.addAll(options);
        words.add("--");
        words.addAll(command);
        return words;
    }
}
