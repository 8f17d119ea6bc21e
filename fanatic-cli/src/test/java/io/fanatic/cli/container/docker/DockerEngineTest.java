package io.fanatic.cli.container.docker;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.CliRun.fanctl;
import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static io.fanatic.cli.container.EngineHost.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.container.journal.Journal;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.cli.engines.ContainerEngines;
import io.fanatic.core.FanEntry;
import io.fanatic.core.FanMapping;
import io.fanatic.core.FanOptions;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.core.UnderlaySpec;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real Docker on each of two hosts, with a network on the fan's bridge.
 *
 * <pre>
 *   h1 10.0.0.1  fan-250 250.0.1.1/8 -- a 250.0.1.2      h2 10.0.0.2  fan-250 250.0.2.1/8 -- b 250.0.2.2
 * </pre>
 */
@FanLab(hosts = 2, containers = 0)
class DockerEngineTest {
    private static final String[] NETWORKS = {"docker", "network", "ls", "--format", "{{.Name}} {{.Driver}}"};

    private static final String UP = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
    private static final String LOCAL_TEST = "test local-docker -u 10.0.0.0/16 -o 250.0.0.0/8";

    private static final List<Dockerd> DOCKERS = new ArrayList<>();
    private static Probes probes;

    @BeforeAll
    static void startDocker(Lab lab) {
        probes = Probes.open();
        for (LabHost host : lab.hosts()) {
            DOCKERS.add(Dockerd.start(host));
        }
    }

    @AfterAll
    static void stopDocker() {
        DOCKERS.forEach(Dockerd::close);
        DOCKERS.clear();
        probes.close();
    }

    @AfterEach
    void cleanUp(Lab lab) {
        for (Dockerd docker : DOCKERS) {
            docker.removeContainers();
            docker.docker("network", "rm", "fan-250");
        }
        engine(lab, 0).disable(true);
        engine(lab, 1).disable(true);
    }

    private static EngineHost engine(Lab lab, int host) {
        return new EngineHost(lab.hosts().get(host), EngineKind.DOCKER);
    }

    @Test
    void containersOfTwoHostsReachEachOtherAndDisableLeavesNothing(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        HostSnapshot before = h1.snapshot(NETWORKS);
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.OFF);
        assertThat(h1.status().sentence()).startsWith("Docker 2").contains(" on /var/run/docker.sock");

        EnginePlan done = h1.enable();
        assertThat(done.steps())
                .containsExactly(
                        "create the Docker network fan-250 with the addresses 250.0.1.128 to 250.0.1.254, the share of"
                                + " docker; containers join it by: docker run --network fan-250");
        assertThat(done.restarts()).isFalse();
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);
        assertThat(h1.enable().isEmpty()).as("again is harmless").isTrue();
        h2.enable();

        Namespace a = namespace(DOCKERS.get(0).run("aa", "--network", "fan-250"));
        Namespace b = namespace(DOCKERS.get(1).run("bb", "--network", "fan-250"));
        ContainerNet net = ContainerNet.of(a);
        assertThat(net)
                .isEqualTo(new ContainerNet(
                        Ipv4Address.parse("250.0.1.128"), 8, 1450, Optional.of(Ipv4Address.parse("250.0.1.1"))));
        Ipv4Address atB = ContainerNet.of(b).address();
        assertThat(atB).hasToString("250.0.2.128");

        reaches(probes, a, net.address(), b, atB, 1450);
        reaches(probes, b, atB, a, net.address(), 1450);
        LabHost other = h2.host();
        reaches(probes, h1.host().namespace(), h1.host().address(), b, atB, 1450);
        reaches(probes, a, net.address(), other.namespace(), other.address(), 1450);
        // Not to an address of the overlay: the fan lends the host's own.
        reaches(probes, a, net.address(), h1.host().namespace(), h1.host().underlayAddress(), 1450);

        assertThat(h1.containers()).containsExactly("aa");
        refused(ExitCode.IN_USE, () -> h1.disable(false)).withMessageContaining("in use by aa;");
        assertThat(ContainerNet.of(a)).as("nothing was touched").isEqualTo(net);
        DOCKERS.get(0).docker("rm", "-f", "aa").orThrow();
        DOCKERS.get(1).docker("rm", "-f", "bb").orThrow();
        assertThat(h1.disable(false).steps()).containsExactly("remove the Docker network fan-250");
        assertThat(h1.disable(false).isEmpty()).as("again is harmless").isTrue();
        h2.disable(false);
        assertThat(before.changesTo(h1.snapshot(NETWORKS))).isEmpty();
    }

    /** Also where a rule drops invalid packets of bridged frames: the connections to the port stay tracked, and so translated. */
    @ParameterizedTest
    @CsvSource({"'', accept", "' --direct', accept", "' --direct', drop"})
    void aPublishedPortIsReachedFromEverywhere(String form, String invalid, Lab lab) {
        String rule = "table ip somebody { chain f { type filter hook forward priority 0; ct state invalid %s; }; }";
        try {
            lab.hosts()
                    .forEach(host ->
                            host.exec("nft", String.format(rule, invalid)).orThrow());
            EngineHost.bringUp(lab, UP, form);
            for (int i = 0; i < DOCKERS.size(); i++) {
                engine(lab, i).enable();
            }
            Namespace web = namespace(DOCKERS.get(0).run("web", "--network", "fan-250", "-p", "8080:80"));
            Namespace other = namespace(DOCKERS.get(1).run("other", "--network", "fan-250"));
            assertThat(EngineHost.usePublished(lab, web, other, true)).isEqualTo(EngineHost.trueSources(lab));
            EngineHost.reachesTheOutside(probes, lab, lab.hosts().get(0), web);
        } finally {
            lab.hosts().forEach(host -> host.exec("nft", "delete table ip somebody"));
            DOCKERS.forEach(Dockerd::removeContainers);
            EngineHost.bringUp(lab, UP, "");
        }
    }

    @Test
    void onAFanWithAnIpv6OverlayContainersReachEachOtherByBothFamilies(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        try {
            List<Long> pids = new ArrayList<>();
            List<String> before = new ArrayList<>();
            for (int i = 0; i < DOCKERS.size(); i++) {
                EngineHost host = engine(lab, i);
                host.enable();
                fanctl(host.host(), up + " --overlay6 fd00:fa::/48").done();
                before.add(ipv6State(host.host()));
                // What is on the fan stays as it is until somebody asks.
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ALTERED);
                if (i == 0) {
                    CliRun test = fanatic(host.host(), LOCAL_TEST);
                    assertThat(test.exitCode()).as(test.out()).isEqualTo(ExitCode.TEST_FAILED);
                    assertThat(test.out())
                            .contains(
                                    "IPv6 data ... FAIL (the container has no address of fd00:fa:0:1::/64; if Docker was",
                                    "test complete FAIL (master=1 slave=0)");
                }
                assertThat(host.enable().steps())
                        .last()
                        .asString()
                        .contains(".254, the share of docker, and fd00:fa:0:" + (i + 1) + "::80/121;");
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ENABLED);
                assertThat(host.enable().isEmpty()).as("again is harmless").isTrue();
                pids.add(DOCKERS.get(i).run("dual", "--network", "fan-250"));
                assertThat(fanctl(host.host(), up + " --overlay6 fd00:fa::/48 --dry-run")
                                .done())
                        .isEqualTo("nothing to do\n");
            }
            for (int i = 0; i < 2; i++) {
                EngineHost host = engine(lab, i);
                long from = pids.get(i);
                long to = pids.get(1 - i);
                host.reachesByIpv6(probes, from, to, "fd00:fa:0:" + (2 - i) + "::80", 1450);
                Ipv4Address source = ContainerNet.of(namespace(from)).address();
                reaches(
                        probes,
                        namespace(from),
                        source,
                        namespace(to),
                        ContainerNet.of(namespace(to)).address(),
                        1450);
                assertThat(host.host()
                                .exec("nsenter", "-t", "" + from, "-n", "ip", "-6", "route", "show", "default")
                                .output())
                        .contains("via fd00:fa:0:" + (i + 1) + "::1 dev eth0");
                host.reachesOutsideByIpv6(probes, from, lab.hosts().get(1 - i), up + " --overlay6 fd00:fa::/48", 1450);
            }
            for (String address : List.of("fd00:fa:0:1::1", "fd00:fa:0:1::ff")) {
                assertThat(DOCKERS.get(0)
                                .docker("run", "--rm", "--network", "fan-250", "--ip6", address, Dockerd.IMAGE, "true")
                                .output())
                        .as(address)
                        .contains("Address already in use");
            }
            assertThat(fanatic(lab.hosts().get(0), LOCAL_TEST).done())
                    .contains(
                            "test master: IPv6 data test (fd00:fa:0:1::1 -> fd00:fa:0:1::",
                            "test slave: IPv6 data ... PASS (");
            // As when the machine starts: Docker is quicker than the fan, and makes the bridge itself.
            DOCKERS.get(0).removeContainers();
            DOCKERS.get(0).stop();
            fanctl(lab.hosts().get(0), "down -u 10.0.0.0/16 -o 250.0.0.0/8").done();
            DOCKERS.get(0).startAgain();
            fanctl(lab.hosts().get(0), up + " --overlay6 fd00:fa::/48").done();
            long again = DOCKERS.get(0).run("again", "--network", "fan-250");
            engine(lab, 0).reachesByIpv6(probes, again, pids.get(1), "fd00:fa:0:2::80", 1450);
            DOCKERS.forEach(Dockerd::removeContainers);
            for (int i = 0; i < 2; i++) {
                engine(lab, i).disable(false);
                assertThat(ipv6State(lab.hosts().get(i))).isEqualTo(before.get(i));
            }
        } finally {
            DOCKERS.forEach(Dockerd::removeContainers);
            for (LabHost host : lab.hosts()) {
                fanctl(host, up).done();
            }
        }
    }

    /** Docker makes the addresses anew, and a route to the slice, which stays until the fan goes; its bridges have the kernel's link-local address too. */
    private static String ipv6State(LabHost host) {
        return host.exec(
                        "sh",
                        "-c",
                        "ip -6 -o address show dev fan-250; ip -6 route show dev fan-250 via fe80::fa;"
                                + " ip -6 neigh show nud permanent dev fan-250")
                .output()
                .replaceAll("(?m)^.*fe80::fa:aff.*\\R|^\\d+: |scope.*", "");
    }

    /** Docker would switch on forwarding, with which the kernel deletes that route. */
    @Test
    void aHostWhoseDefaultRouteARouterAdvertisesKeepsIt(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        try {
            fanctl(h1.host(), up + " --overlay6 fd00:fa::/48").done();
            h1.host()
                    .exec(
                            "sh",
                            "-e",
                            "-c",
                            "sysctl -qw net.ipv6.conf.all.forwarding=0; ip -6 route add default via fe80::1 dev eth0 proto ra")
                    .orThrow();
            for (EngineOptions options : List.of(EngineOptions.USUAL, new EngineOptions(true))) {
                FanAttachment fan = h1.fan();
                refused(ExitCode.CONFLICT, () -> h1.inside(() -> h1.engine().enable(fan, options)))
                        .withMessageContaining("lose its default route by eth0, which a router advertises; set"
                                + " net.ipv6.conf.eth0.accept_ra to 2 first");
            }
            assertThat(DOCKERS.get(0).docker("network", "inspect", "fan-250").ok())
                    .isFalse();
            h1.host().exec("sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra=2").orThrow();
            h1.enable();
            assertThat(h1.host()
                            .exec("sysctl", "-n", "net.ipv6.conf.all.forwarding")
                            .output())
                    .isEqualTo("1\n");
        } finally {
            h1.host().exec("sh", "-c", "ip -6 route del default; sysctl -qw net.ipv6.conf.eth0.accept_ra=1");
            h1.disable(true);
            fanctl(h1.host(), up).done();
        }
    }

    @Test
    void withForceContainersLoseTheFanAndKeepRunning(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        Dockerd docker = DOCKERS.get(0);
        long pid = docker.run("stays", "--network", "fan-250");
        docker.docker("create", "--name", "sleeper", "--network", "fan-250", Dockerd.IMAGE)
                .orThrow();
        assertThat(h1.containers()).containsExactly("sleeper", "stays");
        assertThat(h1.stopped()).containsExactly("sleeper");
        assertThat(h1.disable(true).steps())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("take sleeper, stays off the fan; they keep running");
        assertThat(docker.pidOf("stays")).isEqualTo(pid);
        docker.docker("rm", "-f", "stays", "sleeper").orThrow();
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.OFF);
    }

    @Test
    void noContainerGetsTheFirstTheLastOrTheHostsAddress(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        for (String address : List.of("250.0.1.0", "250.0.1.1", "250.0.1.255")) {
            assertThat(DOCKERS.get(0)
                            .docker("run", "--rm", "--network", "fan-250", "--ip", address, Dockerd.IMAGE, "true")
                            .output())
                    .as(address)
                    .contains("Address already in use");
        }
        h1.disable(false);
    }

    @Test
    void aLargeHostReserveIsKeptFromContainersToo(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        FanAttachment fan = h1.fan();
        FanSlice large = fan.mapping().slice(fan.slice().underlayAddress(), 130);
        FanAttachment reserved =
                new FanAttachment(fan.type(), fan.bridge(), large, fan.mtu(), fan.dhcp(), Shares.DEFAULT);
        assertThat(h1.inside(() -> h1.engine().enable(reserved, EngineOptions.USUAL))
                        .steps())
                .singleElement()
                .asString()
                .contains("250.0.1.131 to 250.0.1.254");
        Namespace a = namespace(DOCKERS.get(0).run("aa", "--network", "fan-250"));
        assertThat(ContainerNet.of(a).address()).hasToString("250.0.1.131");
    }

    @Test
    void aNetworkRemovedByHandIsMadeAgainOrForgotten(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        DOCKERS.get(0).docker("network", "rm", "fan-250").orThrow();
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.HALF);
        assertThat(h1.status().sentence())
                .endsWith(
                        ": its network fan-250, of which fanatic has a record, is not there; enable or disable it again");
        assertThat(h1.enable().steps()).hasSize(1);
        DOCKERS.get(0).docker("network", "rm", "fan-250").orThrow();
        assertThat(h1.disable(false).steps())
                .containsExactly("delete the note about the Docker network fan-250, which is not there");
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.OFF);
    }

    @Test
    void somebodyElsesNetworkOfThatNameIsLeftAlone(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        DOCKERS.get(0).docker("network", "create", "--internal", "fan-250").orThrow();
        HostSnapshot before = h1.snapshot("docker", "network", "inspect", "fan-250");
        refused(ExitCode.CONFLICT, h1::enable)
                .withMessage("the Docker network fan-250 is there already and was not made by fanatic;"
                        + " remove or rename it first");
        assertThat(h1.disable(true).isEmpty()).isTrue();
        assertThat(before.changesTo(h1.snapshot("docker", "network", "inspect", "fan-250")))
                .isEmpty();
        DOCKERS.get(0).docker("network", "rm", "fan-250").orThrow();
    }

    @Test
    void whatSomebodyPutInPlaceOfOursIsNotRemoved(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        DOCKERS.get(0).docker("network", "rm", "fan-250").orThrow();
        DOCKERS.get(0).docker("network", "create", "--internal", "fan-250").orThrow();
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ALTERED);
        refused(ExitCode.CONFLICT, () -> h1.disable(true)).withMessageContaining("changed since fanatic made it (IPAM");
        refused(ExitCode.CONFLICT, h1::enable);
        DOCKERS.get(0).docker("network", "rm", "fan-250").orThrow();
        h1.disable(false);
    }

    @Test
    void theTestContainerLivesWhateverItsImageRunsAndIsDestroyed(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        List<String> progress = new ArrayList<>();
        DOCKERS.get(0).docker("import", "/dev/null", "nothing:1").orThrow();
        for (Optional<String> image : List.of(Optional.<String>empty(), Optional.of("nothing:1"))) {
            TestContainer first = h1.startTest(image, progress::add);
            try (TestContainer test = h1.startTest(image, progress::add)) {
                assertThat(test.id()).hasSize(64).isNotEqualTo(first.id());
                Namespace host = h1.host().namespace();
                reaches(probes, host, h1.host().address(), test.namespace(), test.address(), 1450);
            } finally {
                first.close();
            }
        }
        assertThat(progress).isEmpty();
        assertThat(h1.containers()).isEmpty();
        h1.disable(false);
    }

    @Test
    void anImageThatCannotBePulledIsOneSentence(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        h1.enable();
        List<String> progress = new ArrayList<>();
        refused(ExitCode.FAILED, () -> h1.startTest(Optional.of("localhost:1/none"), progress::add))
                .withMessageStartingWith(
                        "there is no image localhost:1/none:latest here, and Docker could not pull it: ")
                .withMessageEndingWith("; name one that is here with --image");
        assertThat(progress).startsWith("pulling localhost:1/none:latest");
        assertThat(h1.containers()).isEmpty();
        h1.disable(false);
    }

    /**
     * The machine starts: Docker is quicker than the fan, makes the bridge itself, switches forwarding on and drops what it
     * does not know.
     */
    @Test
    void whenDockerStartsBeforeTheFanItsBridgeIsAdoptedAndItsDropsSpareTheFan(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        Dockerd docker = DOCKERS.get(0);
        h1.enable();
        h2.enable();
        FanAttachment fan = h1.fan();
        docker.stop();
        EmbeddedFan control = new EmbeddedFan(FanOptions.DEFAULT);
        control.down(h1.host());
        assertThat(ContainerNet.links(h1.host().namespace())).doesNotContain("fan-250");
        // As a machine starts.
        h1.host().exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();

        docker.startAgain();
        assertThat(ContainerNet.links(h1.host().namespace())).contains("fan-250");
        control.up(h1.host());
        assertThat(h1.fan()).isEqualTo(fan);
        assertThat(h1.host().exec("iptables", "-S", "FORWARD").orThrow().output())
                .contains("-P FORWARD DROP");
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ENABLED);

        Namespace a = namespace(docker.run("aa", "--network", "fan-250"));
        Namespace b = namespace(DOCKERS.get(1).run("bb", "--network", "fan-250"));
        Ipv4Address atA = ContainerNet.of(a).address();
        Ipv4Address atB = ContainerNet.of(b).address();
        reaches(probes, a, atA, b, atB, 1450);
        reaches(probes, b, atB, a, atA, 1450);
        reaches(probes, h1.host().namespace(), h1.host().address(), b, atB, 1450);
        reaches(probes, b, atB, h1.host().namespace(), h1.host().address(), 1450);
        // The fan masquerades, and Docker not once more.
        LabHost host = h1.host();
        reaches(probes, a, host.underlayAddress(), lab.outside(), lab.spec().outsideAddress(), 1450);

        EngineHost podman = new EngineHost(h1.host(), EngineKind.PODMAN);
        assertThat(h1.inside(() -> DockerForwarding.warnings(fan))).isEmpty();
        docker.removeContainers();
        assertThat(h1.inside(() -> h1.engine().planDisable(fan)).warnings()).isEmpty();
        // With storage of its own, which it needs to tell that no container is on its network.
        try (Podman usable = Podman.on(h1.host())) {
            podman.enable();
            assertThat(h1.inside(() -> h1.engine().planDisable(fan)).warnings())
                    .singleElement()
                    .asString()
                    .contains("containers of Podman reach no other host");
            podman.disable(false);
        }
        h1.disable(false);
        // What is said where the fan adds no rules (--no-accept).
        assertThat(h1.inside(() -> DockerForwarding.warnings(fan)))
                .singleElement()
                .asString()
                .contains("only after fanctl up without --no-accept, or enabling Docker on this fan too");
    }

    @Test
    void aFanWithASecondSliceKeepsAllItsAddresses(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        h1.host().exec("ip", "address", "add", "10.0.0.200/16", "dev", "eth0").orThrow();
        FanNetwork network = FanNetwork.onThisHost().in(h1.host().namespace());
        FanMapping mapping = h1.fan().mapping();
        UnderlaySpec second = UnderlaySpec.parse("10.0.0.200/16");
        network.up(new FanEntry(mapping.overlay(), second, FanOptions.DEFAULT));
        try {
            FanSlice slice = mapping.slice(Ipv4Address.parse("10.0.0.200"));
            FanAttachment fan = new FanAttachment(TunnelType.VXLAN, "fan-250", slice, 1450, false, Shares.DEFAULT);
            List<String> before = bridge(h1.host());
            h1.inside(() -> h1.engine().enable(fan, EngineOptions.USUAL));
            Namespace a = namespace(DOCKERS.get(0).run("aa", "--network", "fan-250"));
            assertThat(ContainerNet.of(a).address()).hasToString("250.0.200.128");
            assertThat(ContainerNet.of(a).gateway()).contains(slice.hostAddress());
            LabHost other = h2.host();
            reaches(probes, a, Ipv4Address.parse("250.0.200.128"), other.namespace(), other.address(), 1450);
            assertThat(bridge(h1.host())).isEqualTo(before).hasSize(2);
            DOCKERS.get(0).removeContainers();
            h1.inside(() -> h1.engine().disable(fan, false));
            assertThat(bridge(h1.host())).isEqualTo(before);
        } finally {
            DOCKERS.get(0).removeContainers();
            network.down(mapping.overlay(), second);
            h1.host()
                    .exec("ip", "address", "delete", "10.0.0.200/16", "dev", "eth0")
                    .orThrow();
        }
    }

    private static List<String> bridge(LabHost host) {
        return host.exec("ip", "-4", "-o", "address", "show", "fan-250")
                .orThrow()
                .output()
                .lines()
                .toList();
    }

    @Test
    void aDockerWithANetworkOfItsOwnIsNotThisHosts(Lab lab) {
        EngineHost h2 = engine(lab, 1);
        FanAttachment fan = h2.fan();
        // Another network namespace behind a socket that can be reached from here, as a rootless Docker is.
        Map<String, String> environment =
                Map.of("DOCKER_HOST", "unix:///proc/" + DOCKERS.get(0).pid() + "/root/run/docker.sock");
        EngineStatus status = h2.inside(() -> ContainerEngines.onThisHost(environment, Journal.DIRECTORY)
                .get(0)
                .status(fan));
        assertThat(status.state()).isEqualTo(EngineStatus.State.UNUSABLE);
        assertThat(status.sentence()).contains("has a network of its own");
    }
}
