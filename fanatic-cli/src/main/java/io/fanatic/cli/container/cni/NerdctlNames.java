package io.fanatic.cli.container.cni;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The names that nerdctl has given to containers, from its registry of names (nerdctl, docs/dir.md). */
final class NerdctlNames {
    private static final Path DATA = Path.of("/var/lib/nerdctl");

    private NerdctlNames() {}

    /** {@return the names by what CNI calls the containers: their namespace and number, with a hyphen between} */
    static Map<String, String> byContainer() {
        Map<String, String> names = new HashMap<>();
        try (DirectoryStream<Path> daemons = Files.newDirectoryStream(DATA)) {
            for (Path daemon : daemons) {
                add(daemon.resolve("names"), names);
            }
        } catch (IOException none) {
            // nerdctl is not used here.
        }
        return names;
    }

    private static void add(Path registry, Map<String, String> names) {
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(registry)) {
            for (Path namespace : namespaces) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(namespace, Files::isRegularFile)) {
                    for (Path file : files) {
                        names.put(
                                namespace.getFileName() + "-"
                                        + Files.readString(file).strip(),
                                file.getFileName().toString());
                    }
                }
            }
        } catch (IOException going) {
            // Its containers keep the names that CNI has for them.
        }
    }
}
