package io.fanatic.harness.daemon;

import java.io.IOException;
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
                List<Path> groups = all.filter(Files::isDirectory)
                        .sorted(Comparator.reverseOrder())
                        .toList();
                for (Path each : groups) {
                    Files.deleteIfExists(each);
                }
            } catch (IOException inUse) {
                // Nothing is worth a failure here.
            }
        }
    }
}
