package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Real Dockers on two hosts with an IPIP fan, on a kernel that has IPIP; run by scripts/test-kernels. */
public class IpipDockerCases {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final FanOptions OPTIONS =
            FanOptions.DEFAULT.withType(TunnelType.IPIP).withNat(false);

    @Test
    void containersOfTwoDockersThatDropWhatTheyForwardReachEachOther() throws IOException {
        assertThat(new ProcessBuilder("modprobe", "br_netfilter")
                        .start()
                        .onExit()
                        .join()
                        .exitValue())
                .isZero();
        // This kernel has no nftables for IPv4; the guest's /etc is its own.
        Path iptables = Path.of("/etc/alternatives/iptables");
        Files.deleteIfExists(iptables);
        Files.createSymbolicLink(iptables, Path.of("/usr/sbin/iptables-legacy"));

        List<Dockerd> dockers = new ArrayList<>();
        try (Lab lab = Lab.up(new LabSpec("ipipdocker", FAN, 2, 0, 1500));
                Probes probes = Probes.open()) {
            try {
                for (LabHost host : lab.hosts()) {
                    host.exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();
                    dockers.add(Dockerd.start(host));
                }
                LabHost h1 = lab.hosts().get(0);
                HostSnapshot before = lab.snapshot(h1);
                assertThat(rules(h1)).contains("-P FORWARD DROP");

                List<Namespace> containers = new ArrayList<>();
                for (LabHost host : lab.hosts()) {
                    new EmbeddedFan(OPTIONS.withAccept(false)).up(host);
                    CliRun enabled =
                            CliRun.fanatic(host, "enable-docker -u " + host.underlayAddress() + "/16 -o 250.0.0.0/8");
                    assertThat(enabled.exitCode().status()).as(enabled.err()).isZero();
                    long pid = dockers.get(containers.size()).run("box", "--network", "fan-250");
                    containers.add(new Namespace(Path.of("/proc/" + pid + "/ns/net"), Optional.empty()));
                }
                Ipv4Address second = Ipv4Address.parse("250.0.2.128");
                Dockerd docker = dockers.get(0);
                String inside = docker.docker("exec", "box", "sh", "-c", "ip addr show eth0; ip route")
                        .orThrow()
                        .output();
                assertThat(inside).contains("mtu 1480", "250.0.1.128/24", "default via 250.0.1.1");

                // Docker's own rules let containers out, and nobody in from the tunnel.
                assertThat(reach(probes, containers, second).ok()).isFalse();
                for (LabHost host : lab.hosts()) {
                    assertThat(CliRun.fanatic(host, "doctor").out()).contains("drops what it forwards");
                    new EmbeddedFan(OPTIONS).up(host);
                    assertThat(rules(host))
                            .contains(
                                    "-A DOCKER-USER -i ftun0 -o fan-250 -m comment --comment fanatic -j ACCEPT",
                                    "-A DOCKER-USER -i fan-250 -o ftun0 -m comment --comment fanatic -j ACCEPT");
                }
                assertThat(Ping.to(second)
                                .withPayload(1480 - 28)
                                .withCount(3)
                                .start(probes, containers.get(0))
                                .join()
                                .ok())
                        .isTrue();
                TransferResult result = reach(probes, containers, second);
                assertThat(result.error()).isEmpty();
                assertThat(result.source()).contains(Ipv4Address.parse("250.0.1.128"));

                docker.removeContainers();
                for (String what : List.of("docker", "fan")) {
                    CliRun disabled = CliRun.fanatic(h1, "disable-" + what + " -u 10.0.0.1/16 -o 250.0.0.0/8");
                    assertThat(disabled.exitCode().status()).as(disabled.err()).isZero();
                }
                assertThat(before.changesTo(lab.snapshot(h1)))
                        .filteredOn(change -> !change.matches(". file /run/(docker|containerd)/.*"))
                        .isEmpty();
            } finally {
                dockers.forEach(Dockerd::close);
            }
        }
    }

    private static List<String> rules(LabHost host) {
        return host.exec("iptables-legacy", "-S").orThrow().output().lines().toList();
    }

    private static TransferResult reach(Probes probes, List<Namespace> containers, Ipv4Address address) {
        return BulkTransfer.to(address)
                .withBytes(1 << 20)
                .withTimeout(Duration.ofSeconds(5))
                .start(probes, containers.get(0), containers.get(1))
                .join();
    }
}
