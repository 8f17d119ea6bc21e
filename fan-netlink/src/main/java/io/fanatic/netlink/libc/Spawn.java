package io.fanatic.netlink.libc;

import static io.fanatic.netlink.libc.Native.LIBC;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one place where programs are started: never a shell, a search path and an environment of ours alone, whatever the caller's say.
 *
 * <p>{@link #run} and {@link #detach} make a child of the calling thread by posix_spawn(3), in that thread's namespaces. That is why
 * {@link ProcessBuilder} will not do there: the JDK starts threads that watch for children, they inherit the namespace of the first
 * caller, and they hold it for a minute. Where that does no harm, {@link #builder} makes one.
 */
public final class Spawn {
    /** Where programs are looked for. */
    public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Room for glibc's and musl's structures, which have 336 bytes at most. */
    private static final int OPAQUE = 512;

    private static final int SIGSET_LENGTH = 128;
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
    private static final short POSIX_SPAWN_SETSID = 0x80;
    private static final int O_WRONLY_CREAT_TRUNC = 01 | 0100 | 01000;
    private static final int O_WRONLY_CREAT_APPEND = 01 | 0100 | 02000;
    private static final int MFD_CLOEXEC = 1;
    private static final int WNOHANG = 1;
    private static final int SIGKILL = 9;
    private static final long POLL_NANOS = 2_000_000;

    private static final LibSpawn SPAWN = Native.load(LibSpawn.class);

    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", PATH, "LC_ALL", "C");

    private Spawn() {}

    /** The program of this name on {@link #PATH}. */
    public static Optional<Path> find(String name) {
        return find(name, PATH);
    }

    /** @param searchPath in place of {@link #PATH} */
    public static Optional<Path> find(String name, String searchPath) {
        for (String directory : searchPath.split(":", -1)) {
            Path program = Path.of(directory, name);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    /**
     * A child to be started by the JDK, with our environment and HOME; more may be added to it.
     *
     * @param command the program's absolute path, or its name on {@link #PATH}; then its arguments
     * @throws ErrnoException ENOENT when there is no such program
     */
    public static ProcessBuilder builder(List<String> command) {
        List<String> words = new ArrayList<>(command);
        if (!words.get(0).startsWith("/")) {
            words.set(
                    0,
                    find(words.get(0))
                            .orElseThrow(() -> new ErrnoException("run " + command.get(0), Errno.ENOENT))
                            .toString());
        }
        ProcessBuilder builder = new ProcessBuilder(words);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(ENVIRONMENT);
        // The password file's, not the variable's.
        environment.put("HOME", System.getProperty("user.home"));
        return builder;
    }

    /**
     * Runs a program to its end.
     *
     * @param command the program's absolute path, then its arguments
     * @param output a file that receives what it prints on both streams; it is made or emptied
     * @param timeout how long it may take; it is killed then
     * @return its exit status, or 128 and the number of the signal that ended it
     * @throws ErrnoException ENOENT when there is no such program; ETIMEDOUT when it took too long
     */
    public static int run(List<String> command, Path output, Duration timeout) {
        List<String> environment = new ArrayList<>();
        ENVIRONMENT.forEach((name, value) -> environment.add(name + "=" + value));
        int pid = spawn(command, environment, output, O_WRONLY_CREAT_TRUNC, POSIX_SPAWN_SETSIGMASK, List.of());
        return waitFor(command.get(0), pid, timeout);
    }

    /**
     * How a program ended and what it printed on both streams.
     *
     * @param status its exit status, or 128 and the number of the signal that ended it
     * @param text what it printed, without white space at both ends
     */
    public record Output(int status, String text) {}

    /**
     * As {@link #run}, keeping in memory what the program prints, so that nothing is left behind when this process is killed.
     *
     * @param command the program's absolute path, then its arguments
     * @param timeout how long it may take; it is killed then
     * @throws ErrnoException ENOENT when there is no such program; ETIMEDOUT when it took too long
     */
    public static Output capture(List<String> command, Duration timeout) {
        int memory = SPAWN.memfd_create("output", MFD_CLOEXEC);
        if (memory < 0) {
            throw new ErrnoException("keep what " + command.get(0) + " prints", Native.errno());
        }
        try {
            // The child opens it before it becomes the program.
            Path output = Path.of("/proc/self/fd/" + memory);
            int status = run(command, output, timeout);
            return new Output(status, new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what " + command.get(0) + " printed", e);
        } finally {
            LIBC.close(memory);
        }
    }

    /**
     * Starts a program and leaves it to itself: in a session of its own, with none of this process's files. It outlives this
     * process; until then it is a child that nobody asks for.
     *
     * @param command the program's absolute path, then its arguments
     * @param environment its whole environment: {@code NAME=value}
     * @param output a file that receives what it prints, at its end
     * @return its process number
     * @throws ErrnoException ENOENT when there is no such program
     */
    public static int detach(List<String> command, List<String> environment, Path output) {
        short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
        return spawn(command, environment, output, O_WRONLY_CREAT_APPEND, flags, openFiles());
    }

    /** Also those that are closed by themselves: closing twice is harmless. */
    private static List<Integer> openFiles() {
        List<Integer> files = new ArrayList<>();
        try (var open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path file : open) {
                int fd = Integer.parseInt(file.getFileName().toString());
                if (fd > 2) {
                    files.add(fd);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the open files", e);
        }
        return files;
    }

    private static int spawn(
            List<String> command,
            List<String> environmentWords,
            Path output,
            int openFlags,
            short flags,
            List<Integer> closed) {
        String program = command.get(0);
        ByteBuffer actions = Native.buffer(OPAQUE);
        ByteBuffer attributes = Native.buffer(OPAQUE);
        ByteBuffer pid = Native.buffer(4);
        Words arguments = new Words(command);
        Words environment = new Words(environmentWords);
        checkResult(program, SPAWN.posix_spawn_file_actions_init(actions));
        checkResult(program, SPAWN.posix_spawnattr_init(attributes));
        try {
            for (int fd : closed) {
                checkResult(program, SPAWN.posix_spawn_file_actions_addclose(actions, fd));
            }
            checkResult(program, SPAWN.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0));
            checkResult(
                    program, SPAWN.posix_spawn_file_actions_addopen(actions, 1, output.toString(), openFlags, 0644));
            checkResult(program, SPAWN.posix_spawn_file_actions_adddup2(actions, 1, 2));
            checkResult(program, SPAWN.posix_spawnattr_setsigmask(attributes, Native.buffer(SIGSET_LENGTH)));
            checkResult(program, SPAWN.posix_spawnattr_setflags(attributes, flags));
            checkResult(
                    program,
                    SPAWN.posix_spawn(pid, program, actions, attributes, arguments.pointers(), environment.pointers()));
        } finally {
            SPAWN.posix_spawn_file_actions_destroy(actions);
            SPAWN.posix_spawnattr_destroy(attributes);
            // The pointers do not keep the texts alive.
            Reference.reachabilityFence(arguments);
            Reference.reachabilityFence(environment);
        }
        return pid.getInt(0);
    }

    private static int waitFor(String program, int pid, Duration timeout) {
        ByteBuffer status = Native.buffer(4);
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            int ended = SPAWN.waitpid(pid, status, WNOHANG);
            if (ended == pid) {
                int word = status.getInt(0);
                int signal = word & 0x7f;
                return signal == 0 ? word >> 8 & 0xff : 128 + signal;
            }
            if (ended < 0 && Native.errno() != Errno.EINTR) {
                throw new ErrnoException("wait for " + program, Native.errno());
            }
            if (System.nanoTime() - end > 0) {
                LIBC.kill(pid, SIGKILL);
                SPAWN.waitpid(pid, status, 0);
                throw new ErrnoException(
                        "run " + program, Errno.ETIMEDOUT, "killed after " + timeout.toSeconds() + " s");
            }
            Pause.nanos(POLL_NANOS);
        }
    }

    private static void checkResult(String program, int result) {
        if (result != 0) {
            throw new ErrnoException("run " + program, result);
        }
    }

    /** A C array of strings that ends with NULL; the texts live as long as this object. */
    private record Words(ByteBuffer texts, ByteBuffer pointers) {
        Words(List<String> words) {
            this(Native.buffer(lengthOf(words)), Native.buffer((words.size() + 1) * Long.BYTES));
            long start = Native.address(texts);
            for (int i = 0; i < words.size(); i++) {
                pointers.putLong(i * Long.BYTES, start + texts.position());
                texts.put(words.get(i).getBytes(StandardCharsets.UTF_8)).put((byte) 0);
            }
        }

        private static int lengthOf(List<String> words) {
            int length = 0;
            for (String word : words) {
                length += word.getBytes(StandardCharsets.UTF_8).length + 1;
            }
            return length;
        }
    }
}
