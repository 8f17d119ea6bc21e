package io.fanatic.harness.lab;

import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a host of a lab sees of the machine's files: all of them, but what it writes to {@code /etc}, {@code /run} and {@code
 * /var/lib} stays its own and is gone with it; {@code /etc/network} and {@code /var/lib/fanatic} begin empty, {@code /sys}
 * shows its own network.
 *
 * <pre>
 *   /run               tmpfs
 *   /etc, /var/lib     overlay: the machine's beneath, changes in /run/.host/
 *   /sys               sysfs of the host's network namespace, the machine's cgroups put back
 * </pre>
 *
 * <p>An overlay needs no directory that the machine does not have: a machine without ifupdown has no /etc/network.
 */
final class HostFilesystem {

    private static final int MS_BIND = 1 << 12;
    private static final int MS_REC = 1 << 14;
    private static final int MS_NOSUID = 1 << 1;
    private static final int MS_NODEV = 1 << 2;
    private static final int MS_NOEXEC = 1 << 3;
    private static final int MNT_DETACH = 2;

    private static final Path STORE = Path.of("/run/.host");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final List<Path> EMPTY = List.of(Path.of("/etc/network"), Path.of("/var/lib/fanatic"));

    /** Stays when a fan is down, as lock files do. */
    private static final Set<Path> LOCK = Set.of(
            Path.of("/run/fanatic"),
            Path.of("/run/fanatic/lock"),
            Path.of("/run/fanatic/setup.lock"),
            Path.of("/run/fanatic/confirm.lock"));

    private static final List<Path> OWN = List.of(Path.of("/run"), EMPTY.get(0), EMPTY.get(1));

    private HostFilesystem() {}

    /** Mounts it all; to be called inside the host's mount namespace. */
    static boolean mount() throws IOException {
        mount("tmpfs", Path.of("/run"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
        overlay(Path.of("/etc"), STORE.resolve("etc"));
        overlay(Path.of("/var/lib"), STORE.resolve("lib"));
        for (Path directory : EMPTY) {
            hide(directory);
        }
        mountSys();
        return true;
    }

    private static void overlay(Path directory, Path store) throws IOException {
        Path upper = Files.createDirectories(store.resolve("upper"));
        Path work = Files.createDirectories(store.resolve("work"));
        mount("overlay", directory, "overlay", 0, "lowerdir=" + directory + ",upperdir=" + upper + ",workdir=" + work);
    }

    /** Puts an empty directory of the host's own over one that the machine may or may not have. */
    private static void hide(Path directory) throws IOException {
        Path empty = Files.createDirectories(STORE.resolve("empty").resolve(directory.getFileName()));
        Files.createDirectories(directory);
        mount(empty.toString(), directory, null, MS_BIND, null);
    }

    /** The host's own files and directories as lines of text, but for the locks; to be called inside. */
    static List<String> ownFiles() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path directory : OWN) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(file -> !file.startsWith(STORE) && !LOCK.contains(file))
                        .forEach(file -> lines.add("file " + file));
            }
        }
        return lines;
    }

    private static void mountSys() throws IOException {
        Path cgroups = Files.createDirectories(STORE.resolve("cgroup"));
        mount(CGROUPS.toString(), cgroups, null, MS_BIND | MS_REC, null);
        mount("sysfs", Path.of("/sys"), "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
        mount(cgroups.toString(), CGROUPS, null, MS_BIND | MS_REC, null);
        check("unmount " + cgroups, LIBC.umount2(cgroups.toString(), MNT_DETACH));
        Files.delete(cgroups);
    }

    private static void mount(String source, Path target, @Nullable String type, long flags, @Nullable String data) {
        check(
                "mount " + (type == null ? source : type) + " on " + target,
                LIBC.mount(source, target.toString(), type, flags, data));
    }
}
