package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.dnsmasq.Dnsmasq;
import io.fanatic.netlink.host.HostSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The environment of whoever calls fanctl reaches none of its children. The launchers are tested by scripts/test-launchers. */
@FanLab(hosts = 1, containers = 0, fan = false)
class HostileEnvironmentTest {
    @TempDir
    Path directory;

    @Test
    void noFakeRunsAndNoChildInheritsTheEnvironment(Lab lab) throws Exception {
        LabHost host = lab.hosts().get(0);
        HostSnapshot before = lab.snapshot(host);
        Path witness = directory.resolve("ran");
        Path fakes = Files.createDirectory(directory.resolve("fakes"));
        for (String name :
                List.of("dnsmasq", "nft", "ip", "docker", "sh", "nsenter", "setsid", "iptables-legacy-save")) {
            Path fake = Files.writeString(fakes.resolve(name), "#!/bin/sh\necho " + name + " >>" + witness + "\n");
            Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        host.exec(JavaProgram.fanctl(directory, "show").toArray(String[]::new)).orThrow();
        Path library = directory.resolve("libjffi.so");

        fanctl(host, fakes, library, "up -u 10.0.0.1/16 -o 250.0.0.0/8 --dhcp");
        Path process = Path.of("/proc", dnsmasq(host));
        assertThat(Files.readString(process.resolve("environ"), StandardCharsets.UTF_8)
                        .split("\0", -1))
                .containsExactlyInAnyOrder(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "");
        assertThat(Files.readString(process.resolve("maps"))).doesNotContain(library.toString());
        fanctl(host, fakes, library, "down -e");

        assertThat(witness).doesNotExist();
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private void fanctl(LabHost host, Path fakes, Path library, String commandLine) {
        List<String> words = new ArrayList<>(List.of(
                "env",
                "PATH=" + fakes,
                "LD_PRELOAD=" + library,
                "IFS=/",
                "ENV=" + fakes.resolve("sh"),
                "BASH_ENV=" + fakes.resolve("sh"),
                "DOCKER_HOST=tcp://192.0.2.1:2375",
                "LC_ALL=tr_TR.UTF-8",
                "DNSMASQ_UNUSED=1"));
        words.addAll(JavaProgram.fanctl(directory, commandLine));
        ExecResult result = host.exec(words.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    private static String dnsmasq(LabHost host) {
        Dnsmasq servers = new Dnsmasq(Path.of("/run/fanatic"), Path.of("/var/lib/fanatic"));
        return host.namespace()
                .call(() -> Integer.toString(servers.process("fan-250").getAsInt()));
    }
}
