package io.fanatic;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every program that scripts, tests and main code start is one of a minimal system, or scripts/setup names it or its package for that
 * purpose. Else it is here by chance, and missing on somebody else's machine. Only a program that is here can be told from a word; the others
 * fail where they are started.
 */
class ProgramsTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final List<Path> DIRECTORIES = List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"));

    /** Names of programs that stand in these sources for something else: functions of scripts, kinds of things. */
    private static final Set<String> WORDS =
            Set.of("column", "file", "host", "init", "last", "linux", "look", "make", "route", "size");

    /** What is shipped does without these where they are not. */
    private static final Set<String> OPTIONAL =
            Set.of("iptables-legacy-save", "journalctl", "podman", "resolvectl", "systemctl");

    private static final Pattern STARTED_BY_MAIN =
            Pattern.compile("(?:\"(?:/usr)?/s?bin/|Spawn\\.find\\(\")([\\w.+-]+)\"");

    /** Nothing that CONTRIBUTING has anybody run for a test; it says itself what it wants. */
    private static final Set<Path> ON_THEIR_OWN = Set.of(Path.of("scripts/pictures"));

    /** Where a command begins in a shell's words, past what it may be preceded by. */
    private static final Pattern COMMAND = Pattern.compile(
            "(?:^|[;&|({`!\"']|\\$\\(|\\b(?:then|do|else|exec|if|elif|while|until|xargs|sudo|env|nohup|has|command -v"
                    + "|KILL|TERM|--fork|--kill-child|--mount|--net|--|-c)\\s)\\s*(?:[A-Z_]+=\\S*\\s+)*"
                    + "([a-z][\\w.-]*)(?![\\w.-]*[=(])",
            Pattern.MULTILINE);

    private static final String LITERAL = "\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"";
    private static final Pattern LITERALS = Pattern.compile(LITERAL, Pattern.DOTALL);

    /** The first string, or the script, of a call that takes a command. */
    private static final Pattern CALL = Pattern.compile(
            "(?:\\b(?:exec|command|ProcessBuilder|List\\.of|run|said|find|builder|inside|ask|capture|start|outside|Path\\.of)\\(|\"-e?u?c\",)\\s*"
                    + "((?:(?:" + LITERAL + ")(?:\\s*\\+\\s*)?)+)",
            Pattern.DOTALL);

    /** {@code need "has PROGRAM && ..." "PACKAGE ..." REASON} */
    private static final Pattern NEED =
            Pattern.compile("^ *need (\"[^\"]*\"|\\S+) (\"[^\"]*\"|\\S+) ", Pattern.MULTILINE);

    private static final Pattern HAS = Pattern.compile("has ([\\w.+-]+)");

    /** What scripts/setup installs for a purpose; each has what those before it have. */
    private record Provided(Set<String> programs, Set<String> packages) {
        static Provided by(String setup) {
            Set<String> programs = new HashSet<>();
            Set<String> packages = new HashSet<>();
            NEED.matcher(setup).results().forEach(need -> {
                HAS.matcher(need.group(1)).results().forEach(has -> programs.add(has.group(1)));
                packages.addAll(List.of(need.group(2).replace("\"", "").split(" ")));
            });
            return new Provided(programs, packages);
        }

        boolean includes(String program, String owner) {
            return (this == toRun && OPTIONAL.contains(program))
                    || programs.contains(program)
                    || packages.contains(owner)
                    || (packages.contains("jdk") && owner.startsWith("openjdk-"));
        }
    }

    private static Provided toRun;
    private static Provided toTest;
    private static Provided forKernels;
    private static Set<String> minimal;

    @BeforeAll
    static void readSetup() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/usr/bin/dpkg-query")), "packages are told by dpkg");
        String setup = Files.readString(HOME.resolve("scripts/setup"));
        int test = setup.indexOf("if [ \"$purpose\" != run ]");
        int kernels = setup.indexOf("if [ \"$purpose\" = kernels ]");
        assertThat(test).isPositive().isLessThan(kernels);
        toRun = Provided.by(setup.substring(0, test));
        toTest = Provided.by(setup.substring(0, kernels));
        forKernels = Provided.by(setup);
        minimal = minimal();
    }

    @Test
    void whatScriptsAndTestsStartIsInstalledBySetup() throws IOException, InterruptedException {
        Map<String, Set<Path>> started = new TreeMap<>();
        for (Path script : scripts()) {
            // Without comments, the names of packages in setup, and kill, which every shell has built in.
            add(
                    started,
                    script,
                    Files.readString(HOME.resolve(script)).replaceAll("(?m)(^|\\s)#.*|^ *need .*|\\bkill\\b", "$1"));
        }
        List<Path> sources = new ArrayList<>(sources("test"));
        sources("main").stream().filter(ProgramsTest::isHarness).forEach(sources::add);
        for (Path source : sources) {
            addCalls(started, source);
        }
        assertThat(started)
                .containsKeys("mvn", "modprobe", "linux.uml", "dockerd", "nft", "cut")
                .hasSizeGreaterThan(60);
        assertThat(missing(started)).isEmpty();
    }

    @Test
    void whatMainCodeStartsIsInstalledBySetup() throws IOException, InterruptedException {
        Map<String, Set<Path>> started = new TreeMap<>();
        for (Path source : sources("main")) {
            STARTED_BY_MAIN
                    .matcher(Files.readString(HOME.resolve(source)))
                    .results()
                    .map(found -> found.group(1))
                    .filter(program -> !isHarness(source))
                    .forEach(program -> started.computeIfAbsent(program, name -> new TreeSet<>())
                            .add(source));
        }
        assertThat(started).containsKeys("dnsmasq", "nsenter");
        assertThat(missing(started)).isEmpty();
    }

    private static void addCalls(Map<String, Set<Path>> started, Path source) throws IOException {
        String code = Files.readString(HOME.resolve(source)).replaceAll("(?m)^\\s*(//|\\*|/\\*).*", "");
        for (MatchResult call : CALL.matcher(code).results().toList()) {
            String words = LITERALS.matcher(call.group(1))
                    .results()
                    .map(literal -> literal.group(1) != null ? literal.group(1) : literal.group(2))
                    .collect(Collectors.joining());
            add(started, source, words.replace("\\n", "\n").replaceAll("(/usr)?/s?bin/", ""));
        }
    }

    private static void add(Map<String, Set<Path>> started, Path source, String shell) {
        COMMAND.matcher(shell)
                .results()
                .map(command -> command.group(1))
                .filter(word -> !WORDS.contains(word) && program(word) != null)
                .forEach(word ->
                        started.computeIfAbsent(word, name -> new TreeSet<>()).add(source));
    }

    private static @Nullable Path program(String name) {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Those that a fresh machine would not have, with their packages and the sources that start them. */
    private static List<String> missing(Map<String, Set<Path>> started) throws IOException, InterruptedException {
        Map<String, String> owners = owners(started.keySet());
        List<String> missing = new ArrayList<>();
        started.forEach((program, sources) -> {
            String owner = owners.getOrDefault(program, "no package here");
            for (Path source : sources) {
                if (!minimal.contains(owner) && !purpose(source).includes(program, owner)) {
                    missing.add(program + " of " + owner + " is started by " + source);
                }
            }
        });
        return missing;
    }

    private static Provided purpose(Path source) {
        String path = source.toString();
        if (path.startsWith("scripts/in-qemu") || path.startsWith("scripts/test-kernels")) {
            return forKernels;
        }
        boolean shipped = path.contains("src/main") || path.contains("src/package");
        boolean launcher =
                Stream.of("fanatic", "fanctl", "scripts/launch", "scripts/run").anyMatch(path::equals);
        return (shipped && !isHarness(source)) || launcher ? toRun : toTest;
    }

    private static boolean isHarness(Path source) {
        return source.startsWith("fan-test-harness");
    }

    private static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (String place :
                List.of("fanatic", "fanctl", "scripts", "fanatic-cli/src/test/sh", "fanatic-cli/src/package")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(place))) {
                files.filter(Files::isRegularFile)
                        .map(HOME::relativize)
                        .filter(file -> !ON_THEIR_OWN.contains(file) && isShell(HOME.resolve(file)))
                        .forEach(scripts::add);
            }
        }
        return scripts;
    }

    /** By its first line, or as one that another sources. */
    private static boolean isShell(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return text.startsWith("#!/bin/sh")
                    || text.startsWith("# ") && !file.toString().contains("/root/");
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> sources(String kind) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("fan-core", "fan-netlink", "fan-test-harness", "fanatic-cli")) {
            try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src/" + kind + "/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(HOME::relativize)
                        .forEach(sources::add);
            }
        }
        return sources;
    }

    /** What debootstrap's variant minbase installs: what is required or essential, apt, and what these depend on. */
    private static Set<String> minimal() throws IOException, InterruptedException {
        Map<String, String[]> installed = output(List.of(
                        "dpkg-query", "-W", "-f", "${Package}\t${Essential} ${Priority}\t${Pre-Depends},${Depends}\n"))
                .lines()
                .map(line -> line.split("\t", -1))
                .collect(toMap(fields -> fields[0], fields -> fields, (one, other) -> one));
        Deque<String> open = new ArrayDeque<>(List.of("apt"));
        installed.forEach((name, fields) -> {
            if (fields[1].startsWith("yes") || fields[1].endsWith("required")) {
                open.add(name);
            }
        });
        Set<String> all = new HashSet<>();
        while (!open.isEmpty()) {
            String name = open.remove();
            String[] fields = installed.get(name);
            if (fields != null && all.add(name)) {
                for (String dependency : fields[2].split(",", -1)) {
                    // Of alternatives the first is the usual one.
                    open.add(dependency.strip().replaceAll("[ :(|].*", ""));
                }
            }
        }
        return all;
    }

    /** The packages of programs; where the file is a link, such as of update-alternatives, of what it leads to. */
    private static Map<String, String> owners(Collection<String> programs) throws IOException, InterruptedException {
        Map<String, List<Path>> files = new TreeMap<>();
        List<String> question = new ArrayList<>(List.of("dpkg-query", "-S"));
        for (String name : programs) {
            Path file = program(name);
            if (file != null) {
                files.put(name, List.of(file.toRealPath(), file));
                for (Path one : List.of(file.toRealPath(), file)) {
                    // Some packages still have them in /bin, which is a link.
                    question.addAll(List.of(one.toString(), one.toString().replaceFirst("^/usr", "")));
                }
            }
        }
        Map<Path, String> packages = new HashMap<>();
        for (String line : output(question).lines().toList()) {
            // PACKAGE[:ARCHITECTURE][, PACKAGE...]: PATH; or a diversion, which is nobody's
            int colon = line.lastIndexOf(": ");
            if (colon > 0 && !line.startsWith("diversion")) {
                String path = line.substring(colon + 2);
                packages.put(
                        Path.of(path.startsWith("/usr") ? path : "/usr" + path),
                        line.substring(0, colon).replaceAll("[:,].*", ""));
            }
        }
        Map<String, String> owners = new TreeMap<>();
        files.forEach((name, places) -> places.stream()
                .flatMap(place -> Optional.ofNullable(packages.get(place)).stream())
                .findFirst()
                .ifPresent(owner -> owners.put(name, owner)));
        return owners;
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}
