package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Containerd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Real engines, and DHCP, on IPIP fans of two hosts, on kernels that have IPIP; run by scripts/test-kernels. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IpipEngineCases {
    private static final FanMapping FAN =
            FanMapping.of(Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));
    private static final FanOptions OPTIONS =
            FanOptions.DEFAULT.withType(TunnelType.IPIP).withNat(false);
    private static final int MTU = 1480;

    private Lab lab;
    private Probes probes;
    private final List<Podman> podmans = new ArrayList<>();

    @BeforeAll
    void labOfTwoHosts() {
        lab = Lab.up(new LabSpec("ipipengines", FAN, 2, 0, 1500));
        probes = Probes.open();
        lab.hosts().forEach(host -> podmans.add(Podman.on(host)));
    }

    @AfterEach
    void fansDown() {
        podmans.forEach(Podman::removeContainers);
        lab.hosts().forEach(new EmbeddedFan(OPTIONS)::down);
    }

    @AfterAll
    void sweep() {
        podmans.forEach(Podman::close);
        probes.close();
        lab.close();
    }

    @Test
    void podmansContainersOfTwoHostsReachEachOther() {
        engineOnBothHosts(
                EngineKind.PODMAN, Share.PODMAN, podmans, podman -> podman.run("box", "--network", "fan-250"));
    }

    @Test
    void cnisContainersOfTwoHostsReachEachOther() {
        List<Containerd> containerds = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                Path image = podmans.get(i).ociArchive();
                containerds.add(Containerd.start(lab.hosts().get(i), image));
            }
            engineOnBothHosts(EngineKind.CNI, Share.CNI, containerds, containerd -> containerd.run("box"));
        } finally {
            containerds.forEach(Containerd::close);
        }
    }

    private <T> void engineOnBothHosts(EngineKind kind, Share share, List<T> engines, ToLongFunction<T> run) {
        List<Namespace> containers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            LabHost host = lab.hosts().get(i);
            new EmbeddedFan(OPTIONS).up(host);
            EngineHost engine = new EngineHost(host, kind);
            engine.enable();
            assertThat(engine.status().state()).isEqualTo(EngineStatus.State.ENABLED);
            containers.add(namespace(run.applyAsLong(engines.get(i))));
            assertThat(ContainerNet.of(containers.get(i)))
                    .isEqualTo(new ContainerNet(
                            Shares.DEFAULT.requireRange(share, host.slice()).first(),
                            24,
                            MTU,
                            Optional.of(host.address())));
        }
        everybodyReachesEverybody(containers);
        lab.hosts().forEach(host -> new EngineHost(host, kind).disable(true));
    }

    private void everybodyReachesEverybody(List<Namespace> containers) {
        List<Ipv4Address> addresses =
                containers.stream().map(each -> ContainerNet.of(each).address()).toList();
        for (int from : new int[] {0, 1}) {
            int to = 1 - from;
            LabHost host = lab.hosts().get(from);
            reaches(probes, containers.get(from), addresses.get(from), containers.get(to), addresses.get(to), MTU);
            reaches(probes, host.namespace(), host.address(), containers.get(to), addresses.get(to), MTU);
        }
    }

    @Test
    void containersWithAddressesByDhcpReachEachOther() {
        List<Namespace> containers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            LabHost host = lab.hosts().get(i);
            new EmbeddedFan(OPTIONS.withDhcp(true)).up(host);
            Podman podman = podmans.get(i);
            long pid = podman.run("box", "--network", "none", "--cap-add", "NET_ADMIN,NET_RAW");
            host.exec("ip", "link", "add", "box", "type", "veth", "peer", "name", "eth0", "netns", Long.toString(pid))
                    .orThrow();
            host.exec("ip", "link", "set", "box", "master", "fan-250", "up").orThrow();
            for (String command :
                    List.of("ip link set eth0 up", "udhcpc -n -q -t 20 -T 1 -i eth0 -O mtu -s /etc/udhcpc.script")) {
                List<String> words = new ArrayList<>(List.of("exec", "box"));
                words.addAll(List.of(command.split(" ")));
                podman.podman(words.toArray(String[]::new)).orThrow();
            }
            containers.add(namespace(pid));
            ContainerNet net = ContainerNet.of(containers.get(i));
            assertThat(Shares.DEFAULT.requireRange(Share.DHCP, host.slice()).contains(net.address()))
                    .as(net.toString())
                    .isTrue();
            assertThat(net).isEqualTo(new ContainerNet(net.address(), 24, MTU, Optional.of(host.address())));
        }
        everybodyReachesEverybody(containers);
        lab.hosts().forEach(host -> host.exec("ip", "link", "del", "box").orThrow());
    }
}
