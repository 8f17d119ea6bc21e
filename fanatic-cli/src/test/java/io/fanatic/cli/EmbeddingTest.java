package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maven projects of their own, examples/embedding and examples/modular, built against these modules as others' would be, and run. */
class EmbeddingTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path work;

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void aProjectOfItsOwnBringsAFanUpAndReachesTheOtherHost(Lab lab) throws IOException {
        Path project = copy(HOME.resolve("examples/embedding"), work.resolve("embedding"));
        Path repository = installModules();
        LabHost first = lab.hosts().get(0);
        LabHost second = lab.hosts().get(1);

        assertThat(run(first, project, repository, "compile", "exec:java")).isEqualTo("fan-250 owns 250.0.1.0/24\n");
        CliRun.fanctl(first, "down -e").done();

        CliRun.fanctl(second, "up -u 10.0.0.0/16 -o 250.0.0.0/8").done();
        String main = "-Dexec.mainClass=example.Orchestrator";
        assertThat(run(first, project, repository, "exec:java", main, "-Dexec.args=10.0.0.2 10.0.0.9"))
                .isEqualTo("""
                        15 steps to go
                        fan-250 is up, MTU 1450
                        10.0.0.2 owns 250.0.2.0/24
                        10.0.0.9 owns 250.0.9.0/24
                        10.0.0.2 is reached
                        10.0.0.9 is not reached: 10.0.0.9 does not answer on the underlay: the host is down, or the way to it
                        a second time there is nothing to do
                        """);
        assertThat(CliRun.fanctl(first, "show").done()).doesNotContain("fan-250");
    }

    /** The harness is on the class path there, and what it tests on the module path. */
    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void aModularProjectTestsWithFanLab(Lab lab) throws IOException {
        Path project = copy(HOME.resolve("examples/modular"), work.resolve("modular"));
        LabHost host = lab.hosts().get(0);

        run(host, project, installModules(), "test");

        assertThat(project.resolve("target/surefire-reports/example.orchestrator.OrchestratorTest.txt"))
                .content()
                .contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
    }

    /** A local repository with the modules alone; all else comes from that of this build. */
    private Path installModules() throws IOException {
        Path repository = work.resolve("repository");
        String pom = Files.readString(HOME.resolve("pom.xml"));
        String version = pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
        for (String module : List.of("fanatic-parent", "fan-core", "fan-netlink", "fan-test-harness")) {
            Path source = module.equals("fanatic-parent") ? HOME : HOME.resolve(module);
            Path directory = Files.createDirectories(repository.resolve("io/fanatic/" + module + "/" + version));
            String name = module + "-" + version;
            Files.copy(source.resolve("pom.xml"), directory.resolve(name + ".pom"));
            if (!source.equals(HOME)) {
                int code = ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "--create",
                                "--file",
                                directory.resolve(name + ".jar").toString(),
                                "-C",
                                source.resolve("target/classes").toString(),
                                ".");
                assertThat(code).isZero();
            }
        }
        return repository;
    }

    private static String run(LabHost host, Path project, Path repository, String... words) {
        String builds = Optional.ofNullable(System.getProperty("localRepository"))
                .orElse(Path.of(System.getProperty("user.home"), ".m2", "repository")
                        .toString());
        List<String> command = new ArrayList<>(List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), "mvn"));
        command.addAll(List.of("--offline", "--quiet", "--batch-mode", "--file", project.toString()));
        command.addAll(List.of("-Dmaven.repo.local=" + repository, "-Dmaven.repo.local.tail=" + builds));
        command.add("-Dmaven.repo.local.tail.ignoreAvailability=true");
        command.addAll(List.of(words));
        ExecResult result = host.exec(command.toArray(String[]::new));
        assertThat(result.ok()).as(result.output()).isTrue();
        return result.output();
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(file -> !file.startsWith(from.resolve("target")))
                    .toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }
}
