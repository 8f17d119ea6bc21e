package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.command.CommandTree;
import io.fanatic.cli.command.Program;
import io.fanatic.core.FanConfig;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.netlink.health.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages say what the programs do: compared with the command objects, both ways. */
class ManPagesTest {
    private static final String LAB = "fant-" + ProcessHandle.current().pid() + "-e";

    @ParameterizedTest
    @CsvSource({"fanctl.8", "fanatic.1"})
    void theSynopsisHasEveryCommandWithItsOptionsAndNoOther(String name) throws IOException {
        Map<String, Set<String>> real = new TreeMap<>();
        ManPage page = ManPage.read(name);
        Map<String, Set<String>> written = page.synopsis();
        CommandTree.of(program(name)).forEach((command, options) -> {
            Set<String> expected = new TreeSet<>();
            for (CommandTree.Opt option : options) {
                // Either name will do.
                String typed = option.names().stream()
                        .filter(one ->
                                written.getOrDefault(command, Set.of()).contains((one + " " + option.label()).strip()))
                        .findFirst()
                        .orElse(option.names().toString());
                expected.add((typed + " " + option.label()).strip());
            }
            real.put(command, expected);
        });
        // Both programs take it as a word for --help.
        written.remove("help");
        assertThat(written).isEqualTo(real);
    }

    @ParameterizedTest
    @CsvSource({"fanctl.8", "fanatic.1"})
    void theTextTellsOfEveryOptionByEachOfItsNamesAndOfNoOther(String name) throws IOException {
        ManPage page = ManPage.read(name);
        assertThat(ManPage.flags(page.without("SYNOPSIS"))).isEqualTo(CommandTree.names(program(name)));
    }

    @Test
    void theTextTellsOfEveryCommand() throws IOException {
        for (String name : List.of("fanctl.8", "fanatic.1")) {
            List<String> items = new ArrayList<>();
            for (String line : ManPage.read(name).section("DESCRIPTION").isEmpty()
                    ? List.<String>of()
                    : ManPage.read(name).without("SYNOPSIS")) {
                if (line.startsWith(".It Cm ")) {
                    String words = line.substring(7).split(" (Ar|Op|Fl|No) ")[0];
                    items.addAll(Arrays.asList(words.split(" , ")));
                }
            }
            for (String command : CommandTree.of(program(name)).keySet()) {
                assertThat(items).as(name).anyMatch(item -> item.equals(command) || command.equals("lab " + item));
            }
        }
    }

    @Test
    void mandocAndGroffHaveNothingToSayAboutThem() throws Exception {
        for (ManPage page : ManPage.all()) {
            String file = ManPage.DIRECTORY.resolve(page.name()).toString();
            assertThat(said("mandoc", "-Tlint", "-Wstyle", file).lines())
                    // The machine need not have the pages of others, nor ours installed.
                    .filteredOn(line -> !line.matches(".*(: referenced manual not found|outdated mandoc.db).*"))
                    .as("mandoc -Tlint " + page.name())
                    .isEmpty();
            assertThat(said("sh", "-c", "man --warnings -l -Tutf8 -P true '" + file + "' 2>&1 >/dev/null"))
                    .as("man --warnings " + page.name())
                    .isEmpty();
        }
    }

    /** Else what is copied from there is another command, or a part of it that runs alone. */
    @ParameterizedTest
    @ValueSource(strings = {"mandoc -Tascii -Owidth=80", "env MANWIDTH=80 man -l -Tascii -P cat"})
    void codeIsShownAsItIsTypedOnATerminalOfEightyColumns(String reader) throws Exception {
        int shown = 0;
        for (ManPage page : ManPage.all()) {
            List<String> words = new ArrayList<>(List.of(reader.split(" ")));
            words.add(ManPage.DIRECTORY.resolve(page.name()).toString());
            List<String> lines = said(words.toArray(String[]::new))
                    // Bold and underlined.
                    .replaceAll("\033\\[[0-9;]*m|.\b", "")
                    .lines()
                    .map(String::strip)
                    .toList();
            List<String> code = page.shownCode();
            assertThat(lines).as(page.name()).containsAll(code);
            shown += code.size();
        }
        assertThat(shown).isGreaterThan(20);
    }

    @Test
    void everyCodeOfTheDoctorHasAnExampleOfWhatIsSeenAndOfTheFix() throws IOException {
        Map<String, List<String>> examples = new TreeMap<>();
        String code = "";
        for (String line : ManPage.read("fan-doctor.7").section("CODES")) {
            if (line.startsWith(".It Cm ")) {
                code = line.split(" ")[2];
                examples.put(code, new ArrayList<>());
            } else if (line.startsWith(".Dl ")) {
                examples.getOrDefault(code, new ArrayList<>()).add(line.substring(4));
            }
        }
        assertThat(examples.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Code.all().stream().map(Code::word).toList());
        assertThat(examples).allSatisfy((word, lines) -> {
            assertThat(lines).as(word).hasSizeBetween(2, 3);
            assertThat(lines.get(0)).as(word).doesNotStartWith("# ");
            assertThat(lines.get(1)).as(word).startsWith("# ");
        });
    }

    @Test
    void pagesThatPagesReferToAreThere() throws IOException {
        Set<String> ours = new TreeSet<>();
        for (ManPage page : ManPage.all()) {
            ours.add(page.name());
        }
        for (ManPage page : ManPage.all()) {
            for (String line : page.lines()) {
                String[] words = line.split(" ");
                if (words[0].equals(".Xr") && words[1].startsWith("fan")) {
                    assertThat(ours).as(page.name() + ": " + line).contains(words[1] + "." + words[2]);
                }
            }
        }
    }

    /** Pages whose examples are run, each on two fresh hosts. */
    static final List<String> EXAMPLES = List.of("fanctl.8", "fanatic.1", "fan.7", "fan-doctor.7", "fan-report.5");

    private static final String SERVE = "cd 'BIN' && { ./fanatic serve >serve.log 2>&1 & pid=$!; };"
            + " until ss -Hltn sport = :7 | grep -q .; do kill -0 $pid || exit 1; sleep 0.05; done; echo $pid >serve.pid";

    static List<String> examples() {
        return EXAMPLES;
    }

    @ParameterizedTest
    @MethodSource("examples")
    @FanLab(hosts = 2, containers = 0, fan = false)
    void itsExamplesWork(String name, Lab lab, @TempDir Path bin) throws Exception {
        Walkthrough.install(bin);
        if (name.equals("fan-report.5")) {
            // Between hosts that have a fan already, the other one of which answers.
            lab.hosts()
                    .forEach(host -> CliRun.fanctl(host, "up -u 10.0.0.0/16 -o 250.0.0.0/8")
                            .done());
            lab.hosts()
                    .get(1)
                    .exec("sh", "-c", SERVE.replace("BIN", bin.toString()))
                    .orThrow();
        }
        List<String> session = new ArrayList<>();
        List<String> labs = new ArrayList<>();
        for (String line : ManPage.read(name).exampleSession()) {
            if (line.matches("    # sudo fanatic( deconfigure)?")) {
                // Whoever sits there presses return.
                session.add(line.replace("# ", "# yes '' | "));
            } else if (line.contains("printf")) {
                // Run with Docker and LXD by WizardWithEnginesTest.
                assertThat(line)
                        .isEqualTo("    # printf '" + Transcript.ANSWERS.replace("\n", "\\n") + "' | sudo fanatic");
            } else if (line.startsWith("    # sudo fanatic lab ")) {
                labs.add(line.substring(line.indexOf("lab ")).replaceFirst("lab \\w+", "$0 --lab " + LAB));
            } else if (line.contains(" --report ")) {
                // Beside the programs, as the next commands expect it.
                session.add(line.replace("# fanatic", "# command fanatic"));
            } else if (line.equals("    # fanctl watch")) {
                // Somebody ends it as soon as it watches.
                session.add(
                        "    # timeout --preserve-status 60 fanctl watch >watch 2>&1 & pid=$!; until grep -q watching watch; do kill -0 $pid || exit 1; sleep 0.05;"
                                + " done; kill $pid; wait $pid");
            } else {
                session.add(line);
            }
        }
        Walkthrough.of(ManPage.DIRECTORY.resolve(name), session, bin).run(lab, bin);
        if (name.equals("fan-report.5")) {
            said("sh", "-c", "kill $(cat '" + bin + "/serve.pid')");
        }
        // Labs are made on the machine itself, not in a host of another lab.
        for (String command : labs) {
            assertThat(said("sh", "-c", "cd '" + bin + "' && ./fanatic " + command + " || echo FAILED"))
                    .as(command)
                    .doesNotContain("FAILED");
        }
    }

    @Test
    void theExampleOfTheConfigurationIsValid() throws IOException {
        String text = ManPage.read("fan.5").exampleTexts().get(0);
        assertThat(FanConfig.parse("fan.5", text).requireValid().lines()).hasSize(3);
    }

    @Test
    void theExampleOfAScenarioRuns(@TempDir Path directory) throws IOException {
        assumeTrue(LIBC.geteuid() == 0, "a lab needs root");
        Path file = Files.writeString(
                directory.resolve("example.yaml"),
                ManPage.read("fan-scenario.5").exampleTexts().get(0));
        String lab = "fant-" + ProcessHandle.current().pid() + "-m";
        assertThat(CliRun.fanatic("lab run " + file + " --lab " + lab).done()).contains("Everything was as expected");
    }

    private static Program program(String page) {
        return page.startsWith("fanctl") ? new Fanctl() : new Fanatic();
    }

    private static String said(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
