package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever reads what others write, given everything: a value or the documented exception, in little memory and time. Each
 * {@code *Fuzz} class of the four modules is a target of Jazzer, which runs in a JVM of its own, since it rewrites the
 * classes that it watches: the seeds and the findings of before (src/test/fuzz/TARGET), then what it makes of them.
 * scripts/fuzz does it for longer.
 */
class FuzzTest {
    private static final long SECONDS = Long.getLong("fanatic.fuzz.seconds", 60);
    /** Only targets whose name ends so. */
    private static final String ONLY = System.getProperty("fanatic.fuzz.target", "");
    /** For one input, on a busy machine, classes being loaded and rewritten meanwhile; one takes microseconds. */
    private static final int SECONDS_FOR_ONE = 60;

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target/fuzz").toAbsolutePath();
    private static final List<String> MODULES = List.of("fan-core", "fan-netlink", "fan-test-harness", "fanatic-cli");
    private static final String FINDING = "== Java Exception";
    private static final Pattern EXECUTIONS = Pattern.compile("executions of \\S*\\.(\\w+)Fuzz: (\\d+)");

    @Test
    void nothingButTheDocumentedExceptionsComesOut() throws Exception {
        Map<String, Path> targets = targets();
        targets.keySet().removeIf(target -> !target.endsWith(ONLY));
        Path seeds = seeds(targets);
        Path findings = Files.createDirectories(WORK.resolve("findings"));
        Path log = WORK.resolve("log");

        int exit = run(List.copyOf(targets.keySet()), seeds, findings, log);

        String output = Files.readString(log);
        List<MatchResult> executions = EXECUTIONS.matcher(output).results().toList();
        executions.forEach(
                each -> System.out.println("number: fuzz executions: " + each.group(2) + " (" + each.group(1) + ")"));
        assertThat(output.lines().filter(line -> line.contains(FINDING)))
                .as("findings, to be kept in src/test/fuzz: " + kept(findings, List.copyOf(targets.keySet()))
                        + "; all in " + log)
                .isEmpty();
        assertThat(exit).as("exit of Jazzer, see " + log).isZero();
        assertThat(executions).hasSameSizeAs(targets.keySet()).allMatch(each -> Long.parseLong(each.group(2)) > 0);
    }

    @Test
    void everyTargetHasSeedsAndEverySeedATarget() throws IOException {
        Map<String, Path> targets = targets();
        for (String module : MODULES) {
            try (Stream<Path> corpora = Files.list(ROOT.resolve(module).resolve("src/test/fuzz"))) {
                assertThat(corpora.map(corpus -> corpus.getFileName().toString()))
                        .containsExactlyInAnyOrderElementsOf(targets.keySet().stream()
                                .filter(target -> ROOT.resolve(module).equals(targets.get(target)))
                                .toList());
            }
        }
    }

    /** The names of the classes, each with its module. */
    private static Map<String, Path> targets() {
        Map<String, Path> targets = new TreeMap<>();
        for (String module : MODULES) {
            Path sources = ROOT.resolve(module).resolve("src/test/java");
            try (Stream<Path> files = Files.walk(sources)) {
                files.map(file -> sources.relativize(file).toString())
                        .filter(file -> file.endsWith("Fuzz.java"))
                        .map(file -> file.replace(".java", "").replace('/', '.'))
                        .forEach(target -> targets.put(target, ROOT.resolve(module)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return targets;
    }

    /** The seeds of all targets as one corpus, with the target's number in front. */
    private static Path seeds(Map<String, Path> targets) throws IOException {
        Path all = Files.createDirectories(WORK.resolve("seeds"));
        try (Stream<Path> before = Files.list(all)) {
            before.forEach(seed -> seed.toFile().delete());
        }
        int number = 0;
        for (Map.Entry<String, Path> target : targets.entrySet()) {
            Path corpus = target.getValue().resolve("src/test/fuzz").resolve(target.getKey());
            try (Stream<Path> files = Files.list(corpus)) {
                for (Path seed : files.toList()) {
                    byte[] bytes = Files.readAllBytes(seed);
                    byte[] input = new byte[bytes.length + 1];
                    input[0] = (byte) number;
                    System.arraycopy(bytes, 0, input, 1, bytes.length);
                    Files.write(all.resolve(target.getKey() + "-" + seed.getFileName()), input);
                }
            }
            number++;
        }
        return all;
    }

    private static int run(List<String> targets, Path seeds, Path findings, Path log)
            throws IOException, InterruptedException {
        List<String> classPath = new ArrayList<>();
        for (String module : MODULES) {
            classPath.add(ROOT.resolve(module).resolve("target/test-classes").toString());
        }
        classPath.add(System.getProperty("java.class.path"));
        Path grown = Files.createDirectories(WORK.resolve("corpus" + ONLY));
        Process jazzer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        // For a minute the second compiler costs more than it gives.
                        SECONDS <= 120 ? "-XX:TieredStopAtLevel=1" : "-XX:+TieredCompilation",
                        "-XX:+UseSerialGC",
                        "-XX:+EnableDynamicAgentLoading",
                        "-XX:-OmitStackTraceInFastThrow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dfanatic.fuzz.targets=" + String.join(",", targets),
                        "-cp",
                        String.join(File.pathSeparator, classPath),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + FuzzTargets.class.getName(),
                        "--instrumentation_includes=io.fanatic.**:com.google.gson.**:org.yaml.snakeyaml.**",
                        // Netty starts by reflection that Jazzer's hooks break.
                        "--custom_hook_includes=io.fanatic.**:com.google.gson.**:org.yaml.snakeyaml.**",
                        "--keep_going=20",
                        "--reproducer_path=" + findings,
                        "-artifact_prefix=" + findings + "/",
                        "-max_total_time=" + SECONDS,
                        // A short run takes the same way each time, so that it fails for a change and not for luck.
                        "-seed=" + (SECONDS <= 120 ? 1 : 0),
                        "-timeout=" + SECONDS_FOR_ONE,
                        "-max_len=4096",
                        grown.toString(),
                        seeds.toString())
                .directory(WORK.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = jazzer.waitFor(SECONDS + 5 * SECONDS_FOR_ONE, TimeUnit.SECONDS);
            assertThat(ended).as("Jazzer does not end: " + log).isTrue();
            return jazzer.exitValue();
        } finally {
            jazzer.destroyForcibly();
        }
    }

    /** The inputs that broke something, ready to be copied to their target's seeds. */
    private static List<Path> kept(Path findings, List<String> targets) throws IOException {
        List<Path> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(findings)) {
            for (Path file : files.filter(each -> each.getFileName().toString().startsWith("crash-"))
                    .toList()) {
                byte[] input = Files.readAllBytes(file);
                if (input.length > 0) {
                    Path directory = Files.createDirectories(
                            WORK.resolve("kept").resolve(targets.get((input[0] & 0xff) % targets.size())));
                    String name = file.getFileName().toString().substring(0, "crash-".length() + 8);
                    kept.add(Files.write(directory.resolve(name), Arrays.copyOfRange(input, 1, input.length)));
                }
            }
        }
        return kept;
    }
}
