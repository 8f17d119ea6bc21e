package io.fanatic.cli;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Containerd;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.FanConfig;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    @TempDir
    Path bin;

    @Test
    void theConfigurationIsValid() throws IOException {
        assertThat(FanConfig.read(EXAMPLES.resolve("network-fan"))
                        .requireValid()
                        .lines())
                .extracting(line -> line.entry().toString())
                .containsExactly(
                        "250.0.0.0/8 10.0.0.0/16 dhcp",
                        "251.0.0.0/8 eth1/24 host-reserve 9 bridge br-lab",
                        "252.0.0.0/8 default/16 off");
    }

    @BeforeEach
    void install() throws IOException {
        Walkthrough.install(bin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two-overlays", "join-ubuntu-fan", "migrate-ubuntu-fan", "encryption", "wireguard"})
    @FanLab(hosts = 2, containers = 0, fan = false)
    void aWalkThroughWorksAsItIsWritten(String name, Lab lab) throws IOException {
        walk(name, lab);
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false, underlay = "192.168.1.0/24")
    void aHostOfASmallNetworkOwnsASliceOf65536(Lab lab) throws IOException {
        walk("small-network", lab);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two-host-docker", "docker-compose"})
    @FanLab(hosts = 2, containers = 0, fan = false)
    void twoHostsWithDocker(String name, Lab lab) throws IOException {
        try (Dockerd first = Dockerd.start(lab.hosts().get(0));
                Dockerd second = Dockerd.start(lab.hosts().get(1))) {
            walk(name, lab);
            first.removeContainers();
            second.removeContainers();
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void twoHostsWithPodman(Lab lab) throws IOException {
        try (Podman first = Podman.on(lab.hosts().get(0));
                Podman second = Podman.on(lab.hosts().get(1))) {
            // Each host has a storage of its own, which its podman has to be told.
            Walkthrough.script(
                    bin,
                    "podman",
                    "case $(ip -4 address show eth0) in *10.0.0.1/*) exec " + String.join(" ", first.command())
                            + " \"$@\" ;; *) exec " + String.join(" ", second.command()) + " \"$@\" ;; esac");
            walk("podman", lab);
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void twoHostsWithContainerd(Lab lab) throws IOException {
        try (Containerd first = Containerd.start(lab.hosts().get(0));
                Containerd second = Containerd.start(lab.hosts().get(1))) {
            for (Containerd containerd : List.of(first, second)) {
                containerd
                        .ctr("image", "tag", Containerd.IMAGE, "docker.io/library/busybox:latest")
                        .orThrow();
            }
            walk("containerd", lab);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lxd", "incus"})
    @FanLab(hosts = 2, containers = 0, fan = false)
    void twoHostsWithLxdOrIncus(String engine, Lab lab) throws IOException {
        walkWithInstances("lxd", engine, lab);
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void ipv6BesideIpv4WithIncus(Lab lab) throws IOException {
        walkWithInstances("dual-stack", "incus", lab);
    }

    private void walkWithInstances(String name, String engine, Lab lab) throws IOException {
        Function<LabHost, Lxd> start = engine.equals("lxd") ? Lxd::start : Lxd::startIncus;
        try (Lxd first = start.apply(lab.hosts().get(0));
                Lxd second = start.apply(lab.hosts().get(1))) {
            Walkthrough text = Walkthrough.read(EXAMPLES.resolve(name + ".md"));
            Walkthrough.script(bin, "lxc", "export HOME=/run LXD_CONF=/run/client; exec /usr/bin/lxc \"$@\"");
            Walkthrough.script(bin, "incus", "export HOME=/run INCUS_CONF=/run/client; exec /usr/bin/incus \"$@\"");
            if (engine.equals("incus")) {
                text = text.with("lxc", "incus").with("enable-lxd", "enable-incus");
            }
            text.run(lab, bin);
            first.removeInstances();
            second.removeInstances();
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void aVirtualMachineAndSystemdNspawn(Lab lab) throws IOException {
        NspawnRoot.make(lab.hosts().get(1), Path.of("/var/lib/machines/web"));
        // No systemd runs on a lab's host, to be told of the container.
        Walkthrough.script(bin, "systemd-nspawn", "exec /usr/bin/systemd-nspawn --register=no --keep-unit \"$@\"");
        walk("virtual-machines", lab);
    }

    private void walk(String name, Lab lab) throws IOException {
        Walkthrough.read(EXAMPLES.resolve(name + ".md")).run(lab, bin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two-hosts", "two-fans", "eight-hosts", "router-between", "dual-stack"})
    void theScenariosRunAndEverythingIsAsTheyExpect(String name, @TempDir Path directory) throws IOException {
        assumeTrue(LIBC.geteuid() == 0, "a lab needs root");
        String lab = "fant-" + ProcessHandle.current().pid() + "-x";
        CliRun run = CliRun.fanatic(
                "lab run " + EXAMPLES.resolve(name + ".yaml") + " --lab " + lab + " --report " + directory);
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("Everything was as expected").doesNotContain("FAILED", "\033[");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80 || line.startsWith("Report:"));
        ReportJson report = ReportJson.in(directory);
        assertThat(report.ok()).isTrue();
        assertThat(report.trials()).hasSizeGreaterThan(5);
        assertThat(Lab.names()).doesNotContain(lab);
    }
}
