package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever reads what others write, given everything: a value or the documented exception, in little memory and time. Each
 * {@code *Fuzz} class of the four modules is a target of Jazzer in a JVM of its own, since Jazzer fuzzes one target for each
 * JVM and rewrites the classes it watches. It runs the seeds and the findings of before (src/test/fuzz/TARGET), then for some
 * seconds what it makes of them. {@code -Dfanatic.fuzz.seconds=600} runs longer; scripts/fuzz does.
 */
class FuzzTest {
    private static final long SECONDS = Long.getLong("fanatic.fuzz.seconds", 3);
    /** For one input; a thousand times what one takes. */
    private static final int SECONDS_FOR_ONE = 10;

    private static final int AT_ONCE = 2;
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target/fuzz").toAbsolutePath();
    private static final List<String> MODULES = List.of("fan-core", "fan-netlink", "fan-test-harness", "fanatic-cli");
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in \\d+ second");

    private static final ExecutorService RUNNERS = Executors.newFixedThreadPool(AT_ONCE);
    private static final Map<String, Future<Run>> RUNS = new TreeMap<>();

    /** A target, at its end. */
    private record Run(int exit, String output) {}

    /** The names of the classes, by the modules that they are in. */
    private static Map<String, Path> targets() {
        Map<String, Path> targets = new TreeMap<>();
        for (String module : MODULES) {
            Path sources = ROOT.resolve(module).resolve("src/test/java");
            try (Stream<Path> files = Files.walk(sources)) {
                files.map(file -> sources.relativize(file).toString())
                        .filter(file -> file.endsWith("Fuzz.java"))
                        .forEach(file -> targets.put(
                                file.substring(0, file.length() - ".java".length())
                                        .replace('/', '.'),
                                ROOT.resolve(module)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        String only = System.getProperty("fanatic.fuzz.target", "");
        targets.keySet().removeIf(target -> !target.endsWith(only));
        return targets;
    }

    static Stream<String> names() {
        return targets().keySet().stream();
    }

    @BeforeAll
    static void start() {
        targets().forEach((target, module) -> RUNS.put(target, RUNNERS.submit(() -> run(target, module))));
    }

    @AfterAll
    static void stop() {
        RUNNERS.shutdownNow();
    }

    @ParameterizedTest
    @MethodSource("names")
    void nothingButTheDocumentedExceptionComesOutOf(String target) throws Exception {
        Run run = Objects.requireNonNull(RUNS.get(target), target).get();
        assertThat(run.exit).as(run.output).isZero();
        Matcher done = DONE.matcher(run.output);
        assertThat(done.find()).as(run.output).isTrue();
        assertThat(Long.parseLong(done.group(1))).isPositive();
        System.out.println("number: fuzz executions: " + done.group(1) + " ("
                + target.substring(target.lastIndexOf('.') + 1) + ")");
    }

    @Test
    void everyTargetHasSeedsAndEverySeedATarget() throws IOException {
        for (String module : MODULES) {
            Path corpora = ROOT.resolve(module).resolve("src/test/fuzz");
            try (Stream<Path> directories = Files.list(corpora)) {
                List<String> names =
                        directories.map(file -> file.getFileName().toString()).toList();
                assertThat(targets().entrySet().stream()
                                .filter(target -> target.getValue().endsWith(module))
                                .map(Map.Entry::getKey))
                        .containsExactlyInAnyOrderElementsOf(names);
            }
        }
    }

    private static Run run(String target, Path module) throws IOException, InterruptedException {
        Path work = WORK.resolve(target);
        Path grown = Files.createDirectories(work.resolve("corpus"));
        Path log = work.resolve("log");
        List<String> classPath = new ArrayList<>();
        for (String each : MODULES) {
            classPath.add(ROOT.resolve(each).resolve("target/test-classes").toString());
        }
        classPath.add(System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+EnableDynamicAgentLoading",
                        "-XX:-OmitStackTraceInFastThrow",
                        "-Djdk.attach.allowAttachSelf=true",
                        "-cp",
                        String.join(File.pathSeparator, classPath),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target,
                        "--instrumentation_includes=io.fanatic.**:com.google.gson.**:org.yaml.snakeyaml.**",
                        "--custom_hook_includes=io.fanatic.**",
                        "--reproducer_path=" + work,
                        "-artifact_prefix=" + work + "/",
                        "-max_total_time=" + SECONDS,
                        "-timeout=" + SECONDS_FOR_ONE,
                        "-max_len=4096",
                        "-use_value_profile=1",
                        "-print_final_stats=0",
                        "-verbosity=1",
                        grown.toString(),
                        module.resolve("src/test/fuzz").resolve(target).toString())
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS + 120, TimeUnit.SECONDS)) {
                return new Run(-1, "still running after its time: " + Files.readString(log));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), Files.readString(log));
    }
}
