package io.fanatic.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Files that survive a crash: at any moment a reader, and after a power cut the disk, has the old content or the new. */
public final class DurableFile {

    private static final String SUFFIX = ".new";

    private static final Set<PosixFilePermission> NEW_FILE = PosixFilePermissions.fromString("rw-r--r--");

    private static final Set<PosixFilePermission> NEW_DIRECTORY = PosixFilePermissions.fromString("rwxr-xr-x");

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private DurableFile() {}

    /**
     * Puts new content in place of a file's: written to a temporary file in the same directory, forced to disk, then
     * renamed. Mode, owner and group stay; a new file has mode 0644 whatever the umask, and its directory is made when it is
     * missing. A symbolic link of ours or root's stays and the file it leads to is replaced; one of somebody else is refused.
     *
     * @param path a regular file, or where one is to be
     * @param content what the file is to hold; the buffer is read to its limit
     * @throws IOException when any of this fails; the file is then as before and the temporary one is gone
     */
    public static void replace(Path path, ByteBuffer content) throws IOException {
        Path target = followLinks(path.toAbsolutePath());
        Path directory =
                Optional.ofNullable(target.getParent()).orElseThrow(() -> new IOException(path + " is not a file"));
        makeDirectory(directory);
        sweep(directory);
        Path temporary = Files.createFile(directory.resolve(temporaryName(target)), PRIVATE);
        try {
            takeOver(target, temporary);
            try (FileChannel file = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                while (content.hasRemaining()) {
                    file.write(content);
                }
                file.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        // The rename itself is durable once the directory is.
        try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }

    /**
     * {@return why a file could not be read or written, in the words of the operating system; the JDK gives some of
     * these as classes only}
     *
     * @param e what reading or writing threw
     */
    public static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied; try sudo";
        } else if (e instanceof NoSuchFileException) {
            return "there is no such file";
        } else if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        } else if (e instanceof NotDirectoryException) {
            return "not a directory";
        } else if (e instanceof CharacterCodingException) {
            return "it is not text";
        } else if (e instanceof FileSystemException failed && failed.getReason() != null) {
            return failed.getReason();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /**
     * Removes a directory, unless something is in it; then that is somebody else's, and both stay. One that is not there is fine.
     *
     * @param directory such as one that {@link #makeDirectory} made
     * @throws IOException when it is empty and cannot be removed
     */
    public static void deleteIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException somebodyElses) {
            // Then it stays.
        }
    }

    /**
     * Removes the temporary files that processes left in a directory which were killed before they could rename them.
     * Those of processes that live stay. A directory that is not there is fine.
     *
     * @param directory only files directly in it are looked at
     * @throws IOException when the directory cannot be read or a file not be removed
     */
    public static void sweep(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (isLeft(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return;
        }
    }

    /** Whether it is a {@link #temporaryName} of a process that has ended. */
    private static boolean isLeft(String name) {
        if (!name.startsWith(".") || !name.endsWith(SUFFIX)) {
            return false;
        }
        int time = name.lastIndexOf('.', name.length() - SUFFIX.length() - 1);
        int pid = name.lastIndexOf('.', time - 1);
        if (pid <= 0) {
            return false;
        }
        try {
            return ProcessHandle.of(Long.parseLong(name.substring(pid + 1, time)))
                    .isEmpty();
        } catch (NumberFormatException notOurs) {
            return false;
        }
    }

    /** Unlike createTempFile's, without random numbers: those take 8 ms of a command's start. */
    private static String temporaryName(Path target) {
        return "." + target.getFileName() + "." + ProcessHandle.current().pid() + "."
                + Long.toHexString(System.nanoTime()) + SUFFIX;
    }

    private static Path followLinks(Path path) throws IOException {
        Path target = path;
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            // The kernel's own limit, MAXSYMLINKS.
            if (links == 40) {
                throw new IOException(path + " is a loop of symbolic links");
            }
            requireOurs(target, "a symbolic link", LinkOption.NOFOLLOW_LINKS);
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    /**
     * Makes a directory that is missing, with mode 0755 whatever the umask, and those above it. One that is there may
     * be a symbolic link, but only of ours or root's, because the link's owner decides where files are written.
     *
     * @param directory absolute, or relative to the working directory
     * @throws IOException when it cannot be made, or is somebody else's link
     */
    public static void makeDirectory(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            requireOurs(directory, "a symbolic link", LinkOption.NOFOLLOW_LINKS);
        }
        if (!Files.isDirectory(directory)) {
            Path above = directory.toAbsolutePath().getParent();
            if (above != null) {
                makeDirectory(above);
            }
            try {
                Files.createDirectory(directory);
                Files.setPosixFilePermissions(directory, NEW_DIRECTORY);
            } catch (FileAlreadyExistsException meanwhile) {
                if (!Files.isDirectory(directory)) {
                    throw meanwhile;
                }
            }
        }
    }

    /**
     * As {@link #makeDirectory}, for what nobody else may change: also the directory itself must be ours or root's.
     *
     * @param directory absolute, or relative to the working directory
     * @throws IOException when it cannot be made, or it or the link to it is somebody else's
     */
    public static void makeOwnDirectory(Path directory) throws IOException {
        makeDirectory(directory);
        requireOurs(directory, "a directory");
    }

    private static void requireOurs(Path path, String what, LinkOption... how) throws IOException {
        Object owner = Files.getAttribute(path, "unix:uid", how);
        Object us = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(0) && !owner.equals(us)) {
            throw new IOException(path + " is " + what + " of user " + owner + "; remove it");
        }
    }

    /**
     * Reads a whole file that is not larger than it can sensibly be.
     *
     * @param path a regular file, or a symbolic link to one
     * @param most bytes
     * @return all its bytes, {@code most} at most
     * @throws IOException when it is larger, no regular file, or cannot be read
     */
    public static byte[] read(Path path, int most) throws IOException {
        // A FIFO or a device would never end.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException("it is not a regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new IOException("it is larger than " + most + " bytes");
            }
            return bytes;
        }
    }

    private static void takeOver(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
            view.setPermissions(NEW_FILE);
            return;
        }
        PosixFileAttributes old = Files.readAttributes(from, PosixFileAttributes.class);
        if (!old.isRegularFile()) {
            throw new IOException(from + " is not a regular file");
        }
        PosixFileAttributes fresh = view.readAttributes();
        if (!old.owner().equals(fresh.owner())) {
            view.setOwner(old.owner());
        }
        if (!old.group().equals(fresh.group())) {
            view.setGroup(old.group());
        }
        // Last, for chown(2) clears the set-id bits.
        view.setPermissions(old.permissions());
    }
}
