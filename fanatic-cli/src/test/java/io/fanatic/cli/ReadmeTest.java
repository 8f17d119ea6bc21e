package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.CommandTree;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README and its relatives say is so. */
class ReadmeTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final Path README = HOME.resolve("README.md");

    /** A command of a program up to the end of the code that it stands in. */
    private static final Pattern COMMAND = Pattern.compile("(?m)\\b(fanatic|fanctl)((?: [^`\"|\\n]+)?)");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(HOME);
                Stream<Path> examples = Files.list(HOME.resolve("examples"))) {
            return Stream.concat(top, examples).filter(file -> file.toString().endsWith(".md")).toList().stream();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @FanLab(hosts = 2, containers = 0, fan = false)
    void theWalkThroughWorksAsItIsWrittenAndAfterTheWizard(boolean byTheWizard, Lab lab, @TempDir Path bin)
            throws IOException {
        Walkthrough.install(bin);
        Walkthrough readme = Walkthrough.read(README);
        try (Dockerd first = Dockerd.start(lab.hosts().get(0));
                Dockerd second = Dockerd.start(lab.hosts().get(1))) {
            (byTheWizard ? readme.byTheWizard() : readme).run(lab, bin);
            first.removeContainers();
            second.removeContainers();
        }
    }

    /** So that nobody looks for what was renamed. */
    @ParameterizedTest
    @MethodSource("pages")
    void itsLinksLeadSomewhere(Path page) throws IOException {
        List<String> links = LINK.matcher(Files.readString(page))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains("://"))
                .toList();
        for (String link : links) {
            assertThat(Optional.ofNullable(page.getParent()).orElseThrow().resolve(link))
                    .as(link + " in " + page)
                    .exists();
        }
    }

    @Test
    void theMavenCoordinatesAreThoseOfThisBuild() throws IOException {
        String pom = Files.readString(HOME.resolve("fan-netlink/pom.xml"));
        String parent = pom.substring(pom.indexOf("<parent>"), pom.indexOf("</parent>"));
        Matcher version = Pattern.compile("<version>.*</version>").matcher(parent);
        assertThat(version.find()).isTrue();
        assertThat(section("In a Java program"))
                .contains("<groupId>io.fanatic</groupId>", "<artifactId>fan-netlink</artifactId>", version.group());
    }

    @Test
    void theCodesThatItNamesForSymptomsAreTheDoctors() throws IOException {
        Set<String> codes = Code.all().stream().map(Code::word).collect(Collectors.toSet());
        List<String> named = section("When it does not work")
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| symptom"))
                .map(line -> line.split("\\|")[2])
                .flatMap(cell -> Pattern.compile("`([a-z-]+)`").matcher(cell).results())
                .map(code -> code.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(20).isSubsetOf(codes);
    }

    /** Beside those that the walk-through runs. */
    @ParameterizedTest
    @MethodSource("pages")
    void commandsAndOptionsThatStandAsCodeExist(Path page) throws IOException {
        Map<String, Map<String, List<CommandTree.Opt>>> programs =
                Map.of("fanatic", CommandTree.of(new Fanatic()), "fanctl", CommandTree.of(new Fanctl()));
        String code = Pattern.compile("`([^`\\n]+)`|(?m)^(?: {4}|\\w+# )(.+)$")
                .matcher(Files.readString(page))
                .results()
                .map(found -> Optional.ofNullable(found.group(1)).orElseGet(() -> found.group(2)))
                .filter(text -> text.matches("(sudo )?(\\./)?(fanatic|fanctl) .*"))
                .collect(Collectors.joining("\n"));
        for (MatchResult found : COMMAND.matcher(code).results().toList()) {
            Map<String, List<CommandTree.Opt>> commands = programs.getOrDefault(found.group(1), Map.of());
            List<String> words = List.of(found.group(2).strip().split(" +"));
            String command = commands.keySet().stream()
                    .filter(name -> (String.join(" ", words) + " ").startsWith(name + " "))
                    .max(Comparator.comparing(String::length))
                    .orElse("");
            // A group, or a row of commands, or "...", or the mark of a device.
            if (command.isEmpty()) {
                assertThat(commands.keySet())
                        .as(found.group() + " in " + page)
                        .anyMatch(name -> words.get(0).matches("[-A-Z.\\d].*")
                                || name.startsWith(words.get(0).split("[*,]")[0]));
                continue;
            }
            Set<String> options = commands.getOrDefault(command, List.of()).stream()
                    .flatMap(option -> option.names().stream())
                    .collect(Collectors.toSet());
            assertThat(words.stream().filter(word -> word.matches("--?[a-z][a-z-]*")))
                    .as(found.group() + " in " + page)
                    .allMatch(options::contains);
        }
    }

    @Test
    void itsJavaIsTheProgramOfTheExample() throws IOException {
        String page = Files.readString(README);
        int from = page.indexOf("```java\n") + "```java\n".length();
        String java = page.substring(from, page.indexOf("```", from));
        assertThat(Files.readString(HOME.resolve("examples/embedding/src/main/java/example/TenLines.java")))
                .contains(java.indent(8));
    }

    private static String section(String title) throws IOException {
        String page = Files.readString(README);
        int from = page.indexOf("\n## " + title + "\n");
        assertThat(from).isPositive();
        int to = page.indexOf("\n## ", from + 1);
        return page.substring(from, to < 0 ? page.length() : to);
    }
}
