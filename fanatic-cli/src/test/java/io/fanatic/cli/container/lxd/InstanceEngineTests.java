package io.fanatic.cli.container.lxd;

import static io.fanatic.cli.CliRun.fanctl;
import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static io.fanatic.cli.container.EngineHost.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Share;
import io.fanatic.core.Shares;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.DhcpLease;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.names.NamedContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What LXD and Incus have in common, with a real daemon on each of two hosts and the fan's DHCP server.
 *
 * <pre>
 *   h1 10.0.0.1  fan-250 250.0.1.1/8 -- a 250.0.1.x      h2 10.0.0.2  fan-250 250.0.2.1/8 -- b 250.0.2.x
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InstanceEngineTests {
    private final List<Lxd> daemons = new ArrayList<>();
    private final EmbeddedFan dhcpFan = new EmbeddedFan(FanOptions.DEFAULT.withDhcp(true));
    private Probes probes;

    abstract EngineKind kind();

    abstract Lxd start(LabHost host);

    @BeforeAll
    void startDaemons(Lab lab) {
        probes = Probes.open();
        lab.fanUp(dhcpFan);
        for (LabHost host : lab.hosts()) {
            daemons.add(start(host));
        }
    }

    @AfterAll
    void stopDaemons() {
        daemons.forEach(Lxd::close);
        probes.close();
    }

    @AfterEach
    void cleanUp(Lab lab) {
        for (int i = 0; i < daemons.size(); i++) {
            daemons.get(i).removeInstances();
            daemons.get(i).client("profile", "delete", "fan-250");
            engine(lab, i).disable(true);
        }
    }

    Lxd daemon(int host) {
        return daemons.get(host);
    }

    EngineHost engine(Lab lab, int host) {
        return new EngineHost(lab.hosts().get(host), kind());
    }

    private String[] profiles() {
        return daemon(0).command("query", "/1.0/profiles?recursion=1");
    }

    @Test
    void instancesOfTwoHostsReachEachOtherAndDisableLeavesNothing(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        HostSnapshot before = h1.snapshot(profiles());
        assertThat(h1.status().state()).as(h1.status().sentence()).isEqualTo(EngineStatus.State.OFF);
        assertThat(h1.status().sentence()).startsWith(kind().title() + " ").contains(" on /var/lib/");

        assertThat(h1.enable().steps())
                .singleElement()
                .asString()
                .contains(
                        "create the " + kind().title() + " profile fan-250", "launch IMAGE NAME -p default -p fan-250");
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);
        assertThat(h1.enable().isEmpty()).as("again is harmless").isTrue();
        h2.enable();

        Namespace a = namespace(daemons.get(0).run("a", "default", "fan-250"));
        Namespace b = namespace(daemons.get(1).run("b", "default", "fan-250"));
        ContainerNet atA = ContainerNet.await(a);
        ContainerNet atB = ContainerNet.await(b);
        for (ContainerNet net : List.of(atA, atB)) {
            LabHost host = net == atA ? h1.host() : h2.host();
            assertThat(Shares.DEFAULT.requireRange(Share.DHCP, host.slice()).contains(net.address()))
                    .as(net + " is in the slice")
                    .isTrue();
            assertThat(net.prefixLength()).isEqualTo(8);
            assertThat(net.mtu()).isEqualTo(1450);
            assertThat(net.gateway()).contains(host.address());
        }
        reaches(probes, a, atA.address(), b, atB.address(), 1450);
        reaches(probes, b, atB.address(), a, atA.address(), 1450);
        reaches(probes, h1.host().namespace(), h1.host().address(), b, atB.address(), 1450);
        reaches(probes, a, atA.address(), h2.host().namespace(), h2.host().address(), 1450);

        assertThat(h1.containers()).containsExactly("a");
        FanAttachment fan = h1.fan();
        assertThat(h1.inside(() -> h1.engine().named(fan)))
                .as("has a name")
                .singleElement()
                .satisfies(named -> assertThat(named.addresses()).contains(atA.address()))
                .extracting(NamedContainer::name)
                .isEqualTo("a");
        refused(ExitCode.IN_USE, () -> h1.disable(false)).withMessageContaining("in use by a;");
        daemons.forEach(Lxd::removeInstances);
        assertThat(h1.disable(false).steps()).containsExactly("remove the " + kind().title() + " profile fan-250");
        assertThat(h1.disable(false).isEmpty()).as("again is harmless").isTrue();
        h2.disable(false);
        assertThat(before.changesTo(h1.snapshot(profiles()))).isEmpty();
    }

    /** Stateless: instances make themselves an address after the router advertisements of the fan's DHCP server. */
    @Test
    void onAFanWithAnIpv6OverlayInstancesReachEachOtherAndTheOutsideByBothFamilies(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8 --dhcp --overlay6 fd00:fa::/48";
        List<Long> pids = new ArrayList<>();
        List<ContainerNet> nets = new ArrayList<>();
        try {
            for (int i = 0; i < daemons.size(); i++) {
                EngineHost host = engine(lab, i);
                host.enable();
                fanctl(host.host(), up).done();
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ENABLED);
                pids.add(daemons.get(i).run("dual", "default", "fan-250"));
                nets.add(ContainerNet.await(namespace(pids.get(i))));
            }
            for (int i = 0; i < daemons.size(); i++) {
                int other = 1 - i;
                long from = pids.get(i);
                long to = pids.get(other);
                reaches(
                        probes,
                        namespace(from),
                        nets.get(i).address(),
                        namespace(to),
                        nets.get(other).address(),
                        1450);
                engine(lab, i)
                        .reachesByIpv6(probes, from, to, advertised(lab.hosts().get(other), to), 1450);
                engine(lab, i).reachesOutsideByIpv6(probes, from, lab.hosts().get(other), up, 1450);
            }
        } finally {
            daemons.forEach(Lxd::removeInstances);
            lab.fanUp(dhcpFan);
        }
    }

    @Test
    void onAFanWithoutEncapsulationInstancesReachEachOtherAndTheOutside(Lab lab) {
        try {
            List<Namespace> instances = new ArrayList<>();
            for (int i = 0; i < daemons.size(); i++) {
                EngineHost host = engine(lab, i);
                fanctl(host.host(), "up -u 10.0.0.0/16 -o 250.0.0.0/8 --dhcp --direct --mtu 1500")
                        .done();
                host.enable();
                instances.add(namespace(daemons.get(i).run("direct", "default", "fan-250")));
            }
            EngineHost.reachDirectly(probes, lab, instances);
        } finally {
            daemons.forEach(Lxd::removeInstances);
            lab.fanUp(dhcpFan);
        }
    }

    /** By a proxy device, whose process connects inside. With nat=true the engines want a static address, which they give on their own bridges alone. */
    @ParameterizedTest
    @ValueSource(strings = {"", " --direct"})
    void aPublishedPortIsReachedFromEverywhere(String form, Lab lab) {
        Lxd first = daemon(0);
        String[] proxy = {"config", "device", "add", "web", "http", "proxy", "connect=tcp:127.0.0.1:80"};
        try {
            EngineHost.bringUp(lab, "up -u 10.0.0.0/16 -o 250.0.0.0/8 --dhcp", form);
            engine(lab, 0).enable();
            engine(lab, 1).enable();
            Namespace web = namespace(first.run("web", "default", "fan-250"));
            Namespace other = namespace(daemon(1).run("other", "default", "fan-250"));
            ContainerNet.await(other);
            first.client(with(proxy, "listen=tcp:0.0.0.0:8080")).orThrow();
            assertThat(EngineHost.usePublished(lab, web, other, true)).containsOnly("127.0.0.1");
            first.client("config", "device", "remove", "web", "http").orThrow();
            assertThat(first.client(with(proxy, "listen=tcp:10.0.0.1:8080", "nat=true"))
                            .output())
                    .contains("must be one of the instance's static IPv4 addresses");
        } finally {
            daemons.forEach(Lxd::removeInstances);
            lab.fanUp(dhcpFan);
        }
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    private static String advertised(LabHost host, long pid) {
        String address = host.exec(
                        "nsenter",
                        "-t",
                        Long.toString(pid),
                        "-n",
                        "sh",
                        "-c",
                        "for i in $(seq 300); do"
                                + " a=$(ip -6 -o address show dev eth0 scope global -tentative dynamic"
                                + " | sed -n 's:.*inet6 \\([^/]*\\)/64.*:\\1:p'); [ -n \"$a\" ] && break; sleep 0.1; done;"
                                + " echo $a")
                .orThrow()
                .output()
                .strip();
        assertThat(address).startsWith("fd00:fa:0:" + host.number() + ":");
        return address;
    }

    @Test
    void withForceInstancesLoseTheFanAndKeepRunning(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        long pid = daemons.get(0).run("stays", "default", "fan-250");
        assertThat(h1.disable(true).steps())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("take stays off the fan; they keep");
        assertThat(daemons.get(0).pidOf("stays")).isEqualTo(pid);
        assertThat(ContainerNet.links(namespace(pid))).doesNotContain("eth0");
    }

    @Test
    void instancesWithADeviceOrProfileOfTheirOwnAreKnown(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        Lxd daemon = daemons.get(0);
        daemon.client("profile", "create", "mine").orThrow();
        daemon.client("profile", "device", "add", "mine", "net", "nic", "nictype=bridged", "parent=fan-250")
                .orThrow();
        try {
            daemon.run("own", "default", "mine");
            daemon.client("stop", "-f", "own").orThrow();
            assertThat(h1.containers()).containsExactly("own");
        } finally {
            daemon.removeInstances();
            daemon.client("profile", "delete", "mine");
        }
    }

    /** Each fan has a device of its own; whose device another one has replaced is found, and the fix puts it on the fan. */
    @Test
    void anInstanceIsOnTwoFansAndOneThatIsOnNoneIsFound(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        Lxd daemon = daemons.get(0);
        h1.enable();
        FanNetwork network = FanNetwork.onThisHost().in(h1.host().namespace());
        FanEntry second = FanEntry.parse(List.of("251.0.0.0/8", "10.0.0.0/16", "dhcp"));
        network.up(second);
        FanAttachment other = network.list().stream()
                .filter(fan -> fan.bridge().equals("fan-251"))
                .map(fan -> FanAttachment.of(fan, fan.slices().get(0)))
                .findFirst()
                .orElseThrow();
        try {
            assertThat(h1.inside(() -> h1.engine().enable(other, EngineOptions.USUAL))
                            .steps())
                    .singleElement()
                    .asString()
                    .endsWith(" -p default -p fan-251, as fan-251 beside an eth0");
            Namespace both = namespace(daemon.run("both", "default", "fan-250", "fan-251"));
            assertThat(ContainerNet.links(both)).contains("eth0", "fan-251");
            assertThat(h1.misfits()).isEmpty();
            assertThat(h1.inside(() -> h1.engine().misfits(other))).isEmpty();
            daemon.removeInstances();
            h1.disable(false);
            assertThat(h1.inside(() -> h1.engine().status(other)).state()).isEqualTo(EngineStatus.State.ENABLED);
            h1.enable();

            daemon.run("own", "default", "fan-250");
            daemon.client("config", "device", "add", "own", "eth0", "nic", "nictype=p2p", "name=eth0")
                    .orThrow();
            Misfit misfit = h1.misfits().get(0);
            assertThat(misfit.kind()).isEqualTo(Misfit.Kind.DEVICE);
            assertThat(misfit.sentence())
                    .isEqualTo(
                            "own (" + kind().title() + ") has the profile fan-250, and another device eth0 that takes"
                                    + " the place of the profile's");
            daemon.client(misfit.fix().substring(misfit.fix().indexOf(' ') + 1).split(" "))
                    .orThrow();
            assertThat(h1.misfits()).isEmpty();
            assertThat(ContainerNet.links(namespace(daemon.pidOf("own")))).contains("fan-250");
        } finally {
            daemon.removeInstances();
            h1.inside(() -> h1.engine().disable(other, true));
            network.down(second.overlay(), second.underlay(), FanNetwork.IfInUse.CUT_OFF);
        }
    }

    /**
     * By ethers(5): the engine itself refuses ipv4.address on a bridge that it does not manage. The instances of other tests, which are
     * gone, may have left leases.
     */
    @Test
    void anInstanceHasTheAddressThatIsReservedForIt(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        Lxd daemon = daemons.get(0);
        h1.enable();
        daemon.client("init", Lxd.IMAGE, "db", "-p", "default", "-p", "fan-250").orThrow();
        String mac = daemon.client("config", "get", "db", "volatile.eth0.hwaddr")
                .orThrow()
                .output()
                .strip();
        FanNetwork network = FanNetwork.onThisHost().in(h1.host().namespace());
        Fan fan = network.list().get(0);
        FanEntry entry = fan.entry(fan.slices().get(0));
        Path ethers = Path.of("/etc/ethers");
        Set<Ipv4Address> leased = h1.inside(() -> FanNetwork.onThisHost().leases(fan)).stream()
                .map(DhcpLease::address)
                .collect(Collectors.toSet());
        Ipv4Address reserved = Ipv4Address.parse("250.0.1.100");
        while (leased.contains(reserved)) {
            reserved = reserved.plus(1);
        }
        String line = mac + " " + reserved + "\n";
        h1.inside(() -> Files.writeString(ethers, line));
        try {
            assertThat(network.plan(entry).lines()).singleElement().asString().startsWith("restart dnsmasq on fan-250");
            network.up(entry);
            daemon.client("start", "db").orThrow();
            assertThat(ContainerNet.await(namespace(daemon.pidOf("db"))).address())
                    .isEqualTo(reserved);
        } finally {
            h1.inside(() -> Files.deleteIfExists(ethers));
            network.up(entry);
        }
    }

    @Test
    void whileTheDaemonIsStoppedTheProfileRemainsAndIsTakenAwayLater(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        HostSnapshot before = h1.snapshot(profiles());
        h1.enable();
        daemons.get(0).stop();
        try {
            assertThat(h1.status().state()).as(h1.status().sentence()).isEqualTo(EngineStatus.State.STOPPED);
            String profile = "the " + kind().title() + " profile fan-250";
            refused(ExitCode.IN_USE, h1::containers).withMessageContaining(profile + " cannot be taken away");
            refused(ExitCode.IN_USE, () -> h1.disable(false)).withMessageContaining("go on without it with --force");
            assertThat(h1.disable(true).steps())
                    .singleElement()
                    .asString()
                    .startsWith("leave " + profile + " for the next run: ");
            assertThat(h1.status().state()).isEqualTo(EngineStatus.State.STOPPED);
        } finally {
            daemons.get(0).startAgain();
        }
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);
        assertThat(h1.disable(false).steps()).hasSize(1);
        assertThat(before.changesTo(h1.snapshot(profiles()))).isEmpty();
    }

    @Test
    void withoutDhcpItSaysWhatIsMissing(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        FanAttachment fan = h1.fan();
        FanAttachment without =
                new FanAttachment(fan.type(), fan.bridge(), fan.slice(), fan.mtu(), false, Shares.DEFAULT);
        refused(ExitCode.FAILED, () -> h1.inside(() -> h1.engine().enable(without, EngineOptions.USUAL)))
                .withMessageContaining("bring the fan up with --dhcp first");
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.OFF);
    }

    @Test
    void aProfileThatSomebodyChangedIsNotTouched(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        daemons.get(0)
                .client("profile", "set", "fan-250", "limits.memory", "1GiB")
                .orThrow();
        HostSnapshot before = h1.snapshot(profiles());
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ALTERED);
        refused(ExitCode.CONFLICT, () -> h1.disable(true)).withMessageContaining("config.limits.memory is new");
        refused(ExitCode.CONFLICT, h1::enable);
        assertThat(before.changesTo(h1.snapshot(profiles()))).isEmpty();
        daemons.get(0).client("profile", "unset", "fan-250", "limits.memory").orThrow();
        assertThat(h1.disable(false).steps()).hasSize(1);
    }

    @Test
    void aProfileOfThatNameThatIsNotOursIsLeftAlone(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        daemons.get(0).client("profile", "create", "fan-250").orThrow();
        refused(ExitCode.CONFLICT, h1::enable).withMessageContaining("was not made by fanatic");
        assertThat(h1.disable(true).isEmpty()).isTrue();
        daemons.get(0).client("profile", "show", "fan-250").orThrow();
    }

    @Test
    void theTestInstanceGetsAnAddressAndIsDestroyed(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        List<String> progress = new ArrayList<>();
        TestContainer first = h1.startTest(Optional.empty(), progress::add);
        try (TestContainer test = h1.startTest(Optional.of(Lxd.IMAGE), progress::add)) {
            assertThat(test.id()).isEqualTo("fanatic-test");
            reaches(probes, h1.host().namespace(), h1.host().address(), test.namespace(), test.address(), 1450);
        } finally {
            first.close();
        }
        assertThat(h1.containers()).isEmpty();
        assertThat(progress).contains("waiting for an address from the fan's DHCP server");
    }

    @Test
    void anImageThatIsNotThereIsOneSentence(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        refused(ExitCode.FAILED, () -> h1.startTest(Optional.of("none"), line -> {}))
                .withMessageContaining(" has no image none; ");
        refused(ExitCode.FAILED, () -> h1.startTest(Optional.of("images:none"), line -> {}))
                .withMessageContaining(" could not create the instance: ");
        assertThat(h1.containers()).isEmpty();
    }
}
