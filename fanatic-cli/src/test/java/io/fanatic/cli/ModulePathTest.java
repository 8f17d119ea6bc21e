package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import java.io.File;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules as modules: src/test/consumer, a module of somebody else's, is compiled and run without a class path. */
class ModulePathTest {
    private static final Path CONSUMER = Path.of("src/test/consumer");
    private static final List<String> LIBRARY = List.of("fan-core", "fan-netlink", "fan-test-harness");
    /** What the three modules bring along, by the beginnings of the jars' names. */
    private static final List<String> DEPENDENCIES = List.of(
            "jspecify-",
            "gson-",
            "jnr-",
            "jffi-",
            "asm-",
            "netty-transport",
            "netty-buffer",
            "netty-common",
            "netty-resolver",
            "netty-codec-base",
            "commons-net-",
            "commons-io-",
            "snakeyaml-",
            "jmustache-");

    @TempDir
    Path compiled;

    /** Both the modules' own directories and, later in a build, their jars. */
    private static String modulePath() {
        return String.join(
                File.pathSeparator,
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> {
                            Path path = Path.of(entry);
                            String name = String.valueOf(path.getFileName());
                            return LIBRARY.stream().anyMatch(module -> entry.contains("/" + module + "/target/"))
                                    || LIBRARY.stream().anyMatch(module -> name.startsWith(module + "-"))
                                    || DEPENDENCIES.stream().anyMatch(name::startsWith) && name.endsWith(".jar");
                        })
                        .toList());
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void aModuleOfSomebodyElsesBringsAFanUpWithoutAWarning(Lab lab) {
        List<String> compile = List.of(
                "-Xlint:all",
                "-Werror",
                "--release",
                "17",
                "-d",
                compiled.toString(),
                "--module-path",
                modulePath(),
                CONSUMER.resolve("module-info.java").toString(),
                CONSUMER.resolve("consumer/Consumer.java").toString());
        StringWriter said = new StringWriter();
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new java.io.PrintWriter(said, true),
                        new java.io.PrintWriter(said, true),
                        compile.toArray(String[]::new));
        assertThat(said.toString()).isEmpty();
        assertThat(status).isZero();

        List<String> run = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Netty's libraries are modules of their own, one for each architecture, which nothing can require.
                "--add-modules=ALL-MODULE-PATH",
                "--enable-native-access=org.jnrproject.jffi,io.netty.common,io.netty.transport.unix.common",
                "--module-path",
                modulePath() + File.pathSeparator + compiled,
                "--module",
                "consumer/consumer.Consumer");
        ExecResult result = lab.exec(lab.hosts().get(0), run);
        assertThat(result.output()).isEqualTo("""
                fan-250 owns 250.0.1.0/24 and answers
                module consumer used module io.fanatic.netlink
                """);
        assertThat(result.exitCode()).isZero();
    }
}
