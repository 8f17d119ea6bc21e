package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a module exports to everybody is the API for embedders, and every part of it has its Javadoc. */
class ApiDocumentationTest {
    private static final List<String> MODULES = List.of("fan-core", "fan-netlink", "fan-test-harness");

    @TempDir
    Path compiled;

    /** The sources of the packages that a module exports without naming for whom. */
    private static List<Path> sources(String module) throws IOException {
        Path home = Path.of("..", module);
        List<Path> sources = new ArrayList<>();
        try (InputStream descriptor = Files.newInputStream(home.resolve("target/classes/module-info.class"))) {
            for (ModuleDescriptor.Exports exported :
                    ModuleDescriptor.read(descriptor).exports()) {
                if (exported.isQualified()) {
                    continue;
                }
                Path directory =
                        home.resolve("src/main/java").resolve(exported.source().replace('.', '/'));
                try (Stream<Path> files = Files.list(directory)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    /** The packages that a module exports to nobody, or to some. */
    private static List<String> hidden(String module) throws IOException {
        Path home = Path.of("..", module);
        List<String> hidden = new ArrayList<>();
        try (InputStream descriptor = Files.newInputStream(home.resolve("target/classes/module-info.class"))) {
            ModuleDescriptor read = ModuleDescriptor.read(descriptor);
            List<String> exported = read.exports().stream()
                    .filter(exports -> !exports.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .toList();
            try (Stream<Path> files = Files.walk(home.resolve("src/main/java/io"))) {
                files.filter(Files::isDirectory)
                        .map(path -> home.resolve("src/main/java")
                                .relativize(path)
                                .toString()
                                .replace('/', '.'))
                        .filter(name -> !exported.contains(name))
                        .forEach(hidden::add);
            }
        }
        return hidden;
    }

    /** Which class an exported method's documentation says it throws, its caller can name. */
    @Test
    void whatIsThrownCanBeCaught() throws IOException {
        Pattern thrown = Pattern.compile("@throws ([\\w.]+)");
        List<String> wrong = new ArrayList<>();
        List<String> hidden = new ArrayList<>();
        for (String module : MODULES) {
            hidden.addAll(hidden(module));
        }
        assertThat(hidden).contains("io.fanatic.netlink.libc", "io.fanatic.harness.net");
        for (String module : MODULES) {
            for (Path source : sources(module)) {
                String text = Files.readString(source);
                if (!text.contains("\npublic ")) {
                    continue;
                }
                for (MatchResult each : thrown.matcher(text).results().toList()) {
                    String name = each.group(1);
                    String simple = name.substring(name.lastIndexOf('.') + 1);
                    for (String inside : hidden) {
                        if (name.equals(inside + "." + simple)
                                || text.contains("import " + inside + "." + simple + ";")) {
                            wrong.add(source + ": " + each.group());
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** JDK 17 asks that a compact constructor repeats what the record's header says of its components; later ones do not. */
    private static boolean isRepetition(Diagnostic<? extends JavaFileObject> diagnostic) {
        if (!diagnostic.getMessage(Locale.ROOT).startsWith("no @param for ")) {
            return false;
        }
        try {
            CharSequence source = diagnostic.getSource().getCharContent(true);
            String line = source.toString().lines().toList().get((int) diagnostic.getLineNumber() - 1);
            return line.strip().matches("public [A-Z]\\w* \\{");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsExportedIsDocumentedWithEveryParameterResultAndException() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : MODULES) {
            sources.addAll(sources(module));
        }
        assertThat(sources).isNotEmpty();

        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = List.of(
                "--release",
                "17",
                "-proc:none",
                "-implicit:none",
                // The comments are looked at before code is made; none is wanted.
                "--should-stop=ifNoError=FLOW",
                "-Xmaxwarns",
                "1000",
                "-Xdoclint:all/protected",
                "-d",
                compiled.toString(),
                "-classpath",
                System.getProperty("java.class.path"));
        try (StandardJavaFileManager files = javac.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
            javac.getTask(null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
        }
        assertThat(found.getDiagnostics())
                .filteredOn(diagnostic -> diagnostic.getKind() != Diagnostic.Kind.NOTE)
                .filteredOn(diagnostic -> !isRepetition(diagnostic))
                .extracting(Object::toString)
                .isEmpty();
        System.out.println(
                "number: source files in the packages of the API, their public parts documented: " + sources.size());
    }
}
