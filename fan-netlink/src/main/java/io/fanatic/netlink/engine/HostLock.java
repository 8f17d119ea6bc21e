package io.fanatic.netlink.engine;

import static io.fanatic.netlink.libc.Native.LIBC;

import io.fanatic.core.DurableFile;
import io.fanatic.core.FanException;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * One run at a time, of all processes and of all threads of this one. The lock is the kernel's on a file that stays; it ends
 * with its process, however that ends. The file says which run last changed something. Who only reads shares the lock with
 * others that read.
 *
 * <p>It is an open file description lock of fcntl(2), which belongs to what was opened here. The JDK's are locks of the
 * process: the kernel drops them as soon as anything in the process closes the file, such as a thread that gives up waiting.
 * Both kinds keep each other out, so that earlier versions that still run are waited for.
 *
 * <p>Whoever waits is next: one byte of the file's range is the place at the head of the queue, held until the rest of the
 * range is had. So a thread that locks again at once does not get in before those that wait, and readers do not keep a
 * change out.
 */
public final class HostLock implements AutoCloseable {
    private static final String NAME = "lock";
    private static final Duration PAUSE = Duration.ofMillis(5);

    /** Whoever can read a file can share a lock on it, and so keep every change out. */
    private static final FileAttribute<?> LOCK_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Set<OpenOption> HOW = Set.of(
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final int O_RDWR_CLOEXEC = 02 | 02000000;
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    /** A struct flock on 64-bit Linux: type at 0, whence at 2 (0 is the file's start), start at 8, length at 16. */
    private static final int FLOCK_BYTES = 32;

    /** What is locked: all but the one byte after it. Nothing is stored so far into the file. */
    private static final long HELD_BYTES = 1L << 62;

    /** More than is ever written. */
    private static final int MAX_SIGNED = 64;

    private final int descriptor;
    private final AtomicBoolean closed = new AtomicBoolean();

    private HostLock(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Waits for the lock.
     *
     * @param runDirectory such as /run/fanatic; made when needed
     * @param timeout how long to wait
     * @return the lock, to be closed
     * @throws FanException IN_USE, naming the holder, when it does not become free; UNDONE when there can be no lock
     *     file
     */
    public static HostLock take(Path runDirectory, Duration timeout) {
        return take(runDirectory, NAME, timeout);
    }

    /**
     * As {@link #take(Path, Duration)}, for changing fans: what a killed run was writing in the two directories goes
     * first.
     *
     * @param runDirectory such as /run/fanatic
     * @param stateDirectory such as /var/lib/fanatic; need not be there
     * @param timeout how long to wait
     * @return the lock, to be closed
     * @throws FanException also UNDONE, when a directory cannot be cleared; the lock is free again then
     */
    public static HostLock take(Path runDirectory, Path stateDirectory, Duration timeout) {
        HostLock lock = take(runDirectory, timeout);
        for (Path directory : List.of(runDirectory, stateDirectory)) {
            try {
                DurableFile.sweep(directory);
            } catch (IOException e) {
                lock.close();
                throw new FanException(
                        FanException.Reason.UNDONE,
                        "cannot clear " + directory + ": " + DurableFile.reason(e),
                        List.of(),
                        e);
            }
        }
        return lock;
    }

    /**
     * As {@link #take(Path, Duration)}, another lock: for who changes more than fans, and holds it around those
     * changes.
     *
     * @param runDirectory such as /run/fanatic
     * @param name of the lock's file in it
     * @param timeout how long to wait
     * @return the lock, to be closed
     */
    public static HostLock take(Path runDirectory, String name, Duration timeout) {
        Path file = runDirectory.resolve(name);
        try {
            DurableFile.makeOwnDirectory(runDirectory);
            requireRegular(file);
            FileChannel.open(file, HOW, LOCK_MODE).close();
            int descriptor = Native.open(file.toString(), O_RDWR_CLOEXEC);
            if (descriptor < 0) {
                throw new IOException(Errno.describe(Native.errno()));
            }
            HostLock lock = new HostLock(descriptor);
            try {
                lock.await(F_WRLCK, file, timeout);
                sign(file);
                return lock;
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw cannotLock(file, e);
        }
    }

    /**
     * Reads while no run changes anything. Creates nothing, so that reading needs no place for the lock: where no run has
     * made its file, none is at work. To a program that may not open it the lock means nothing.
     *
     * @param runDirectory such as /run/fanatic
     * @param timeout how long to wait for a run that changes something
     * @param reading may run a second time when the first run of all began meanwhile
     * @param <T> what is read
     * @return what it gives
     * @throws FanException IN_USE, naming the holder, when the lock does not become free
     */
    public static <T> T reading(Path runDirectory, Duration timeout, Supplier<T> reading) {
        Path file = runDirectory.resolve(NAME);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            try {
                T found = reading.get();
                if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    return found;
                }
            } catch (RuntimeException e) {
                if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
            }
        }
        try {
            requireRegular(file);
            int descriptor = Native.open(file.toString(), O_RDWR_CLOEXEC);
            if (descriptor < 0) {
                return reading.get();
            }
            try (HostLock lock = new HostLock(descriptor)) {
                lock.await(F_RDLCK, file, timeout);
                return reading.get();
            }
        } catch (IOException e) {
            throw cannotLock(file, e);
        }
    }

    private static FanException cannotLock(Path file, IOException e) {
        return new FanException(
                FanException.Reason.UNDONE, "cannot lock " + file + ": " + DurableFile.reason(e), List.of(), e);
    }

    /** Only a regular file of one name: behind a link would be somebody else's file, which the holder's number would overwrite. */
    private static void requireRegular(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        || !Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                                .equals(1))) {
            throw new IOException("it is not a regular file of one name; remove it");
        }
    }

    private void await(short type, Path file, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        await(F_WRLCK, HELD_BYTES, 1, file, deadline);
        await(type, 0, HELD_BYTES, file, deadline);
        set(F_UNLCK, HELD_BYTES, 1);
    }

    private void await(short type, long start, long length, Path file, long deadline) throws IOException {
        while (!set(type, start, length)) {
            if (System.nanoTime() > deadline) {
                throw new FanException(
                        FanException.Reason.IN_USE,
                        "another run holds the lock " + file + ": " + holder(file)
                                + "; wait for it to end and try again");
            }
            try {
                // There is no lock call with a time-out.
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FanException(
                        FanException.Reason.UNDONE, "interrupted while waiting for the lock " + file, List.of(), e);
            }
        }
    }

    /** Whether it was free. */
    private boolean set(short type, long start, long length) throws IOException {
        if (LIBC.fcntl(descriptor, F_OFD_SETLK, range(type, start, length)) == 0) {
            return true;
        }
        int errno = Native.errno();
        if (errno == Errno.EAGAIN || errno == Errno.EACCES || errno == Errno.EINTR) {
            return false;
        }
        throw new IOException(Errno.describe(errno));
    }

    private static ByteBuffer range(short type, long start, long length) {
        return Native.buffer(FLOCK_BYTES).putShort(0, type).putLong(8, start).putLong(16, length);
    }

    /** By the same calls whether the file is empty, as a killed run leaves it, or not: a run is tried at each of its calls. */
    private static void sign(Path file) throws IOException {
        String holder = "process " + ProcessHandle.current().pid() + "\n";
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS)) {
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
        }
    }

    private String holder(Path file) throws IOException {
        ByteBuffer held = range(F_WRLCK, 0, HELD_BYTES);
        if (LIBC.fcntl(descriptor, F_OFD_GETLK, held) == 0 && held.getShort(0) == F_RDLCK) {
            return "one that only reads";
        }
        String holder = new String(DurableFile.read(file, MAX_SIGNED), StandardCharsets.US_ASCII).strip();
        return holder.isEmpty() ? "an unknown process" : holder;
    }

    /** Again is harmless. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            // The lock is gone with the descriptor, whatever close(2) says.
            LIBC.close(descriptor);
        }
    }
}
