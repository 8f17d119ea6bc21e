package io.fanatic.netlink.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** The words after a key, of all its lines: {@code key=a;b c} or {@code key a b}. */
    List<String> values(Path file, String key) {
        List<String> values = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                if (text.startsWith(key) && text.length() > key.length()) {
                    String rest = text.substring(key.length());
                    if (rest.matches("[ \\t]*\\+?=.*|[ \\t].*")) {
                        values.addAll(List.of(
                                rest.replaceFirst("^[ \\t]*\\+?=?", "").strip().split("[;,\\s]+")));
                    }
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        values.removeIf(String::isEmpty);
        return values;
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
        return patterns.stream().anyMatch(pattern -> Patterns.matches(pattern, name));
    }
}
