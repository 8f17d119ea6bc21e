package io.fanatic.netlink.attach;

import io.fanatic.core.DurableFile;
import io.fanatic.netlink.bpf.BpfMap;
import io.fanatic.netlink.host.NamespaceCookie;
import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The counters of fans, to be opened again. To open a map by its number takes CAP_SYS_ADMIN; who has less needs a name for it in a bpf
 * file system. Such a name keeps the map after its tunnel has gone, even after its network namespace has, so there are names only where
 * an administrator wants them: in the directory /sys/fs/bpf/fanatic, if there is one.
 *
 * <pre>
 *   /sys/fs/bpf/fanatic/NAMESPACE-MAP      the namespace's cookie, the map's number
 * </pre>
 */
public final class CounterPins {
    static final Path DIRECTORY = Path.of("/sys/fs/bpf/fanatic");

    private CounterPins() {}

    /**
     * The counters of a fan, by name or else by number.
     *
     * @param map the number
     * @return empty when neither is allowed
     * @throws ErrnoException ENOENT when they are gone
     */
    static Optional<BpfMap> open(int map) {
        try {
            return Optional.of(BpfMap.pinned(path(map)));
        } catch (ErrnoException unnamed) {
            try {
                return Optional.of(BpfMap.byId(map));
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EPERM) {
                    throw e;
                }
                return Optional.empty();
            }
        }
    }

    /** Gives the counters their name, if there are to be names. */
    static void pin(BpfMap counters) {
        if (Files.isDirectory(DIRECTORY)) {
            try {
                counters.pin(path(counters.info().id()));
            } catch (ErrnoException e) {
                // A directory that is not for us is no reason to be without a fan.
                if (e.errno() != Errno.EEXIST && e.errno() != Errno.EACCES && e.errno() != Errno.EPERM) {
                    throw e;
                }
            }
        }
    }

    /**
     * Takes the names of this network namespace away whose tunnels have gone.
     *
     * @param kept the numbers of the maps that are in use here
     */
    static void sweep(Set<Integer> kept) {
        String here = NamespaceCookie.here() + "-";
        try (DirectoryStream<Path> pins = Files.newDirectoryStream(DIRECTORY)) {
            for (Path pin : pins) {
                String name = pin.getFileName().toString();
                if (name.startsWith(here) && !isNumberOf(kept, name.substring(here.length()))) {
                    Files.deleteIfExists(pin);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + DIRECTORY + ": " + DurableFile.reason(e), e);
        }
    }

    private static boolean isNumberOf(Set<Integer> kept, String text) {
        try {
            return kept.contains(Integer.parseInt(text));
        } catch (NumberFormatException somebodyElses) {
            return true;
        }
    }

    private static Path path(int map) {
        return DIRECTORY.resolve(NamespaceCookie.here() + "-" + map);
    }
}
