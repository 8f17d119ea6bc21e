package io.fanatic.cli.container.podman;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The two settings of containers.conf(5) that matter here; later files win. */
public final class ContainersConf {
    private final Path root;

    /** @param root the directory that stands for /, for tests */
    public ContainersConf(Path root) {
        this.root = root;
    }

    /** A text of the section {@code [network]}; empty when it is not set. */
    String network(String key) {
        String value = "";
        for (Path file : files()) {
            try {
                value = network(Files.readAllLines(file), key, value);
            } catch (IOException unreadable) {
                // Podman itself will complain.
            }
        }
        return value;
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (String base : List.of("usr/share/containers/containers.conf", "etc/containers/containers.conf")) {
            files.add(root.resolve(base));
            try (Stream<Path> more = Files.list(root.resolve(base + ".d"))) {
                more.filter(file -> file.toString().endsWith(".conf")).sorted().forEach(files::add);
            } catch (IOException none) {
                // Most have none.
            }
        }
        files.removeIf(file -> !Files.isRegularFile(file));
        return files;
    }

    /** TOML as far as these files use it: sections in brackets, keys with texts in quotes, comments. */
    public static String network(List<String> lines, String key, String before) {
        String value = before;
        String section = "";
        for (String raw : lines) {
            String line = raw.strip();
            int equals = line.indexOf('=');
            if (line.startsWith("[")) {
                section = line.replace("[", "").replaceFirst("].*", "").strip();
            } else if (section.equals("network")
                    && equals > 0
                    && line.substring(0, equals).strip().equals(key)) {
                String text = line.substring(equals + 1).strip();
                char quote = text.isEmpty() ? ' ' : text.charAt(0);
                int end = text.indexOf(quote, 1);
                if ((quote == '"' || quote == '\'') && end > 0) {
                    value = text.substring(1, end);
                }
            }
        }
        return value;
    }
}
