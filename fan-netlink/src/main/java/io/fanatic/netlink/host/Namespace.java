package io.fanatic.netlink.host;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace, and where it has one the mount namespace that belongs to it, as two files that setns(2) takes.
 *
 * <p>setns moves one thread. Work therefore runs on a platform thread of its own that ends afterwards: a pooled thread
 * would carry the namespace to somebody else's task, and a virtual thread would move its carrier. Sockets made inside may
 * be used from any thread later; processes started inside stay inside.
 *
 * @param network a file such as {@code /run/netns/blue}
 * @param mount the pinned mount namespace, if any
 */
public record Namespace(Path network, Optional<Path> mount) {

    /** Where ip-netns(8) keeps its names. */
    public static final Path NAMED = Path.of("/run/netns");

    private static final int CLONE_FS = 0x00000200;
    private static final int CLONE_NEWNS = 0x00020000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 02000000;
    private static final int MS_BIND = 1 << 12;
    private static final int MS_REC = 1 << 14;
    private static final int MS_PRIVATE = 1 << 18;
    private static final int MS_SLAVE = 1 << 19;
    private static final int MS_SHARED = 1 << 20;
    private static final int MNT_DETACH = 2;

    private static final int ANY_CPU = -1;
    private static final int MAX_CPUS = 1024;
    private static final int NOBODY = 0;

    /** ioctl_ns(2): the type of the namespace that a file pins; no other file knows the request. */
    private static final long NS_GET_NSTYPE = 0xb703;

    private static final int LONGEST_NAME = 255;

    private static final AtomicInteger THREADS = new AtomicInteger();

    /**
     * {@return the network namespace of that name, as {@code ip netns} lists it; it need not exist yet}
     *
     * @param name a file of /run/netns
     * @throws IllegalArgumentException when no file can have that name
     */
    public static Namespace named(String name) {
        requireName(name);
        return new Namespace(NAMED.resolve(name), Optional.empty());
    }

    /** A name that is a path would lead to files that are no namespaces. */
    private static void requireName(String name) {
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is not the name of a network namespace; that is a file name of 1 to " + LONGEST_NAME
                    + " bytes without a slash");
        }
    }

    /**
     * {@return the network namespace of the thread that calls the methods of this value, and of the threads that it has
     * started}
     */
    public static Namespace here() {
        // A thread inherits its namespaces, so the thread that does the work finds them here, too.
        return new Namespace(Path.of("/proc/thread-self/ns/net"), Optional.empty());
    }

    /** {@return the names of {@code ip netns list}, sorted} */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        try (var files = Files.newDirectoryStream(NAMED)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException absent) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /**
     * Makes a network namespace of that name, with its loopback still down, visible to ip-netns(8).
     *
     * @param name without a slash
     * @return the namespace, to be deleted by the caller
     * @throws IllegalArgumentException when no file can have that name
     * @throws io.fanatic.core.FanaticException when the kernel refuses; nothing is left then
     * @throws UncheckedIOException when the name is taken
     */
    public static Namespace create(String name) {
        requireName(name);
        Path file = NAMED.resolve(name);
        try {
            prepareNamedDirectory();
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the namespace " + name, e);
        }
        try {
            onOwnThread(() -> {
                check("unshare a network namespace", LIBC.unshare(CLONE_NEWNET));
                return check(
                        "pin namespace " + name,
                        LIBC.mount("/proc/thread-self/ns/net", file.toString(), "none", MS_BIND, null));
            });
        } catch (RuntimeException e) {
            deleteFile(file);
            throw e;
        }
        return named(name);
    }

    /** ip-netns(8) expects a shared mount here, so that names appear in every mount namespace. */
    private static void prepareNamedDirectory() throws IOException {
        synchronized (Namespace.class) {
            Files.createDirectories(NAMED);
            String dir = NAMED.toString();
            if (LIBC.mount(null, dir, "none", MS_SHARED | MS_REC, null) < 0) {
                check("bind " + dir, LIBC.mount(dir, dir, "none", MS_BIND | MS_REC, null));
                check("share " + dir, LIBC.mount(null, dir, "none", MS_SHARED | MS_REC, null));
            }
        }
    }

    /**
     * Gives this network namespace a mount namespace of its own: a copy of the caller's in which {@code setup} may
     * mount what it likes; mounts made outside later still arrive, mounts made inside stay inside.
     *
     * @param pin a file to be made; its directory must be prepared by {@link #preparePins}
     * @param setup run inside, on a thread of its own
     * @return the same network namespace, with those mounts
     */
    public Namespace withMounts(Path pin, Callable<?> setup) {
        try {
            Files.createFile(pin);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + pin, e);
        }
        try {
            int cpu = ANY_CPU;
            while (!pinMounts(pin, setup, cpu)) {
                if (++cpu == MAX_CPUS) {
                    throw new ErrnoException("pin " + pin, Errno.EINVAL);
                }
            }
        } catch (RuntimeException e) {
            unpin(pin);
            throw e;
        }
        return new Namespace(network, Optional.of(pin));
    }

    /**
     * Makes a mount namespace, pins it and sets it up.
     *
     * <p>The kernel binds a mount namespace only in an older one, compared by their numbers, so that no two hold each other. Linux 6.18
     * gives each CPU a thousand numbers at a time, so that a namespace made later on another CPU may count as older. Then one is made on each
     * CPU in turn; the CPU on which the outer namespace was made works.
     *
     * @param cpu on which to make it, or {@link #ANY_CPU}
     * @return whether it was pinned; if not, nothing was done
     */
    private boolean pinMounts(Path pin, Callable<?> setup, int cpu) {
        CompletableFuture<Integer> inside = new CompletableFuture<>();
        CompletableFuture<Boolean> pinned = new CompletableFuture<>();
        Running<Boolean> holder = start(() -> {
            try {
                if (cpu != ANY_CPU && !goTo(cpu)) {
                    inside.complete(NOBODY);
                    return false;
                }
                enter();
                check("unshare a mount namespace", LIBC.unshare(CLONE_NEWNS));
                check("detach mounts", LIBC.mount(null, "/", "none", MS_SLAVE | MS_REC, null));
            } catch (Exception | Error e) {
                inside.completeExceptionally(e);
                throw e;
            }
            inside.complete(LIBC.gettid());
            if (pinned.get()) {
                setup.call();
            }
            return pinned.get();
        });
        try {
            int thread = inside.get();
            // Only the namespace outside may pin the new one: a namespace that holds itself would never end.
            pinned.complete(thread != NOBODY && bind("/proc/self/task/" + thread + "/ns/mnt", pin));
        } catch (ExecutionException e) {
            throw unchecked(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making " + pin, e);
        } finally {
            pinned.complete(false);
        }
        return holder.result();
    }

    private static boolean bind(String file, Path pin) {
        int result = LIBC.mount(file, pin.toString(), "none", MS_BIND, null);
        if (result < 0 && Native.errno() == Errno.EINVAL) {
            return false;
        }
        check("pin " + pin, result);
        return true;
    }

    /** Moves the calling thread to a CPU, for good; false: there is no such CPU, or not for us. */
    static boolean goTo(int cpu) {
        ByteBuffer mask = Native.buffer(MAX_CPUS / Byte.SIZE);
        mask.putLong(cpu / Long.SIZE * Long.BYTES, 1L << cpu % Long.SIZE);
        return LIBC.sched_setaffinity(0, mask.capacity(), mask) == 0;
    }

    /**
     * Makes a directory that may hold pinned mount namespaces: a mount of its own that passes nothing on.
     *
     * @param directory made when it is missing
     */
    public static void preparePins(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory, e);
        }
        String dir = directory.toString();
        if (LIBC.mount(null, dir, "none", MS_PRIVATE, null) < 0) {
            check("bind " + dir, LIBC.mount(dir, dir, "none", MS_BIND, null));
            check("make " + dir + " private", LIBC.mount(null, dir, "none", MS_PRIVATE, null));
        }
    }

    /**
     * Takes away the mount of {@link #preparePins} and the then empty directory. Absent is fine.
     *
     * @param directory one that was prepared
     */
    public static void removePins(Path directory) {
        LIBC.umount2(directory.toString(), MNT_DETACH);
        deleteFile(directory);
    }

    /** {@return whether there is a namespace of this name} */
    public boolean exists() {
        return Files.exists(network);
    }

    /**
     * Unpins both namespaces; they end when the last process and socket in them has gone. Absent is fine.
     *
     * @throws UncheckedIOException when one of the files pins no namespace; that file, and those not yet unpinned, stay
     */
    public void delete() {
        mount.ifPresent(Namespace::unpin);
        unpin(network);
    }

    private static void unpin(Path file) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (isPinned(file)) {
            LIBC.umount2(file.toString(), MNT_DETACH);
        }
        if (!isEmptyFile(file)) {
            throw new UncheckedIOException(new IOException(file + " is not a network namespace; it was not deleted"));
        }
        deleteFile(file);
    }

    private static boolean isPinned(Path file) {
        if (!isEmptyFile(file)) {
            return false;
        }
        int fd = open(file);
        try {
            return LIBC.ioctl(fd, NS_GET_NSTYPE, Native.buffer(Long.BYTES)) >= 0;
        } finally {
            LIBC.close(fd);
        }
    }

    /** What a namespace is mounted on, as ip-netns(8) makes it, and what it looks like itself. */
    private static boolean isEmptyFile(Path file) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile() && found.size() == 0;
        } catch (NoSuchFileException meanwhile) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + file, e);
        }
    }

    private static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }

    /**
     * Runs work inside, on a thread of its own, and waits for it.
     *
     * @param <T> what the work finds out
     * @param work run with this network namespace, and its mounts if it has its own
     * @return what the work returned
     * @throws RuntimeException what the work threw; a checked exception comes wrapped
     */
    public <T> T call(Callable<T> work) {
        return onOwnThread(() -> {
            enter();
            return work.call();
        });
    }

    /**
     * {@return the words that run a command inside, by way of nsenter(1) of util-linux} The JDK would start a process
     * from a thread inside as well, but its reaper threads would then keep the namespace alive for a minute.
     *
     * @param command program and arguments
     */
    public List<String> command(List<String> command) {
        List<String> words = new ArrayList<>();
        words.add("/usr/bin/nsenter");
        words.add("--net=" + network);
        mount.ifPresent(pin -> words.add("--mount=" + pin));
        words.add("--");
        words.addAll(command);
        return words;
    }

    /**
     * Runs work in a new, empty network namespace that ends with it, to find out what this kernel can do without
     * touching anything that is there.
     *
     * @param <T> what the work finds out
     * @param work run inside, on a thread of its own
     * @return what the work returned
     * @throws io.fanatic.core.FanaticException EPERM without CAP_SYS_ADMIN
     */
    public static <T> T scratch(Callable<T> work) {
        return onOwnThread(() -> {
            check("unshare a network namespace", LIBC.unshare(CLONE_NEWNET));
            return work.call();
        });
    }

    /**
     * As {@link #call}, without a result.
     *
     * @param work run with this network namespace
     */
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    /** Moves the calling thread for good; call only on a thread that ends with this work. */
    private void enter() {
        int net = open(network);
        try {
            if (mount.isPresent()) {
                int mnt = open(mount.get());
                try {
                    check("unshare the working directory", LIBC.unshare(CLONE_FS));
                    check("setns to " + mount.get(), LIBC.setns(mnt, CLONE_NEWNS));
                } finally {
                    LIBC.close(mnt);
                }
            }
            check("setns to " + network, LIBC.setns(net, CLONE_NEWNET));
        } finally {
            LIBC.close(net);
        }
    }

    private static int open(Path file) {
        return check("open " + file, Native.open(file.toString(), O_RDONLY_CLOEXEC));
    }

    private static <T> T onOwnThread(Callable<T> work) {
        return start(work).result();
    }

    private static <T> Running<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "netns-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
        return new Running<>(task, thread);
    }

    /** Work on a thread of its own. */
    private record Running<T>(FutureTask<T> task, Thread thread) {

        /** An interrupt of the caller is one of the work, as if it ran here. */
        T result() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return task.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                        thread.interrupt();
                    }
                }
            } catch (ExecutionException e) {
                throw unchecked(e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Whose thread it was that failed does not say who asked for the work: the caller's frames come below. */
    private static void addCaller(Throwable thrown) {
        List<StackTraceElement> frames = new ArrayList<>(List.of(thrown.getStackTrace()));
        frames.addAll(List.of(new Throwable().getStackTrace()));
        thrown.setStackTrace(frames.toArray(StackTraceElement[]::new));
    }

    private static RuntimeException unchecked(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        addCaller(cause);
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unchecked) {
            return unchecked;
        }
        return cause instanceof IOException io
                ? new UncheckedIOException(io.getMessage(), io)
                : new IllegalStateException(cause.getMessage(), cause);
    }
}
