package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.CommandTree;
import io.fanatic.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The help of every command there is. */
class HelpTest {
    private static final int WIDTH = 80;

    @Test
    void everyHelpFitsEightyColumnsWithoutColours() {
        for (String path : paths("fanctl", CommandTree.of(new Fanctl()).keySet())) {
            check(CliRun.fanctl((path + " --help").strip()).done(), "fanctl " + path);
        }
        for (String path : paths("fanatic", CommandTree.of(new Fanatic()).keySet())) {
            check(CliRun.fanatic((path + " --help").strip()).done(), "fanatic " + path);
        }
    }

    @Test
    void aListOfCommandsTellsTheFirstSentenceOfEachAndItsOwnHelpAllOfThem() {
        assertThat(CliRun.fanctl("--help").done())
                .contains("  down     Takes a fan down and leaves the host as it was before.\n  show ");
        assertThat(CliRun.fanctl("down --help").done().replace('\n', ' '))
                .contains(
                        "Takes a fan down and leaves the host as it was before. Parts that are gone already are not an error;");
    }

    /** As it was with fd00:fa::/48, web.h2.fan-250.internal and fan-metrics(5). */
    @Test
    void noLineEndsInsideOfAWord() {
        Map<String, CommandLine> commands = new TreeMap<>();
        collect("fanctl", new Fanctl().model(), commands);
        collect("fanatic", new Fanatic().model(), commands);
        commands.forEach((path, command) -> {
            List<String> words = new ArrayList<>(
                    List.of(command.getCommandSpec().usageMessage().description()));
            command.getCommandSpec().args().forEach(arg -> words.addAll(List.of(arg.description())));
            String[] line = path.split(" ", 2);
            String rest = (line.length > 1 ? line[1] + " " : "") + "--help";
            String help = (line[0].equals("fanctl") ? CliRun.fanctl(rest) : CliRun.fanatic(rest)).done();
            Set<String> shown = new HashSet<>(List.of(help.split("\\s+")));
            words.removeIf(String::isEmpty);
            List<String> synopsis = help.lines()
                    .takeWhile(each -> each.startsWith("Usage:") || each.startsWith("        "))
                    .toList();
            assertThat(synopsis).as(path).isNotEmpty().allMatch(HelpTest::closesWhatItOpens);
            for (String text : words) {
                assertThat(shown).as(path).contains(text.strip().split("\\s+"));
            }
        });
    }

    private static boolean closesWhatItOpens(String line) {
        return line.chars().filter(c -> c == '[').count()
                == line.chars().filter(c -> c == ']').count();
    }

    private static void collect(String path, CommandLine command, Map<String, CommandLine> all) {
        all.put(path, command);
        command.getSubcommands().forEach((name, each) -> collect(path + " " + name, each, all));
    }

    @Test
    void aWordWithAnAtSignIsAWordAndNoFile(@TempDir Path directory) throws IOException {
        Path secret = Files.writeString(directory.resolve("shadow"), "root:secret:19000 --mtu\n");
        for (String before : List.of("", "up ", "show ", "config list ", "up -u ")) {
            for (CliRun run : List.of(CliRun.fanctl(before + "@" + secret), CliRun.fanatic(before + "@" + secret))) {
                assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
                assertThat(run.out() + run.err()).doesNotContain("secret:", "--mtu");
            }
        }
    }

    /** With the groups: "", "config", "config list". */
    private static List<String> paths(String program, Iterable<String> commands) {
        TreeSet<String> paths = new TreeSet<>(List.of(""));
        for (String command : commands) {
            paths.add(command);
            paths.add(command.contains(" ") ? command.substring(0, command.indexOf(' ')) : "");
        }
        assertThat(paths).as(program).hasSizeGreaterThan(5);
        return new ArrayList<>(paths);
    }

    private static void check(String help, String command) {
        assertThat(help).as(command).startsWith("Usage: " + command.strip()).doesNotContain("\033");
        assertThat(help.lines()).as(command).allMatch(line -> line.length() <= WIDTH);
    }
}
