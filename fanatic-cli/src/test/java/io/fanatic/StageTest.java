package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the package, laid out by Stage.java as they lie on a host. */
class StageTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");

    @Test
    void linksOfPagesThatAreShippedLeadToFilesThatAreShipped(@TempDir Path directory) throws Exception {
        Path lib = Files.createDirectories(directory.resolve("lib"));
        Files.writeString(lib.resolve("classpath"), "one.jar");
        Files.writeString(lib.resolve("one.jar"), "");
        Path root = directory.resolve("root");
        Path completions = Files.createDirectories(directory.resolve("completions"));
        Process stage = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "src/build/java/Stage.java",
                        root.toString(),
                        CHECKOUT.toString(),
                        lib.toString(),
                        completions.toString(),
                        "1.0",
                        "2026-01-01T00:00:00Z")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(stage.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(stage.waitFor()).isZero();

        List<Path> pages;
        try (Stream<Path> files = Files.walk(root)) {
            pages = files.filter(file -> file.toString().matches(".*\\.md(\\.gz)?"))
                    .toList();
        }
        assertThat(pages).hasSizeGreaterThan(5);
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Path page : pages) {
            for (MatchResult link : LINK.matcher(text(page)).results().toList()) {
                String target = link.group(1);
                links++;
                if (!target.contains("://")
                        && !Files.exists(Optional.ofNullable(page.getParent())
                                .orElseThrow()
                                .resolve(target))) {
                    dead.add(root.relativize(page) + ": " + target);
                }
            }
        }
        assertThat(dead).isEmpty();
        assertThat(links).isGreaterThan(10);
    }

    private static String text(Path page) throws IOException {
        try (InputStream in = page.toString().endsWith(".gz")
                ? new GZIPInputStream(Files.newInputStream(page))
                : Files.newInputStream(page)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
