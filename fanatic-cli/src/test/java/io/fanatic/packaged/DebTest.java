package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.Fanatic;
import io.fanatic.cli.Fanctl;
import io.fanatic.cli.command.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

@Tag("packaged")
class DebTest {
    private static final Path ROOT = Path.of("target/root");
    private static final Path SHARE = ROOT.resolve("usr/share");

    @Test
    void lintianHasNothingToSay() {
        assertThat(Deb.run(
                        "lintian",
                        "--allow-root",
                        "--fail-on",
                        "none",
                        "--display-info",
                        Deb.built().toString()))
                .isEmpty();
    }

    @Test
    void thePackageIsSmallerThanTwelveMegabytes() throws IOException {
        long bytes = Files.size(Deb.built());
        System.out.println("number: size of the package: " + bytes + " bytes");
        assertThat(bytes).isLessThan(12_000_000);
    }

    /** dpkg does not ask about a configuration that is the default, and preinst puts it there while it looks. */
    @Test
    void preinstKnowsTheDefaultConfiguration() throws IOException {
        assertThat(Files.readString(Path.of("src/package/deb/control/preinst")))
                .contains("<<'EOF'\n" + Files.readString(ROOT.resolve("etc/network/fan")) + "EOF\n");
    }

    @Test
    void everyJarHasSomethingThatOursUse() throws IOException {
        List<Path> jars = jars();
        Set<String> names = new TreeSet<>();
        jars.forEach(jar -> names.add(jar.getFileName().toString()));
        assertThat(Reached.jars(jars)).hasSizeGreaterThan(20).containsAll(names);
    }

    /** The table in CONTRIBUTING.md: a library's jars begin with the words of its first column; its second is their size. */
    @Test
    void whatContributingSaysOfDependenciesIsWhatIsInThePackage() throws IOException {
        TreeMap<String, String> rows = new TreeMap<>();
        TreeMap<String, Double> sizes = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../CONTRIBUTING.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length == 4 && cells[2].endsWith(" MB ")) {
                String library = cells[1].strip();
                sizes.put(library, Double.valueOf(cells[2].replace("MB", "").strip()));
                for (String word : library.split(", ")) {
                    rows.put(word, library);
                }
            }
        }
        TreeMap<String, Double> real = new TreeMap<>();
        List<String> unexplained = new ArrayList<>();
        for (Path jar : jars()) {
            String name = jar.getFileName().toString();
            Optional<String> row = rows.keySet().stream()
                    .filter(word -> name.startsWith(word + "-"))
                    .max(Comparator.comparing(String::length));
            if (row.isPresent()) {
                real.merge(rows.get(row.get()), Files.size(jar) / 1e6, Double::sum);
            } else if (!name.startsWith("fan")) {
                unexplained.add(name);
            }
        }
        assertThat(unexplained)
                .as("jars that CONTRIBUTING.md gives no reason for")
                .isEmpty();
        real.replaceAll((library, size) -> Double.valueOf(String.format(Locale.ROOT, "%.1f", size)));
        assertThat(sizes).isEqualTo(real);
    }

    @Test
    void bothShellsCompleteEveryCommandAndOption() throws IOException {
        for (CommandLine program : List.of(new Fanctl().model(), new Fanatic().model())) {
            String name = program.getCommandName();
            String bash = Files.readString(SHARE.resolve("bash-completion/completions/" + name));
            String zsh = Files.readString(SHARE.resolve("zsh/vendor-completions/_" + name));
            List<String> words = new ArrayList<>();
            collect(program, words);
            assertThat(words).hasSizeGreaterThan(20).allSatisfy(word -> {
                assertThat(bash).contains(word);
                assertThat(zsh).contains(word);
            });
        }
    }

    private static void collect(CommandLine command, List<String> words) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            words.addAll(Command.names(option));
        }
        command.getSubcommands().forEach((name, child) -> {
            words.add(name);
            collect(child, words);
        });
    }

    @Test
    void bashCompletes() {
        assertThat(bash("fanctl", "s")).containsExactly("show");
        assertThat(bash("fanctl", "config", "")).startsWith("list", "show", "set", "unset");
        assertThat(bash("fanctl", "config", "set", "--host-")).containsExactly("--host-reserve");
        assertThat(bash("fanctl", "up", "--file", "/etc/host")).contains("/etc/hostname", "/etc/hosts");
        assertThat(bash("fanctl", "up", "-u", "l")).containsExactly("lo");
        assertThat(bash("fanatic", "enable-d")).containsExactly("enable-docker");
        assertThat(bash("fanatic", "lab", "run", "/etc/host")).contains("/etc/hosts");
    }

    /** What bash offers for the last word. */
    private static List<String> bash(String... words) {
        Path file = SHARE.resolve("bash-completion/completions/" + words[0]);
        String script = "source '" + file + "'; COMP_WORDS=(" + quoted(words) + "); COMP_CWORD=" + (words.length - 1)
                + "; _" + words[0] + "; printf '%s\\n' \"${COMPREPLY[@]}\"";
        return Deb.run("bash", "-euc", script).lines().toList();
    }

    /** With zsh's own _arguments replaced, since what that would do with them is zsh's. */
    @Test
    void zshIsToldTheOptionsOfTheCommandThatIsCompleted() {
        assertThat(zsh("fanctl", "_fanctl_config_set"))
                .contains("--host-reserve[")
                .contains("-u")
                .doesNotContain("--stats");
        assertThat(zsh("fanctl", "_fanctl_show")).contains("--stats[");
        assertThat(zsh("fanatic", "_fanatic_lab_run")).contains(":SCENARIO:_files");
    }

    private static String zsh(String program, String function) {
        Path file = SHARE.resolve("zsh/vendor-completions/_" + program);
        return Deb.run(
                "zsh",
                "-fc",
                "_arguments() { print -lr -- \"$@\" }; _describe() { }; source '" + file + "'; " + function);
    }

    private static String quoted(String... words) {
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            text.append('\'').append(word).append("' ");
        }
        return text.toString();
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(SHARE.resolve("fanatic/lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
