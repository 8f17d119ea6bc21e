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

    /** Makes a program that prints the addresses of a name as musl finds them. */
    private static final String MUSL = """
            cat >/run/look-up.c <<'END' && musl-gcc -static -o /run/look-up /run/look-up.c
            #include <netdb.h>
            #include <stdio.h>
            #include <sys/socket.h>
            int main(int count, char **words) {
                struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
                int error = getaddrinfo(words[1], 0, &hints, &found);
                if (error) {
                    puts(error == EAI_NONAME ? "no such name" : gai_strerror(error));
                    return 0;
                }
                for (; found; found = found->ai_next) {
                    char text[64];
                    getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, 0, 0, NI_NUMERICHOST);
                    puts(text);
                }
                return 0;
            }
            END
            """;

    /** Puts a resolvectl in front of the real one, on this host only, that kills who has told by it whom to ask. */
    private static final String KILLING = """
            mount -t tmpfs tmpfs /usr/local/sbin
            cat >/usr/local/sbin/resolvectl <<'END'
            #!/bin/sh
            /usr/local/bin/resolvectl "$@" || exit
            [ "$1" != dns ] || kill -9 $PPID
            END
            chmod +x /usr/local/sbin/resolvectl
            """;

    private static void up(LabHost host, String more) {
        CliRun run = CliRun.fanctl(host, UP + host.underlayAddress() + "/16" + more);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    private static boolean isTold(Resolved resolved) {
        return resolved.setting("default-route", "fan-250").equals("no")
                && resolved.setting("dns", "fan-250").equals("250.0.1.1");
    }

    /** Leaves what systemd-resolved was told, killed as soon as there is somebody to ask. */
    private static void killedServer(LabHost host, Path directory, Resolved resolved) {
        host.exec("/bin/sh", "-ec", KILLING).orThrow();
        try (WatchRun names = WatchRun.names(host, directory)) {
            assertThat(names.exitStatus()).isEqualTo(128 + 9);
        }
        host.exec("/bin/umount", "/usr/local/sbin").orThrow();
        assertThat(resolved.setting("dns", "fan-250")).as("left behind").isEqualTo("250.0.1.1");
    }

    @Test
    void theHostAndItsContainersAskTheFansServerUntilItStops(Lab lab, @TempDir Path one, @TempDir Path two) {
        LabHost h1 = lab.hosts().get(0);
        LabHost h2 = lab.hosts().get(1);
        up(h1, "");
        up(h2, "");
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

            names.await("told", () -> isTold(resolved));
            assertThat(resolved.setting("domain", "fan-250"))
                    .isEqualTo("~fan-250.internal ~fan.internal ~250.in-addr.arpa");
            names.await(
                    "the host finds it",
                    () -> h1.exec("getent", "hosts", web).output().startsWith("250.0.2.200"));
            assertThat(h1.exec("getent", "hosts", "250.0.2.200").output()).contains("web.10-0-0-2.fan-250.internal");
            assertThat(docker.docker("exec", "db", "nslookup", web).orThrow().output())
                    .as("a container, with nothing typed")
                    .contains("250.0.2.200");
            assertThat(h1.exec("dig", "AAAA", web).orThrow().output())
                    .as("a name without such an address exists")
                    .contains("status: NOERROR", "ANSWER: 0", "AUTHORITY: 1")
                    .doesNotContain("WARNING");
            assertThat(h1.exec("getent", "ahosts", web).orThrow().output()).contains("250.0.2.200");
            // musl asks for both families at once; where one of them were no such name, it would be none at all.
            h2.exec("sh", "-ec", "rm -f /etc/resolv.conf; echo nameserver 250.0.2.1 >/etc/resolv.conf; " + MUSL)
                    .orThrow();
            assertThat(h2.exec("/run/look-up", web).orThrow().output()).isEqualTo("250.0.2.200\n");
            assertThat(h2.exec("/run/look-up", "nobody." + web).orThrow().output())
                    .isEqualTo("no such name\n");
            assertThat(h1.exec(NamesLabTest.program(NamesLabTest.Jdk.class, web))
                            .orThrow()
                            .output())
                    .isEqualTo(web + " 250.0.2.200 web.10-0-0-2.fan-250.internal\n");

            assertThat(CliRun.fanatic(h1, "doctor").out()).doesNotContain("names (");
            h1.exec("resolvectl", "dns", "fan-250", "192.0.2.1").orThrow();
            names.await("told again what was changed", () -> isTold(resolved));
            names.signal("STOP");
            h1.exec("resolvectl", "revert", "fan-250").orThrow();
            // TESTING.md F43
            assertThat(CliRun.fanatic(h1, "doctor").out()).contains("warning names (250.0.0.0/8):");
            names.signal("CONT");
            names.await("told again what was taken away", () -> isTold(resolved));
            assertThat(CliRun.fanatic(h1, "doctor").out()).doesNotContain("names (");

            docker.removeContainers();
            CliRun.fanatic(h1, "disable-docker").done();
            CliRun.fanctl(h1, "down -e").done();
            up(h1, " --overlay6 fd00:fa::/48");
            names.await("told of the new bridge", () -> isTold(resolved));

            assertThat(resolved.setting("domain", "fan-250"))
                    .isEqualTo("~fan-250.internal ~fan.internal ~250.in-addr.arpa ~0.0.0.0.a.f.0.0.0.0.d.f.ip6.arpa");
            names.await(
                    "the host finds its address of the IPv6 overlay",
                    () -> h1.exec("getent", "ahostsv6", "10-0-0-1.fan.internal")
                            .output()
                            .startsWith("fd00:fa:0:1::1"));
            assertThat(h1.exec("getent", "hosts", "fd00:fa:0:1::1").orThrow().output())
                    .contains("10-0-0-1.fan-250.internal");

            CliRun.fanctl(h1, "up -o 250.0.0.0/8 -u 10.0.0.1/16").done();
            names.await(
                    "told that the fan has names no more",
                    () -> resolved.setting("domain", "fan-250").isEmpty());
            up(h1, "");
            names.await("told again", () -> isTold(resolved));

            assertThat(names.end()).isZero();
            assertThat(names.lines()).noneMatch(line -> line.startsWith("fanatic:"));
            assertThat(resolved.setting("dns", "fan-250")).isEmpty();
            assertThat(resolved.setting("domain", "fan-250")).isEmpty();

            try (WatchRun again = WatchRun.names(h1, one)) {
                again.await("told", () -> isTold(resolved));
                resolved.restart();
                again.await("told of what was forgotten", () -> isTold(resolved));
                assertThat(again.end()).isZero();
            }

            killedServer(h1, one, resolved);
            up(h1, "");
            assertThat(resolved.setting("dns", "fan-250"))
                    .as("taken back by up")
                    .isEmpty();
            killedServer(h1, one, resolved);
            CliRun.fanatic(h1, "disable-names").done();
            assertThat(resolved.setting("dns", "fan-250"))
                    .as("taken back by disable-names")
                    .isEmpty();
        } finally {
            for (LabHost host : lab.hosts()) {
                CliRun.fanatic(host, "deconfigure --yes --force");
                CliRun.fanctl(host, "down -e");
            }
        }
    }
}
