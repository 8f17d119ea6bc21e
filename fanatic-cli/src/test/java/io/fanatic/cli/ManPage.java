package io.fanatic.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The source of a man page, in mdoc(7), as far as tests compare it with the programs. */
record ManPage(String name, List<String> lines) {
    static final Path DIRECTORY = Path.of("../man").toAbsolutePath().normalize();

    /** The words of an mdoc line that are macros, after which a macro's own arguments end. */
    private static final Set<String> MACROS = Set.of(
            "Ar", "Cm", "Fl", "No", "Ns", "Op", "Oo", "Oc", "Pq", "Pa", "Xr", "Li", "Ql", "Nm", "Dq", "It", "Dl", "Em",
            "D1");

    private static final Set<String> PUNCTUATION = Set.of(",", ".", ";", ":", ")", "(", "|");

    static List<ManPage> all() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            List<ManPage> pages = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                pages.add(read(file.getFileName().toString()));
            }
            return pages;
        }
    }

    static ManPage read(String name) throws IOException {
        return new ManPage(name, Files.readAllLines(DIRECTORY.resolve(name)));
    }

    /** The lines of a section, without its heading; none when there is no such section. */
    List<String> section(String title) {
        int from = lines.indexOf(".Sh " + title);
        if (from < 0) {
            return List.of();
        }
        List<String> rest = lines.subList(from + 1, lines.size());
        int to = 0;
        while (to < rest.size() && !rest.get(to).startsWith(".Sh ")) {
            to++;
        }
        return rest.subList(0, to);
    }

    /** All but a section. */
    List<String> without(String title) {
        List<String> left = new ArrayList<>(lines);
        List<String> section = section(title);
        left.subList(lines.indexOf(".Sh " + title), lines.indexOf(".Sh " + title) + section.size() + 1)
                .clear();
        return left;
    }

    /** Every option that these lines name, as it is typed. */
    static Set<String> flags(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("."))
                .flatMap(line -> flags(line).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> flags(String line) {
        List<String> flags = new ArrayList<>();
        boolean flag = false;
        for (String word : line.substring(1).split(" +")) {
            if (MACROS.contains(word)) {
                flag = word.equals("Fl");
            } else if (flag && !PUNCTUATION.contains(word)) {
                flags.add("-" + word);
            }
        }
        return flags;
    }

    /**
     * The synopsis: each command by its words, with its options, each as {@code -u UNDERLAY}. A line {@code .Ar test options}
     * stands for the options that the text lists after {@code .Ar test options} and {@code are}.
     */
    Map<String, Set<String>> synopsis() {
        Map<String, Set<String>> commands = new TreeMap<>();
        List<String> names = List.of("");
        Set<String> options = new TreeSet<>();
        for (String line :
                Stream.concat(section("SYNOPSIS").stream(), Stream.of(".Nm")).toList()) {
            List<String> words = List.of(line.substring(1).split(" +"));
            int command = words.indexOf("Cm");
            if (line.equals(".Nm")) {
                for (String name : names) {
                    commands.computeIfAbsent(name, key -> new TreeSet<>()).addAll(options);
                }
                names = List.of("");
                options = new TreeSet<>();
            } else if (command >= 0) {
                names = append(names, words.subList(command + 1, words.size()));
            } else {
                options.addAll(optionsWithLabels(words));
                options.addAll(placeholder(line));
            }
        }
        commands.remove("");
        return commands;
    }

    /** {@code config show | unset} is config show, and config unset. */
    private static List<String> append(List<String> names, List<String> words) {
        String[] alternatives = String.join(" ", words).split(" \\| ");
        String prefix = alternatives[0].substring(0, alternatives[0].lastIndexOf(' ') + 1);
        List<String> appended = new ArrayList<>();
        for (String name : names) {
            for (int i = 0; i < alternatives.length; i++) {
                appended.add((name + " " + (i == 0 ? "" : prefix) + alternatives[i]).strip());
            }
        }
        return appended;
    }

    /** Of {@code Op Fl C Ar NAME} and {@code Fl t Ar TIME | Fl n Ar BYTES} and {@code Fl a | e} and {@code Fl -a Ns Op = Ns Ar VALUE}. */
    private static List<String> optionsWithLabels(List<String> words) {
        List<String> options = new ArrayList<>();
        String line = String.join(" ", words).replace(" Ns Op = Ns Ar ", " Ar ");
        Iterator<String> rest = List.of(line.split(" ")).iterator();
        boolean flag = false;
        while (rest.hasNext()) {
            String word = rest.next();
            if (MACROS.contains(word)) {
                if (word.equals("Ar") && flag) {
                    options.add(options.remove(options.size() - 1) + " " + rest.next());
                }
                flag = word.equals("Fl");
            } else if (flag && !PUNCTUATION.contains(word)) {
                options.add("-" + word);
            }
        }
        return options;
    }

    private Set<String> placeholder(String line) {
        Optional<String> name = line.startsWith(".Op Ar ")
                ? Optional.of(line.substring(4))
                : Optional.of(line).filter(text -> text.startsWith(".Ar ")).map(text -> text.substring(1));
        int at = name.map(text -> lines.indexOf("." + text)).orElse(-1);
        while (at >= 0 && at + 1 < lines.size() && !lines.get(at + 1).matches("are|is")) {
            int next = lines.subList(at + 1, lines.size()).indexOf("." + name.orElseThrow());
            at = next < 0 ? -1 : at + 1 + next;
        }
        Set<String> options = new TreeSet<>();
        if (at >= 0) {
            for (String definition : lines.subList(at + 2, lines.size())) {
                if (definition.startsWith(".It") || definition.equals(".Pp") || definition.startsWith(".El")) {
                    break;
                }
                if (definition.startsWith(".Op ")) {
                    options.addAll(
                            optionsWithLabels(List.of(definition.substring(1).split(" +"))));
                }
            }
        }
        return options;
    }

    /** Its examples as a {@link Walkthrough} reads them: commands, and after them what they print. */
    List<String> exampleSession() {
        List<String> session = new ArrayList<>();
        boolean output = false;
        for (String line : section("EXAMPLES")) {
            if (line.startsWith(".Dl ")) {
                String command = typed(line).replaceFirst("^[#$] ", "");
                int last = session.size() - 1;
                if (last >= 0 && session.get(last).endsWith("\\")) {
                    session.set(last, session.get(last).replaceFirst(" *.$", " " + command.strip()));
                } else {
                    session.add("    # " + command);
                }
            } else if (line.startsWith(".Bd") || line.equals(".Ed")) {
                output = line.startsWith(".Bd");
            } else if (output) {
                session.add("    " + line);
            }
        }
        return session;
    }

    /** Each line of code that is shown by itself, as it is typed. */
    List<String> shownCode() {
        return lines.stream()
                .filter(line -> line.startsWith(".Dl "))
                .map(line -> typed(line).strip())
                .toList();
    }

    /** The words of a line of code. */
    private static String typed(String line) {
        return line.substring(4).replace("\\(rs", "\\").replace("\\e", "\\");
    }

    /** What stands verbatim in its examples. */
    List<String> exampleTexts() {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (String line : section("EXAMPLES")) {
            if (line.startsWith(".Bd -literal")) {
                inside = true;
            } else if (line.equals(".Ed")) {
                texts.add(text.toString());
                text.setLength(0);
                inside = false;
            } else if (inside) {
                text.append(line.replace("\\&", "").replace("\\-", "-")).append('\n');
            }
        }
        return texts;
    }
}
