package io.fanatic.netlink.engine;

import io.fanatic.core.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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

/**
 * One run at a time. The lock is the kernel's (fcntl(2)) on a file that stays; it ends with its process, however that ends.
 * The file says who holds it.
 */
public final class HostLock implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final FileAttribute<?> LOCK_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));
    private static final Set<OpenOption> HOW = Set.of(
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final FileChannel channel;

    private HostLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @param runDirectory such as /run/fanatic; made when needed
     * @param patience how long to wait
     * @return the lock, to be closed
     * @throws FanException IN_USE, naming the holder, when it does not become free; UNDONE when there can be no lock
     *     file
     */
    public static HostLock take(Path runDirectory, Duration patience) {
        return take(runDirectory, "lock", patience);
    }

    /**
     * As {@link #take(Path, Duration)}, for changing fans: what a killed run was writing in the two directories goes
     * first.
     *
     * @param runDirectory such as /run/fanatic
     * @param stateDirectory such as /var/lib/fanatic; need not be there
     * @param patience how long to wait
     * @return the lock, to be closed
     * @throws FanException also UNDONE, when a directory cannot be cleared; the lock is free again then
     */
    public static HostLock take(Path runDirectory, Path stateDirectory, Duration patience) {
        HostLock lock = take(runDirectory, patience);
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
     * @param patience how long to wait
     * @return the lock, to be closed
     */
    public static HostLock take(Path runDirectory, String name, Duration patience) {
        Path file = runDirectory.resolve(name);
        try {
            DurableFile.makeDirectory(runDirectory);
            FileChannel channel = open(file);
            try {
                long deadline = System.nanoTime() + patience.toNanos();
                while (!tryLock(channel)) {
                    if (System.nanoTime() > deadline) {
                        throw new FanException(
                                FanException.Reason.IN_USE,
                                "another run holds the lock " + file + ": " + holder(channel)
                                        + "; wait for it to end and try again");
                    }
                    // There is no lock call with a time-out.
                    Thread.sleep(PAUSE.toMillis());
                }
                sign(channel);
                return new HostLock(channel);
            } catch (IOException | RuntimeException | InterruptedException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new FanException(
                    FanException.Reason.UNDONE, "cannot lock " + file + ": " + DurableFile.reason(e), List.of(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FanException(
                    FanException.Reason.UNDONE, "interrupted while waiting for the lock " + file, List.of(), e);
        }
    }

    /** Only a regular file of one name: behind a link would be somebody else's file, which the holder's number would overwrite. */
    private static FileChannel open(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                && (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        || !Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                                .equals(1))) {
            throw new IOException("it is not a regular file of one name; remove it");
        }
        return FileChannel.open(file, HOW, LOCK_MODE);
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void sign(FileChannel channel) throws IOException {
        String holder = "process " + ProcessHandle.current().pid() + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(64);
        channel.read(text, 0);
        String holder = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
        return holder.isEmpty() ? "an unknown process" : holder;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock is gone with the descriptor, whatever close(2) says.
        }
    }
}
