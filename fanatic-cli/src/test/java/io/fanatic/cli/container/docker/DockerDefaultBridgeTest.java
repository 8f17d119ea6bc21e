package io.fanatic.cli.container.docker;

import static io.fanatic.cli.CliRun.fanctl;
import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static io.fanatic.cli.container.EngineHost.refused;
import static io.fanatic.netlink.libc.Native.LIBC;
import static io.fanatic.netlink.libc.Native.check;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.EngineOptions;
import io.fanatic.cli.container.EnginePlan;
import io.fanatic.cli.container.EngineStatus;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.TestContainer;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Shares;
import io.fanatic.core.TunnelType;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A real Docker on each of two hosts, with the fan as the network of plain {@code docker run}. */
@FanLab(hosts = 2, containers = 0)
class DockerDefaultBridgeTest {
    private static final EngineOptions DEFAULT = new EngineOptions(true);
    private static final Path FILE = Path.of("/etc/docker/daemon.json");
    private static final Path NOTE = Path.of("/var/lib/fanatic/engines/docker-daemon.json");

    /** Settings of somebody's, as he likes to write them. */
    private static final String SETTINGS = "{ \"labels\" : [\"a=b\"],\n\n\t\"mtu\": 1400 }\n";

    private static final List<Dockerd> DOCKERS = new ArrayList<>();
    private static Probes probes;

    @BeforeAll
    static void startDocker(Lab lab) {
        probes = Probes.open();
        write(lab.hosts().get(0), SETTINGS);
        lab.hosts().forEach(host -> DOCKERS.add(Dockerd.start(host)));
    }

    @AfterAll
    static void stopDocker() {
        DOCKERS.forEach(Dockerd::close);
        DOCKERS.clear();
        probes.close();
    }

    @AfterEach
    void cleanUp(Lab lab) {
        for (int i = 0; i < DOCKERS.size(); i++) {
            if (!DOCKERS.get(i).answers()) {
                DOCKERS.get(i).startAgain();
            }
            DOCKERS.get(i).removeContainers();
            engine(lab, i).disable(true);
        }
    }

    private static void write(LabHost host, String text) {
        host.namespace().call(() -> {
            Files.createDirectories(Objects.requireNonNull(FILE.getParent()));
            Files.writeString(FILE, text);
            return Files.setPosixFilePermissions(FILE, PosixFilePermissions.fromString("rw-r-----"));
        });
    }

    private static String read(LabHost host) {
        return host.namespace()
                .call(() -> Files.exists(FILE)
                        ? PosixFilePermissions.toString(Files.getPosixFilePermissions(FILE)) + " "
                                + Files.readString(FILE)
                        : "none");
    }

    private static EngineHost engine(Lab lab, int host) {
        return new EngineHost(lab.hosts().get(host), EngineKind.DOCKER);
    }

    private static EnginePlan enable(EngineHost host) {
        FanAttachment fan = host.fan();
        return host.inside(() -> host.engine().enable(fan, DEFAULT));
    }

    private static HostSnapshot snapshot(EngineHost host) {
        // Docker makes its own bridge anew, with another hardware address, and its rules in another order.
        return new HostSnapshot(
                host
                        .snapshot("docker", "network", "inspect", "bridge", "-f", "{{.Options}} {{.IPAM.Config}}")
                        .lines()
                        .stream()
                        .map(line -> line.replaceAll("docker0(.*) mac [0-9a-f:]{17}", "docker0$1 mac X"))
                        .sorted()
                        .toList());
    }

    @Test
    void plainDockerRunLandsOnTheFanAndDisablePutsEverythingBack(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        HostSnapshot before1 = snapshot(h1);
        HostSnapshot before2 = snapshot(h2);
        assertThat(read(h2.host())).isEqualTo("none");
        DOCKERS.get(0).run("bystander");
        FanAttachment fan = h1.fan();
        EnginePlan plan = h1.inside(() -> h1.engine().planEnable(fan, DEFAULT));
        assertThat(plan.restarts()).isTrue();
        assertThat(plan.warnings().get(0))
                .isEqualTo("Docker restarts, which stops bystander; those without a restart policy stay stopped");
        assertThat(plan.steps())
                .hasSize(2)
                .first()
                .asString()
                .contains("bridge, fixed-cidr, mtu and ip-masq in " + FILE, "250.0.1.128 to 250.0.1.255");
        assertThat(read(h1.host())).as("only planned").isEqualTo("rw-r----- " + SETTINGS);
        long pid = DOCKERS.get(0).pid();

        assertThat(enable(h1)).isEqualTo(plan);
        assertThat(DOCKERS.get(0).pid()).isNotEqualTo(pid);
        assertThat(read(h1.host()))
                .isEqualTo("rw-r----- { \"labels\" : [\"a=b\"],\n\n\t\"mtu\": 1450,\n\n\t\"bridge\": \"fan-250\","
                        + "\n\n\t\"fixed-cidr\": \"250.0.1.128/25\",\n\n\t\"ip-masq\": false }\n");
        assertThat(h1.status().state()).as(h1.status().sentence()).isEqualTo(EngineStatus.State.ENABLED);
        assertThat(enable(h1).isEmpty()).as("again is harmless").isTrue();
        refused(ExitCode.CONFLICT, h1::enable).withMessageContaining("plain docker run is on the fan fan-250 already");
        // A network of its own makes room.
        h2.enable();
        assertThat(enable(h2).steps()).hasSize(3).first().isEqualTo("remove the Docker network fan-250");
        assertThat(DOCKERS.get(1).docker("network", "inspect", "fan-250").ok()).isFalse();

        Namespace a = namespace(DOCKERS.get(0).run("aa"));
        Namespace b = namespace(DOCKERS.get(1).run("bb"));
        ContainerNet atA = ContainerNet.of(a);
        assertThat(atA)
                .isEqualTo(new ContainerNet(
                        Ipv4Address.parse("250.0.1.128"), 8, 1450, Optional.of(Ipv4Address.parse("250.0.1.1"))));
        ContainerNet atB = ContainerNet.of(b);
        assertThat(atB.address()).hasToString("250.0.2.128");
        reaches(probes, a, atA.address(), b, atB.address(), 1450);
        reaches(probes, b, atB.address(), a, atA.address(), 1450);
        reaches(probes, h1.host().namespace(), h1.host().address(), b, atB.address(), 1450);
        reaches(probes, a, atA.address(), h2.host().namespace(), h2.host().address(), 1450);
        try (TestContainer test = h1.startTest(Optional.empty(), line -> {})) {
            reaches(probes, a, atA.address(), test.namespace(), test.address(), 1450);
        }

        assertThat(h1.containers()).containsExactly("aa", "bystander");
        refused(ExitCode.IN_USE, () -> h1.disable(false)).withMessageContaining("in use by aa, bystander;");
        DOCKERS.forEach(Dockerd::removeContainers);
        assertThat(h1.disable(false).steps()).hasSize(2).first().isEqualTo("put back " + FILE + ", as it was before");
        assertThat(h2.disable(false).steps()).hasSize(2).first().isEqualTo("delete " + FILE + ", as it was before");
        assertThat(h1.disable(false).isEmpty()).as("again is harmless").isTrue();
        assertThat(before1.changesTo(snapshot(h1))).isEmpty();
        assertThat(before2.changesTo(snapshot(h2))).isEmpty();
    }

    @Test
    void onAFanWithAnIpv6OverlayPlainDockerRunHasBothFamilies(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        EngineHost h1 = engine(lab, 0);
        String before = read(h1.host());
        List<Long> pids = new ArrayList<>();
        try {
            for (int i = 0; i < DOCKERS.size(); i++) {
                EngineHost host = engine(lab, i);
                enable(host);
                fanctl(host.host(), up + " --overlay6 fd00:fa::/48").done();
                assertThat(host.status().state()).isEqualTo(EngineStatus.State.ALTERED);
                assertThat(enable(host).steps()).first().asString().contains("mtu, ip-masq, ipv6 and fixed-cidr-v6 in");
                assertThat(host.status().state()).as(host.status().sentence()).isEqualTo(EngineStatus.State.ENABLED);
                assertThat(enable(host).isEmpty()).as("again is harmless").isTrue();
                assertThat(fanctl(host.host(), up + " --overlay6 fd00:fa::/48 --dry-run")
                                .done())
                        .isEqualTo("nothing to do\n");
                pids.add(DOCKERS.get(i).run("dual"));
            }
            for (int i = 0; i < 2; i++) {
                long from = pids.get(i);
                long to = pids.get(1 - i);
                String address = DOCKERS.get(1 - i)
                        .docker("inspect", "-f", "{{.NetworkSettings.GlobalIPv6Address}}", "dual")
                        .output()
                        .strip();
                assertThat(address).startsWith("fd00:fa:0:" + (2 - i) + ":");
                engine(lab, i).reachesByIpv6(probes, from, to, address, 1450);
                reaches(
                        probes,
                        namespace(from),
                        ContainerNet.of(namespace(from)).address(),
                        namespace(to),
                        ContainerNet.of(namespace(to)).address(),
                        1450);
                engine(lab, i)
                        .reachesOutsideByIpv6(
                                probes, from, lab.hosts().get(1 - i), up + " --overlay6 fd00:fa::/48", 1450);
            }
            DOCKERS.forEach(Dockerd::removeContainers);
            // Without the overlay of IPv6 its settings go.
            fanctl(h1.host(), up).done();
            assertThat(h1.status().state()).isEqualTo(EngineStatus.State.ALTERED);
            enable(h1);
            assertThat(read(h1.host())).contains("fixed-cidr").doesNotContain("ipv6", "v6");
            h1.disable(false);
            assertThat(read(h1.host())).isEqualTo(before);
        } finally {
            DOCKERS.forEach(Dockerd::removeContainers);
            for (int i = 0; i < DOCKERS.size(); i++) {
                engine(lab, i).disable(true);
                fanctl(lab.hosts().get(i), up).done();
            }
        }
    }

    /** Docker takes one network, which the slice's last address is in. Containers have the overlay's prefix, so it is nobody's broadcast address. */
    @Test
    void plainDockerRunMayGiveOutTheLastAddressOfTheSliceWhichOthersReach(Lab lab) {
        String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
        EngineHost h1 = engine(lab, 0);
        EngineHost h2 = engine(lab, 1);
        try {
            fanctl(h1.host(), up + " --shares docker:1/64").done();
            enable(h1);
            enable(h2);
            List<Namespace> ours = new ArrayList<>();
            for (String name : List.of("c1", "c2", "c3", "c4")) {
                ours.add(namespace(DOCKERS.get(0).run(name)));
            }
            assertThat(ours)
                    .extracting(each -> ContainerNet.of(each).address().toString() + "/"
                            + ContainerNet.of(each).prefixLength())
                    .containsExactly("250.0.1.252/8", "250.0.1.253/8", "250.0.1.254/8", "250.0.1.255/8");
            Ipv4Address last = Ipv4Address.parse("250.0.1.255");
            Namespace other = namespace(DOCKERS.get(1).run("other"));
            for (Namespace from :
                    List.of(other, ours.get(0), h1.host().namespace(), h2.host().namespace())) {
                Ipv4Address source = from == h1.host().namespace()
                        ? h1.host().address()
                        : from == h2.host().namespace()
                                ? h2.host().address()
                                : ContainerNet.of(from).address();
                reaches(probes, from, source, ours.get(3), last, 1450);
                reaches(probes, ours.get(3), last, from, source, 1450);
            }
        } finally {
            DOCKERS.forEach(Dockerd::removeContainers);
            h1.disable(true);
            h2.disable(true);
            fanctl(h1.host(), up).done();
        }
    }

    /** As on a fan of type ipip, where containers have the slice's prefix. */
    @Test
    void whereTheLastAddressIsTheBroadcastAddressDockerKeepsIt(Lab lab) {
        LabHost host = lab.hosts().get(1);
        Dockerd docker = DOCKERS.get(1);
        host.exec(
                        "sh",
                        "-ec",
                        "ip link add routed type bridge; ip addr add 10.9.1.1/24 dev routed; ip link set routed up")
                .orThrow();
        try {
            docker.stop();
            write(host, "{\"bridge\": \"routed\", \"fixed-cidr\": \"10.9.1.252/30\"}");
            docker.startAgain();
            List<String> addresses = new ArrayList<>();
            for (String name : List.of("c1", "c2", "c3")) {
                addresses.add(
                        ContainerNet.of(namespace(docker.run(name))).address().toString());
            }
            assertThat(addresses).containsExactly("10.9.1.252", "10.9.1.253", "10.9.1.254");
            assertThat(docker.docker("run", "--rm", Dockerd.IMAGE, "true").output())
                    .contains("no available IPv4 addresses");
        } finally {
            docker.removeContainers();
            docker.stop();
            host.namespace().call(() -> Files.deleteIfExists(FILE));
            docker.startAgain();
            host.exec("ip", "link", "del", "routed");
        }
    }

    @Test
    void whenDockerDoesNotComeBackTheOldFileIsPutBack(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        HostSnapshot before = snapshot(h1);
        FanAttachment fan = h1.fan();
        FanAttachment down =
                new FanAttachment(TunnelType.VXLAN, "fan-99", fan.slice(), fan.mtu(), false, Shares.DEFAULT);
        refused(ExitCode.UNDONE, () -> h1.inside(() -> h1.engine().enable(down, DEFAULT)))
                .withMessageContaining("Docker did not take the new settings: Docker ended as soon as it was started: "
                        + "failed to start daemon: Error initializing network controller: ")
                .withMessageContaining("bridge device with non default name fan-99 must be created manually; " + FILE
                        + " is as it was, and Docker runs with it");
        assertThat(before.changesTo(snapshot(h1))).isEmpty();
        assertThat(DOCKERS.get(0).answers()).isTrue();
    }

    /** What cannot be written down is not changed; what is written down is taken back without more room. */
    // TESTING.md F7
    @Test
    void withoutRoomForTheNoteNothingIsChangedAndDisablingNeedsNone(Lab lab) {
        EngineHost h2 = engine(lab, 1);
        Path place = Path.of("/var/lib/fanatic");
        h2.inside(() -> check("mount", LIBC.mount("full", place.toString(), "tmpfs", 0, "size=64k,mode=755")));
        try {
            HostSnapshot before = snapshot(h2);
            long pid = DOCKERS.get(1).pid();
            fill(h2, place);
            for (EngineOptions options : List.of(EngineOptions.USUAL, DEFAULT)) {
                refused(ExitCode.FAILED, () -> {
                            FanAttachment fan = h2.fan();
                            h2.inside(() -> h2.engine().enable(fan, options));
                        })
                        .withMessageMatching("cannot write the journal " + NOTE.getParent()
                                + "/docker-(network-fan-250|daemon)\\.json,"
                                + " so nothing is changed: No space left on device");
            }
            h2.inside(() -> Files.deleteIfExists(place.resolve("filler")));
            assertThat(before.changesTo(snapshot(h2))).isEmpty();
            assertThat(DOCKERS.get(1).pid()).as("it was not restarted").isEqualTo(pid);
            enable(h2);
            fill(h2, place);
            assertThat(h2.disable(false).steps()).hasSize(2);
            h2.inside(() -> Files.deleteIfExists(place.resolve("filler")));
            assertThat(before.changesTo(snapshot(h2))).isEmpty();
        } finally {
            h2.inside(() -> check("unmount", LIBC.umount2(place.toString(), 0)));
        }
    }

    private static void fill(EngineHost host, Path place) {
        host.host()
                .exec(
                        "sh",
                        "-c",
                        "head -c 1M /dev/zero >" + place + "/filler 2>/dev/null; ! head -c 1 /dev/zero >>" + place
                                + "/filler 2>/dev/null")
                .orThrow();
    }

    @Test
    void whatAPersonWroteIntoTheFileIsNotOverwritten(Lab lab) {
        EngineHost h2 = engine(lab, 1);
        enable(h2);
        String ours = h2.inside(() -> Files.readString(FILE));
        String edited = ours.replace("}", ", \"debug\": true}");
        h2.inside(() -> Files.writeString(FILE, edited));
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.ALTERED);
        refused(ExitCode.CONFLICT, () -> h2.disable(true))
                .withMessageContaining(FILE + " has been changed since fanatic wrote it (debug is new)");
        refused(ExitCode.CONFLICT, () -> enable(h2));
        assertThat(h2.inside(() -> Files.readString(FILE))).isEqualTo(edited);
        // As the sentence says: take ours out, and disable has nothing to put back.
        h2.inside(() -> Files.writeString(FILE, "{\"debug\": true}"));
        assertThat(h2.disable(false).steps()).singleElement().asString().startsWith("restart Docker");
        assertThat(h2.inside(() -> Files.readString(FILE))).isEqualTo("{\"debug\": true}");
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.OFF);
        h2.inside(() -> Files.deleteIfExists(FILE));
    }

    @Test
    void whoWasKilledBetweenNoteAndChangeCanGoOnEitherWay(Lab lab) {
        EngineHost h2 = engine(lab, 1);
        enable(h2);
        byte[] note = h2.inside(() -> Files.readAllBytes(NOTE));
        String ours = h2.inside(() -> Files.readString(FILE));
        h2.disable(false);

        // The note is there, the file is not.
        h2.inside(() -> Files.createDirectories(NOTE.resolveSibling(".")));
        h2.inside(() -> Files.write(NOTE, note));
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.HALF);
        assertThat(h2.disable(false).steps()).singleElement().asString().startsWith("delete the note about " + FILE);
        assertThat(h2.inside(() -> Files.exists(NOTE))).isFalse();
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.OFF);

        // The file is there, and Docker was not restarted.
        h2.inside(() -> Files.createDirectories(NOTE.resolveSibling(".")));
        h2.inside(() -> Files.write(NOTE, note));
        h2.inside(() -> Files.writeString(FILE, ours));
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.HALF);
        assertThat(enable(h2).steps()).singleElement().asString().startsWith("restart Docker");
        assertThat(h2.status().state()).isEqualTo(EngineStatus.State.ENABLED);
        h2.disable(false);
        assertThat(read(h2.host())).isEqualTo("none");
    }

    @Test
    void theFileIsPutBackAlsoWhenDockerDoesNotRun(Lab lab) {
        EngineHost h1 = engine(lab, 0);
        enable(h1);
        DOCKERS.get(0).stop();
        assertThat(h1.status().state()).isEqualTo(EngineStatus.State.STOPPED);
        assertThat(h1.status().sentence()).contains("Docker is installed but does not run");
        assertThat(h1.containers()).isEmpty();
        assertThat(h1.disable(false).steps()).containsExactly("put back " + FILE + ", as it was before");
        assertThat(read(h1.host())).isEqualTo("rw-r----- " + SETTINGS);
    }
}
