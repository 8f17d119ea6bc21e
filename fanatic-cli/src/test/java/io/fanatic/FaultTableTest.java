package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * TESTING.md's table of faults and promises against the tests, both ways: what it names is there, and a test that says which
 * fault it is about ({@code // TESTING.md F12} above it, or a name that begins with {@code fault12}) stands in that fault's row.
 */
class FaultTableTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("fan-core", "fan-netlink", "fan-test-harness", "fanatic-cli");
    private static final int FAULTS = 43;
    private static final int PROMISES = 10;
    private static final String IMPOSSIBLE = "cannot apply: ";

    private static final Pattern ROW = Pattern.compile("^\\| ([FP]\\d+b?) \\| (.+?) \\| (.+) \\|$", Pattern.MULTILINE);
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)#(\\w+)`");
    private static final Pattern FILE = Pattern.compile("`((?:scripts|examples)/[\\w./-]+)`");
    private static final Pattern COMMENT = Pattern.compile(
            "(?m)^\\s*// TESTING\\.md ([F\\d][^\\n]*)\\n(?:[^\\n]*\\n)*?\\s*(?:public )?void (\\w+)\\(");
    /** From a test's annotation to the end of its member: members stand apart by an empty line. */
    private static final String TEST =
            "@(?:Test|Property|ParameterizedTest)\\b(?:(?!\\n\\s*\\n)[\\s\\S])*?\\bvoid %s\\(";

    private static final Pattern ID = Pattern.compile("\\d+b?");
    private static final Pattern TELLING_NAME = Pattern.compile("void fault(\\d+)[A-Z]\\w*\\(");

    /** What a row says of its fault. */
    private record Row(String fault, String evidence) {
        boolean impossible() {
            return evidence.startsWith(IMPOSSIBLE);
        }
    }

    private final Map<String, Row> rows = rows();
    private final Map<String, String> sources = sources();

    private static Map<String, Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (MatchResult row :
                ROW.matcher(read(ROOT.resolve("TESTING.md"))).results().toList()) {
            assertThat(rows.put(row.group(1), new Row(row.group(2), row.group(3))))
                    .as(row.group(1) + " is listed twice")
                    .isNull();
        }
        return rows;
    }

    /** The test sources of all modules by the simple names of their classes. */
    private static Map<String, String> sources() {
        Map<String, String> sources = new TreeMap<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> sources.merge(
                                file.getFileName().toString().replace(".java", ""), read(file), String::concat));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void everyFaultAndEveryPromiseHasItsRow() {
        List<String> expected = new ArrayList<>();
        IntStream.rangeClosed(1, FAULTS).forEach(number -> {
            expected.add("F" + number);
            if (number == 11) {
                expected.add("F11b");
            }
        });
        IntStream.rangeClosed(1, PROMISES).forEach(number -> expected.add("P" + number));
        assertThat(rows.keySet()).containsExactlyElementsOf(expected);
        long impossible = rows.values().stream().filter(Row::impossible).count();
        System.out.println("number: faults covered: " + (rows.size() - impossible) + " of " + rows.size() + ", "
                + impossible + " cannot apply");
    }

    @Test
    void everyRowNamesATestOrTheReasonWhyThereIsNone() {
        rows.forEach((id, row) -> {
            if (!row.impossible()) {
                assertThat(NAMED.matcher(row.evidence()).find()
                                || FILE.matcher(row.evidence()).find())
                        .as(id + ": " + row.evidence())
                        .isTrue();
            }
        });
    }

    @Test
    void everyTestThatIsNamedIsThere() {
        rows.forEach((id, row) -> {
            for (MatchResult named : NAMED.matcher(row.evidence()).results().toList()) {
                assertThat(sources).as(id).containsKey(named.group(1));
                assertThat(sources.get(named.group(1)))
                        .as(id + ": " + named.group())
                        .containsPattern(TEST.formatted(named.group(2)));
            }
            for (MatchResult file : FILE.matcher(row.evidence()).results().toList()) {
                assertThat(ROOT.resolve(file.group(1))).as(id).exists();
            }
        });
    }

    @Test
    void aTestWhoseAnnotationHasBracesIsATest() {
        String source = """
                    @ParameterizedTest
                    @ValueSource(strings = {"a", "b;"})
                    void those(String word) {
                        call();
                    }

                    private void helper() {}

                    @Test
                    void other() {}
                """;
        assertThat(source).containsPattern(TEST.formatted("those")).containsPattern(TEST.formatted("other"));
        assertThat(source).doesNotContainPattern(TEST.formatted("helper"));
    }

    @Test
    void everyTestThatNamesItsFaultStandsInTheFaultsRow() {
        TreeSet<String> missing = new TreeSet<>();
        sources.forEach((type, source) -> {
            for (MatchResult comment : COMMENT.matcher(source).results().toList()) {
                Matcher ids = ID.matcher(comment.group(1));
                while (ids.find()) {
                    require("F" + ids.group(), type, comment.group(2), missing);
                }
            }
            for (MatchResult name : TELLING_NAME.matcher(source).results().toList()) {
                String method =
                        name.group().substring("void ".length(), name.group().length() - 1);
                require("F" + name.group(1), type, method, missing);
            }
        });
        assertThat(missing).as("to be named in TESTING.md").isEmpty();
    }

    private void require(String id, String type, String method, TreeSet<String> missing) {
        Row row = rows.get(id);
        if (row == null || !row.evidence().contains("`" + type + "#" + method + "`")) {
            missing.add(id + ": `" + type + "#" + method + "`");
        }
    }
}
