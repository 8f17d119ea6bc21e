package io.fanatic.netlink.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes in the calling thread's network namespace. */
final class Processes {
    private Processes() {}

    /** Their names as the kernel has them, of 15 characters at most. Whose namespace cannot be told counts as ours. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            Path here = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
            for (Path process : processes) {
                try {
                    if (!isZombie(process) && isIn(process, here)) {
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

    /** One that has ended and was not waited for has lost its namespaces; its state follows its name, in parentheses. */
    private static boolean isZombie(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"));
        int name = stat.lastIndexOf(')');
        return name + 2 < stat.length() && (stat.charAt(name + 2) == 'Z' || stat.charAt(name + 2) == 'X');
    }

    private static boolean isIn(Path process, Path namespace) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/net")).equals(namespace);
        } catch (IOException notOurs) {
            return Files.exists(process);
        }
    }
}
