package io.fanatic.netlink.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes in the calling thread's network namespace. */
final class Residents {
    private Residents() {}

    /** Their names as the kernel has them, of 15 characters at most. Whose namespace cannot be told counts as ours. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            Path here = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
            for (Path process : processes) {
                try {
                    if (isIn(process, here)) {
                        names.add(Files.readString(process.resolve("comm")).strip());
                    }
                } catch (IOException ended) {
                    // It is gone meanwhile.
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        return names;
    }

    private static boolean isIn(Path process, Path namespace) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/net")).equals(namespace);
        } catch (IOException notOurs) {
            return Files.exists(process);
        }
    }
}
