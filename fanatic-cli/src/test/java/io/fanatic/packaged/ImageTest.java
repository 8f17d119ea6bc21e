package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.Fanatic;
import io.fanatic.cli.command.Console;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, made without a registry, loaded and run by a real dockerd.
 *
 * <pre>
 *   h1: dockerd, fanatic serve in a container   ====  10.0.0.0/16  ====   h2: fanatic test host from here
 * </pre>
 */
@Tag("packaged")
@FanLab(hosts = 2, containers = 0, fan = false)
class ImageTest {
    private static final String IMAGE = "fanatic:1.2.3";

    @Test
    void dockerLoadsTheImageWhichBringsAFanUpAndServesOnTheHostsNetwork(Lab lab, @TempDir Path work) throws Exception {
        Path archive = work.resolve("image.tar");
        Deb.run("../scripts/oci-image", "target/root", "1.2.3", archive.toString());
        System.out.println("number: size of the image's archive: " + Files.size(archive) + " bytes");
        LabHost first = lab.hosts().get(0);
        LabHost second = lab.hosts().get(1);
        try (Dockerd docker = Dockerd.start(first)) {
            assertThat(docker.docker("load", "-i", archive.toString()).orThrow().output())
                    .contains("Loaded image: " + IMAGE);
            // Not even a network: the arithmetic.
            assertThat(docker.docker(
                                    "run",
                                    "--rm",
                                    "--network=none",
                                    IMAGE,
                                    "map",
                                    "10.0.45.7",
                                    "-u",
                                    "10.0.0.0/16",
                                    "-o",
                                    "250.0.0.0/8")
                            .orThrow()
                            .output())
                    .contains("250.45.7.1/8");
            assertThat(docker.docker(
                                    "run",
                                    "--rm",
                                    "--network=none",
                                    "--entrypoint=/usr/sbin/fanctl",
                                    "-e",
                                    "JAVA_TOOL_OPTIONS=-Xshare:on",
                                    IMAGE,
                                    "--version")
                            .orThrow()
                            .output())
                    .as("with its start-up archive, or not at all")
                    .contains("fanctl ");
            assertThat(docker.docker("run", "--rm", "--network=none", "--entrypoint=ls", IMAGE, "/tmp")
                            .orThrow()
                            .output())
                    .isEmpty();
            assertThat(fanctl(docker, "up", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8")
                            .orThrow()
                            .output()
                            .lines())
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .as("without CAP_SYS_ADMIN and the host's cgroups")
                                    .startsWith("fanctl: note: nothing keeps local users from sending "),
                            line -> assertThat(line).startsWith("fan-250 is up"));
            assertThat(fanctl(docker, "show").orThrow().output()).contains("fan-250");
            assertThat(first.exec("ip", "-br", "address", "show", "dev", "fan-250")
                            .orThrow()
                            .output())
                    .contains("250.0.1.1/8");
            FanControl.embedded().up(second);
            docker.docker("run", "-d", "--name", "serve", "--network=host", IMAGE, "serve")
                    .orThrow();
            // Beside guests that boot, a JVM in a container of this daemon has taken more than half a minute to start.
            long deadline = System.nanoTime() + 180_000_000_000L;
            String log = "";
            while (!log.contains("Serving 250.0.0.0/8")) {
                assertThat(System.nanoTime()).as("it serves in time: %s", log).isLessThan(deadline);
                log = docker.docker("logs", "serve").orThrow().output();
            }
            assertThat(fanatic(second, "test", "host", "10.0.0.1", "-t", "0.3", "-C", "reno"))
                    .contains("checksum equal")
                    .endsWith("1 of 1 host passed.\n");
            docker.removeContainers();
            fanctl(docker, "down", "--everything").orThrow();
        }
    }

    private static String fanatic(LabHost host, String... words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        host.namespace().call(() -> new Fanatic().run(words, new Console(out, out)));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static ExecResult fanctl(Dockerd docker, String... words) {
        List<String> line = new ArrayList<>(List.of("run", "--rm", "--network=host"));
        line.addAll(List.of("--cap-add=NET_ADMIN", "--cap-add=BPF"));
        line.addAll(List.of("-v", "/run/fanatic:/run/fanatic", "-v", "/var/lib/fanatic:/var/lib/fanatic"));
        line.addAll(List.of("--entrypoint=/usr/sbin/fanctl", IMAGE));
        line.addAll(List.of(words));
        return docker.docker(line.toArray(String[]::new));
    }
}
