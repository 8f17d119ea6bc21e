package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static io.fanatic.cli.container.EngineHost.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What engines that read a static file have in common, with the real one on each of two hosts. */
@FanLab(hosts = 2, containers = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FileEngineTests<T extends AutoCloseable> {
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private final EngineKind kind;
    private final Path file;
    private final List<T> engines = new ArrayList<>();
    private Probes probes;

    public FileEngineTests(EngineKind kind, String file) {
        this.kind = kind;
        this.file = Path.of(file);
    }

    protected abstract T start(LabHost host);

    protected abstract long run(T engine, String name);

    protected abstract void removeContainers(T engine);

    /** Which of these containers we can know of. */
    protected abstract List<String> known(String... containers);

    @BeforeAll
    void startEngines(Lab lab) {
        probes = Probes.open();
        lab.hosts().forEach(host -> engines.add(start(host)));
    }

    @AfterAll
    void stopEngines() throws Exception {
        for (T engine : engines) {
            engine.close();
        }
        probes.close();
    }

    @AfterEach
    void cleanUp(Lab lab) {
        engines.forEach(this::removeContainers);
        for (int i = 0; i < engines.size(); i++) {
            EngineHost host = engine(lab, i);
            host.inside(() -> Files.deleteIfExists(file));
            host.disable(true);
        }
    }

    public final T engine(int host) {
        return engines.get(host);
    }

    private int firstOfShare() {
        return kind == EngineKind.PODMAN ? 32 : 2;
    }

    private EngineHost engine(Lab lab, int host) {
        return new EngineHost(lab.hosts().get(host), kind);
    }

    @Test
    void onAFanWithAnIpv6OverlayContainersReachEachOtherByBothFamilies(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        List<EngineHost> hosts = new ArrayList<>();
        try {
            for (LabHost each : lab.hosts()) {
                EngineHost host = new EngineHost(each, kind);
                hosts.add(host);
                host.enable();
                CliRun.fanctl(each, up + " --overlay6 fd00:fa::/48").done();
                // What is on the fan stays as it is until somebody asks.
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ALTERED);
                host.enable();
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ENABLED);
            }
            long first = run(engines.get(0), "first");
            long second = run(engines.get(1), "second");
            assertThat(hosts.get(0).containers()).isEqualTo(known("first"));
            String ipv6 = Integer.toHexString(firstOfShare());
            Ipv4Address firstAddress = Ipv4Address.parse("250.0.1." + firstOfShare());
            Ipv4Address secondAddress = Ipv4Address.parse("250.0.2." + firstOfShare());
            reaches(probes, namespace(first), firstAddress, namespace(second), secondAddress, 1450);
            reaches(probes, namespace(second), secondAddress, namespace(first), firstAddress, 1450);
            hosts.get(0).reachesByIpv6(probes, first, second, "fd00:fa:0:2::" + ipv6, 1450);
            hosts.get(1).reachesByIpv6(probes, second, first, "fd00:fa:0:1::" + ipv6, 1450);
            hosts.get(0).reachesOutsideByIpv6(probes, first, lab.hosts().get(1), up + " --overlay6 fd00:fa::/48", 1450);
            for (EngineHost host : hosts) {
                assertThat(host.host()
                                .exec("sysctl", "-n", "net.ipv6.conf.all.forwarding")
                                .output())
                        .isEqualTo("0\n");
            }
        } finally {
            engines.forEach(this::removeContainers);
            hosts.forEach(host -> CliRun.fanctl(host.host(), up).done());
        }
    }

    @Test
    void onAFanWithoutEncapsulationContainersReachEachOtherAndTheOutside(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        try {
            List<Namespace> containers = new ArrayList<>();
            for (int i = 0; i < engines.size(); i++) {
                EngineHost host = engine(lab, i);
                CliRun.fanctl(host.host(), up + " --direct --mtu 1500").done();
                host.enable();
                containers.add(namespace(run(engines.get(i), "direct")));
            }
            EngineHost.reachDirectly(probes, lab, containers);
        } finally {
            engines.forEach(this::removeContainers);
            lab.hosts().forEach(host -> CliRun.fanctl(host, up).done());
        }
    }

    @Test
    void containersOfTwoHostsReachEachOtherAndDisableLeavesNothing(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        // An empty directory of Podman's goes, and Podman makes it anew whenever it is asked.
        h1.disable(false);
        HostSnapshot before = h1.snapshot("true");
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.OFF);
        assertThat(h1.enable().steps())
                .singleElement()
                .asString()
                .startsWith("write ")
                .contains(file.toString());
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);
        assertThat(h1.enable().isEmpty()).as("again is harmless").isTrue();
        h2.enable();

        Namespace a = namespace(run(engines.get(0), "aa"));
        Namespace b = namespace(run(engines.get(1), "bb"));
        ContainerNet atA = ContainerNet.of(a);
        assertThat(atA)
                .isEqualTo(new ContainerNet(
                        Ipv4Address.parse("250.0.1." + firstOfShare()),
                        8,
                        1450,
                        Optional.of(Ipv4Address.parse("250.0.1.1"))));
        ContainerNet atB = ContainerNet.of(b);
        assertThat(atB.address()).hasToString("250.0.2." + firstOfShare());
        reaches(probes, a, atA.address(), b, atB.address(), 1450);
        reaches(probes, b, atB.address(), a, atA.address(), 1450);
        reaches(probes, h1.host().namespace(), h1.host().address(), b, atB.address(), 1450);
        reaches(probes, a, atA.address(), h2.host().namespace(), h2.host().address(), 1450);

        assertThat(h1.containers()).isEqualTo(known("aa"));
        if (!known("aa").isEmpty()) {
            refused(ExitCode.IN_USE, () -> h1.disable(false))
                    .withMessageContaining("in use by " + known("aa").get(0) + ";");
        }
        engines.forEach(this::removeContainers);
        assertThat(h1.disable(false).steps()).singleElement().asString().startsWith("delete ");
        assertThat(h1.disable(false).isEmpty()).as("again is harmless").isTrue();
        assertThat(before.changesTo(h1.snapshot("true"))).isEmpty();
    }

    @Test
    void aFileThatSomebodyChangedIsNotTouched(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        String edited = h1.inside(() -> {
            String text = Files.readString(file).replace("1450", "1400");
            Files.writeString(file, text);
            return text;
        });
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ALTERED);
        refused(ExitCode.CONFLICT, () -> h1.disable(true)).withMessageContaining("mtu is ");
        refused(ExitCode.CONFLICT, h1::enable);
        assertThat(h1.inside(() -> Files.readString(file))).isEqualTo(edited);
    }

    @Test
    void aFileOfThatNameThatIsNotOursIsLeftAlone(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.inside(() -> {
            Files.createDirectories(Optional.ofNullable(file.getParent()).orElseThrow());
            return Files.writeString(file, "{}\n");
        });
        refused(ExitCode.CONFLICT, h1::enable).withMessageContaining("was not made by fanatic");
        assertThat(h1.disable(true).isEmpty()).isTrue();
        assertThat(h1.inside(() -> Files.readString(file))).isEqualTo("{}\n");
    }

    @Test
    void aFileForTheFanAsItWasIsRenewed(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        FanAttachment now = h1.fan();
        FanAttachment earlier =
                new FanAttachment(now.type(), now.bridge(), now.slice(), 1400, now.dhcp(), Shares.DEFAULT);
        h1.inside(() -> h1.engine().enable(earlier, EngineOptions.USUAL));
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ALTERED);
        assertThat(h1.status().sentence()).contains("enable it again to renew it");
        assertThat(h1.enable().steps()).hasSize(2);
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);
    }

    @Test
    void thereIsNoLocalTest(Lab lab) {
        refused(ExitCode.FAILED, () -> engine(lab, 0).startTest(Optional.empty(), line -> {}))
                .withMessageContaining("there is no local test for " + kind.title());
    }
}
