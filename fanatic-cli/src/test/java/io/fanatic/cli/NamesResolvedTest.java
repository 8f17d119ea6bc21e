package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Resolved;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with systemd-resolved: nothing is typed, and its containers and itself find names of another host. */
@FanLab(hosts = 2, containers = 0, fan = false)
class NamesResolvedTest {
    private static final String UP = "up --names -o 250.0.0.0/8 -u ";

    private static void up(LabHost host) {
        CliRun run = CliRun.fanctl(host, UP + host.underlayAddress() + "/16");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theHostAndItsContainersAskTheFansServerUntilItStops(Lab lab, @TempDir Path one, @TempDir Path two) {
        LabHost h1 = lab.hosts().get(0);
        LabHost h2 = lab.hosts().get(1);
        up(h1);
        up(h2);
        try (Resolved resolved = Resolved.start(h1);
                Dockerd docker = Dockerd.start(h1);
                Dockerd other = Dockerd.start(h2);
                WatchRun names = WatchRun.names(h1, one);
                WatchRun names2 = WatchRun.names(h2, two)) {
            CliRun.fanatic(h1, "enable-docker").done();
            CliRun.fanatic(h2, "enable-docker").done();
            other.run("web", "--network", "fan-250", "--ip", "250.0.2.200");
            docker.run("db", "--network", "fan-250");
            names.hear("Serving fan-250.internal at 250.0.1.1");
            names2.hear("Serving fan-250.internal at 250.0.2.1");
            String web = "web.10-0-0-2.fan.internal";

            names.await("told", () -> resolved.setting("domain", "fan-250").contains("250.in-addr.arpa"));
            assertThat(resolved.setting("dns", "fan-250")).isEqualTo("250.0.1.1");
            assertThat(resolved.setting("domain", "fan-250"))
                    .isEqualTo("~fan-250.internal ~fan.internal ~250.in-addr.arpa");
            names.await(
                    "told all",
                    () -> resolved.setting("default-route", "fan-250").equals("no"));
            names.await(
                    "the host finds it",
                    () -> h1.exec("getent", "hosts", web).output().startsWith("250.0.2.200"));
            assertThat(h1.exec("getent", "hosts", "250.0.2.200").output()).contains("web.10-0-0-2.fan-250.internal");
            assertThat(docker.docker("exec", "db", "nslookup", web).orThrow().output())
                    .as("a container, with nothing typed")
                    .contains("250.0.2.200");

            assertThat(CliRun.fanatic(h1, "doctor").out()).doesNotContain("names (");
            h1.exec("resolvectl", "revert", "fan-250").orThrow();
            // TESTING.md F43
            assertThat(CliRun.fanatic(h1, "doctor").out()).contains("warning names (250.0.0.0/8):");

            docker.removeContainers();
            CliRun.fanatic(h1, "disable-docker").done();
            CliRun.fanctl(h1, "down -e").done();
            up(h1);
            names.await(
                    "told of the new bridge",
                    () -> resolved.setting("dns", "fan-250").equals("250.0.1.1"));
            names.await(
                    "told all again",
                    () -> resolved.setting("default-route", "fan-250").equals("no"));

            assertThat(names.end()).isZero();
            assertThat(names.lines()).noneMatch(line -> line.startsWith("fanatic:"));
            assertThat(resolved.setting("dns", "fan-250")).isEmpty();
            assertThat(resolved.setting("domain", "fan-250")).isEmpty();
        } finally {
            for (LabHost host : lab.hosts()) {
                CliRun.fanatic(host, "deconfigure --yes --force");
                CliRun.fanctl(host, "down -e");
            }
        }
    }
}
