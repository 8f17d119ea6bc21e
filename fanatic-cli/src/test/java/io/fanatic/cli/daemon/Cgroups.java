package io.fanatic.cli.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Control groups that daemons leave behind. */
final class Cgroups {
    private static final Path HIERARCHIES = Path.of("/sys/fs/cgroup");

    private Cgroups() {}

    /** Removes a group, and the groups in it, from every hierarchy; one that still has processes stays. */
    static void remove(String name) {
        List<Path> roots = new ArrayList<>(List.of(HIERARCHIES));
        try (Stream<Path> each = Files.list(HIERARCHIES)) {
            each.filter(Files::isDirectory).forEach(roots::add);
        } catch (IOException none) {
            return;
        }
        for (Path root : roots) {
            Path group = root.resolve(name);
            if (!Files.isDirectory(group)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(group)) {
                all.sorted(Comparator.reverseOrder()).forEach(Cgroups::delete);
            } catch (IOException | UncheckedIOException gone) {
                // Another daemon of the same name, of a test that runs at the same time, has removed a part of it
                // meanwhile.
                continue;
            }
            // Where a hierarchy is not mounted, its place is a plain directory that the engine made.
            if (!root.equals(HIERARCHIES)) {
                delete(root);
            }
        }
    }

    /** The kernel keeps the files of a real group, and every group or hierarchy that is in use. */
    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException inUse) {
            // Nothing is worth a failure here.
        }
    }
}
