package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.command.Program;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.HostSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Every option and every word of every command, generated from the commands themselves: given twice, without a value, empty, wrong, each also
 * with {@code --json}; and every command with a standard output that is full. A person gets a sentence and a documented exit code, a program
 * one JSON document, and the host stays as it was.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
class EveryArgumentTest {
    /** No value of any option, and no file. */
    private static final String WRONG = "/proc/nowhere/x";

    /** What an option or a word takes, by its label. */
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("UNDERLAY", "10.0.0.0/16"),
            Map.entry("OVERLAY", "250.0.0.0/8"),
            Map.entry("ADDRESS", "10.0.0.1"),
            Map.entry("WORD", "250.0.0.0/8 10.0.0.1/16"),
            Map.entry("FILE|CIDR", "10.0.0.1/32"),
            Map.entry("TYPE", "vxlan"));

    /** They do not end by themselves, or make labs. */
    private static final Set<String> LONG =
            Set.of("watch", "monitor", "serve", "names", "lab demo", "lab up", "lab run", "lab bench", "lab exec");

    /** They make a file or directory of any name that one can have. */
    private static final Set<String> NAMES = Set.of("key psk", "key authority");

    /** They go to any address that answers, of either family. */
    private static final Set<String> ADDRESSES = Set.of("test host");

    private LabHost host;
    private HostSnapshot before;
    private Lab lab;
    private int runs;

    @BeforeEach
    void rememberTheHost(Lab running) {
        lab = running;
        host = lab.hosts().get(0);
        before = lab.snapshot(host);
    }

    /** A program, and a command of it with what it must be given. */
    private record Subject(String program, CommandSpec spec) {
        String command() {
            return spec.qualifiedName().substring(program.length()).strip();
        }

        Program fresh() {
            return program.equals("fanctl") ? new Fanctl() : new Fanatic(FanaticWithFakes::host);
        }

        List<String> base() {
            List<String> words = new ArrayList<>(List.of(command().split(" ")));
            for (OptionSpec option : spec.options()) {
                if (option.required()) {
                    words.addAll(List.of(option.longestName(), value(option.paramLabel())));
                }
            }
            return words;
        }

        List<String> description() {
            List<String> words = new ArrayList<>();
            for (PositionalParamSpec word : spec.positionalParameters()) {
                words.addAll(List.of(value(word.paramLabel()).split(" ")));
            }
            return words;
        }

        boolean speaksJson() {
            return spec.findOption("--json") != null;
        }

        static String value(String label) {
            return VALUES.getOrDefault(label, "1");
        }
    }

    private static List<Subject> subjects() {
        List<Subject> all = new ArrayList<>();
        commands(new Fanctl().model().getCommandSpec()).forEach(spec -> all.add(new Subject("fanctl", spec)));
        commands(new Fanatic().model().getCommandSpec()).forEach(spec -> all.add(new Subject("fanatic", spec)));
        assertThat(all).hasSizeGreaterThan(35);
        return all;
    }

    /** Those that do something themselves. */
    static List<CommandSpec> commands(CommandSpec spec) {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandLine child : spec.subcommands().values()) {
            all.addAll(commands(child.getCommandSpec()));
        }
        return all.isEmpty() ? List.of(spec) : all;
    }

    private static boolean own(OptionSpec option) {
        return !Set.of("--help", "--debug", "--json").contains(option.longestName());
    }

    // TESTING.md F42
    @Test
    void anOptionThatIsGivenTwiceWithoutAValueEmptyOrWrongIsRefused() {
        List<String> troubles = new ArrayList<>();
        for (Subject subject : subjects()) {
            for (OptionSpec option : subject.spec().options()) {
                if (!own(option)) {
                    continue;
                }
                String name = option.longestName();
                List<List<String>> variants = new ArrayList<>();
                if (option.arity().max() == 0) {
                    variants.add(List.of(name, name));
                } else if (option.arity().min() == 0) { // a value only behind an equals sign
                    variants.add(List.of(name, name));
                    variants.add(List.of(name + "=" + WRONG));
                } else {
                    String value = Subject.value(option.paramLabel());
                    if (!option.isMultiValue()) {
                        variants.add(List.of(name, value, name, value));
                    }
                    variants.add(List.of(name));
                    variants.add(List.of(name, ""));
                    variants.add(List.of(name, WRONG));
                }
                for (List<String> variant : variants) {
                    List<String> words = new ArrayList<>(subject.base());
                    int at = words.indexOf(name);
                    if (at > 0 && variant.size() < 4) {
                        words.subList(at, at + 2).clear();
                    } else if (at > 0) {
                        variant = variant.subList(2, 4);
                    }
                    words.addAll(subject.description());
                    words.addAll(variant);
                    refused(subject, words, troubles);
                }
            }
        }
        assertThat(troubles).as(runs + " runs").isEmpty();
        System.out.println("number: wrong options refused: " + runs);
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    // TESTING.md F42
    @Test
    void aWordThatIsEmptyOrWrongIsRefused() {
        List<String> troubles = new ArrayList<>();
        for (Subject subject : subjects()) {
            for (int i = 0; i < subject.description().size(); i++) {
                List<String> wrong = new ArrayList<>(List.of("", WRONG));
                if (!NAMES.contains(subject.command())) {
                    wrong.add(ADDRESSES.contains(subject.command()) ? "::1/128" : "::1");
                }
                for (String bad : wrong) {
                    List<String> words = new ArrayList<>(subject.base());
                    List<String> given = subject.description();
                    given.set(i, bad);
                    words.addAll(given);
                    refused(subject, words, troubles);
                }
            }
        }
        assertThat(troubles).as(runs + " runs").isEmpty();
        System.out.println("number: wrong words refused: " + runs);
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private void refused(Subject subject, List<String> words, List<String> troubles) {
        CliRun run = run(subject, words);
        check(subject, run, words, troubles);
        if (!run.out().isEmpty()) {
            troubles.add(words + ": printed " + run.out());
        }
        if (subject.speaksJson()) {
            List<String> json = new ArrayList<>(words);
            json.add(subject.command().split(" ").length, "--json");
            CliRun document = run(subject, json);
            check(subject, document, json, troubles);
            oneDocument(document, json, troubles);
        }
    }

    private void check(Subject subject, CliRun run, List<String> words, List<String> troubles) {
        long lines = run.err().strip().lines().count();
        if (run.exitCode() == ExitCode.DONE) {
            troubles.add(words + ": done, " + run.out());
        } else if (!run.err().startsWith(subject.program() + ": ")
                || lines > 3
                || Stream.of("Exception", "\tat ", "null", "Index").anyMatch(run.err()::contains)) {
            troubles.add(words + ": " + run.err());
        }
    }

    /** Also when it was refused. */
    private static void oneDocument(CliRun run, List<String> words, List<String> troubles) {
        try {
            JsonObject document = JsonParser.parseString(run.out()).getAsJsonObject();
            assertThat(document.get("schema").getAsInt()).isEqualTo(1);
            if (run.exitCode() == ExitCode.TEST_FAILED && !document.has("error")) {
                return;
            }
            JsonObject error = document.getAsJsonObject("error");
            assertThat(error.get("exitCode").getAsInt())
                    .isEqualTo(run.exitCode().status());
            assertThat(run.err()).contains(error.get("message").getAsString());
        } catch (JsonSyntaxException | IllegalStateException | NullPointerException e) {
            troubles.add(words + ": no document of an error: " + run.out());
        }
    }

    private CliRun run(Subject subject, List<String> words) {
        return run(subject, words, new ByteArrayOutputStream());
    }

    private CliRun run(Subject subject, List<String> words, OutputStream out) {
        runs++;
        Supplier<CliRun> run = () -> CliRun.run(subject.fresh(), words.toArray(String[]::new), "", out);
        return host.namespace().call(run::get);
    }

    // TESTING.md F42
    @Test
    void outputThatIsLostIsNeverRcZero() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        List<String> troubles = new ArrayList<>();
        int lost = 0;
        for (Subject subject : subjects()) {
            List<List<String>> lines = new ArrayList<>();
            List<String> help = new ArrayList<>(List.of(subject.command().split(" ")));
            help.add("--help");
            lines.add(help);
            if (!LONG.contains(subject.command())) {
                List<String> words = new ArrayList<>(subject.base());
                words.addAll(subject.description());
                if (subject.spec().findOption("--yes") != null) {
                    words.add("--yes");
                }
                lines.add(words);
                if (subject.speaksJson()) {
                    List<String> json = new ArrayList<>(words);
                    json.add("--json");
                    lines.add(json);
                }
            }
            for (List<String> words : lines) {
                if (run(subject, words).out().isEmpty()) {
                    continue;
                }
                CliRun run = run(subject, words, full);
                lost++;
                if (run.exitCode() == ExitCode.DONE) {
                    troubles.add(words + ": lost its output");
                } else if (!run.err().contains("cannot write to standard output: No space left on device")) {
                    troubles.add(words + ": " + run.err());
                }
            }
        }
        assertThat(troubles).as(runs + " runs").isEmpty();
        System.out.println("number: runs with a full standard output: " + lost);
    }
}
