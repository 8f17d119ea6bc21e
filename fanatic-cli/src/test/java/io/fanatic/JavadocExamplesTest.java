package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the Javadoc of what is exported to everybody compile as they stand there. */
class JavadocExamplesTest {
    private static final Pattern EXPORTED = Pattern.compile("(?m)^    exports ([\\w.]+);$");
    private static final Pattern PUBLIC = Pattern.compile("(?m)^public ");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre>\\{@code\\n(.*?)\\n *\\* \\}</pre>");

    @TempDir
    Path classes;

    private final List<String> packages = new ArrayList<>();
    private final List<JavaFileObject> sources = new ArrayList<>();

    /** @param imports of all exported packages, as a reader has them */
    private void add(Path file, String imports) throws IOException {
        Matcher examples = EXAMPLE.matcher(Files.readString(file));
        while (examples.find()) {
            String name = "Example" + (sources.size() + 1);
            String code = examples.group(1).replaceAll("(?m)^ *\\* ?", "");
            boolean wholeClass = Pattern.compile("(?m)^class ").matcher(code).find();
            String source = "// " + file + "\n" + imports
                    + (wholeClass
                            ? code
                            : "class " + name + " {\n    Lab lab;\n    void run() throws Exception {\n" + code
                                    + "\n    }\n}\n");
            sources.add(
                    new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    });
        }
    }

    /** A name that several packages have means that of the example's own. */
    private static String own(List<Path> files) throws IOException {
        StringBuilder imports = new StringBuilder();
        for (Path file : files) {
            String path = file.toString();
            String type = path.substring(path.indexOf("io/fanatic/"), path.length() - ".java".length())
                    .replace('/', '.');
            if (PUBLIC.matcher(Files.readString(file)).find()) {
                imports.append("import ").append(type).append(";\n");
            }
        }
        return imports.toString();
    }

    @Test
    void eachExampleOfTheApiCompiles() throws IOException {
        List<Path> directories = new ArrayList<>();
        for (String module : List.of("fan-core", "fan-netlink", "fan-test-harness")) {
            Path main = Path.of("..", module, "src", "main", "java");
            Matcher exported = EXPORTED.matcher(Files.readString(main.resolve("module-info.java")));
            while (exported.find()) {
                packages.add(exported.group(1));
                directories.add(main.resolve(exported.group(1).replace('.', '/')));
            }
        }
        StringBuilder imports = new StringBuilder();
        packages.forEach(each -> imports.append("import ").append(each).append(".*;\n"));
        for (String each :
                List.of("java.nio.file.Path", "java.time.Duration", "java.util.*", "org.junit.jupiter.api.Test")) {
            imports.append("import ").append(each).append(";\n");
        }
        for (Path directory : directories) {
            try (Stream<Path> files = Files.list(directory)) {
                List<Path> all = files.filter(each -> each.toString().endsWith(".java"))
                        .sorted()
                        .toList();
                for (Path file : all) {
                    add(file, own(all) + imports);
                }
            }
        }
        JavaCompiler compiler =
                Optional.ofNullable(ToolProvider.getSystemJavaCompiler()).orElseThrow();
        StringWriter said = new StringWriter();
        List<String> options =
                List.of("-d", classes.toString(), "-proc:none", "-classpath", System.getProperty("java.class.path"));
        boolean compiles =
                compiler.getTask(said, null, null, options, null, sources).call();
        assertThat(said.toString()).isEmpty();
        assertThat(compiles).isTrue();
        System.out.println("number: examples of the Javadoc that compile: " + sources.size());
        assertThat(sources).hasSizeGreaterThan(10);
    }
}
