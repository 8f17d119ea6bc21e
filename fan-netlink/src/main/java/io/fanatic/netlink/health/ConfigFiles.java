package io.fanatic.netlink.health;

import io.fanatic.netlink.firewall.Globs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Configuration of other programs, as far as it says which devices they take. What cannot be read says nothing. */
final class ConfigFiles {
    private static final List<Path> NETWORKS = List.of(
            Path.of("/usr/lib/systemd/network"),
            Path.of("/usr/local/lib/systemd/network"),
            Path.of("/run/systemd/network"),
            Path.of("/etc/systemd/network"));

    /** The files of a directory with an ending, by name. */
    List<Path> in(Path directory, String ending) {
        List<Path> found = new ArrayList<>();
        try (var files = Files.newDirectoryStream(directory, "*" + ending)) {
            files.forEach(found::add);
        } catch (IOException none) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    /** The words after a key, of all its lines: {@code key=a b} or {@code key a b}. */
    List<String> values(Path file, String key) {
        List<String> values = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                if (text.startsWith(key) && text.length() > key.length()) {
                    String rest = text.substring(key.length());
                    if (rest.matches("[ \\t]*=.*|[ \\t].*")) {
                        values.addAll(List.of(
                                rest.replaceFirst("^[ \\t]*=?", "").strip().split("[,\\s]+")));
                    }
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        values.removeIf(String::isEmpty);
        return values;
    }

    /**
     * A section of a keyfile, as NetworkManager has them.
     *
     * @param name what stands between the brackets
     * @param values by key; what {@code key+=} adds is joined to it by a semicolon
     */
    record Section(String name, Map<String, String> values) {
        /** Of a key; empty when it is not there. */
        String value(String key) {
            return values.getOrDefault(key, "");
        }
    }

    /** The sections of a keyfile, in their order. */
    List<Section> sections(Path file) {
        List<Section> sections = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                int equals = text.indexOf('=');
                if (text.startsWith("[") && text.endsWith("]")) {
                    sections.add(new Section(text.substring(1, text.length() - 1), new HashMap<>()));
                } else if (equals > 0 && !text.startsWith("#") && !sections.isEmpty()) {
                    boolean adds = text.charAt(equals - 1) == '+';
                    String key = text.substring(0, adds ? equals - 1 : equals).strip();
                    sections.get(sections.size() - 1)
                            .values()
                            .merge(
                                    key,
                                    text.substring(equals + 1).strip(),
                                    (old, more) -> adds ? old + ";" + more : more);
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        return sections;
    }

    /** All .network files in the order in which networkd asks them; one in /etc hides one of the same name elsewhere. */
    List<Path> networkFiles() {
        Map<String, Path> byName = new TreeMap<>();
        for (Path directory : NETWORKS) {
            for (Path file : in(directory, ".network")) {
                byName.put(file.getFileName().toString(), file);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Whether a .network file is about a device; a condition that is not known here is taken as not met. */
    boolean matches(Path file, String device, String kind) {
        boolean inMatch = false;
        boolean any = false;
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                if (text.startsWith("[")) {
                    inMatch = text.equals("[Match]");
                } else if (inMatch && !text.isEmpty() && !text.startsWith("#") && !text.startsWith(";")) {
                    int equals = text.indexOf('=');
                    String key = equals < 0 ? text : text.substring(0, equals).strip();
                    List<String> values =
                            List.of(text.substring(equals + 1).strip().split("\\s+"));
                    boolean met = key.equals("Name") && isAmong(values, device)
                            || (key.equals("Kind") || key.equals("Type") && kind.equals("bridge"))
                                    && isAmong(values, kind);
                    if (!met) {
                        return false;
                    }
                    any = true;
                }
            }
        } catch (IOException unreadable) {
            return false;
        }
        return any;
    }

    private static boolean isAmong(List<String> patterns, String name) {
        if (!patterns.isEmpty() && patterns.get(0).startsWith("!")) {
            List<String> rest = new ArrayList<>(patterns);
            rest.set(0, patterns.get(0).substring(1));
            return !isAmong(rest, name);
        }
        return patterns.stream().anyMatch(pattern -> Globs.matches(pattern, name));
    }
}
