package io.fanatic.cli.container.podman;

import static io.fanatic.cli.container.EngineHost.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.FileEngineTests;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Share;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import io.fanatic.netlink.names.NamedContainer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Podman on each of two hosts. */
class PodmanEngineTest extends FileEngineTests<Podman> {
    /** As on some distributions: an answer must leave by the way on which it is asked for. */
    private static final String STRICT = "net.ipv4.conf.all.rp_filter";

    PodmanEngineTest() {
        super(EngineKind.PODMAN, "/etc/containers/networks/fan-250.json");
    }

    @Override
    protected Podman start(LabHost host) {
        return Podman.on(host);
    }

    @Override
    protected long run(Podman podman, String name) {
        return podman.run(name, "--network", "fan-250");
    }

    @Override
    protected void removeContainers(Podman podman) {
        podman.removeContainers();
    }

    @Test
    void stoppedContainersAreKnownAndForceTakesAllOffTheFan(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.PODMAN);
        Podman podman = engine(0);
        host.enable();
        long pid = podman.run("runs", "--network", "fan-250");
        podman.run("stopped", "--network", "fan-250");
        podman.podman("stop", "-t", "0", "stopped").orThrow();
        assertThat(host.containers()).containsExactly("runs", "stopped");
        assertThat(host.stopped()).containsExactly("stopped");
        refused(ExitCode.IN_USE, () -> host.disable(false)).withMessageContaining("in use by runs, stopped;");
        assertThat(host.disable(true).steps())
                .hasSize(2)
                .first()
                .isEqualTo("take runs, stopped off the fan; they keep running without it, and start again without it");
        assertThat(podman.podman("inspect", "-f", "{{.State.Pid}}", "runs")
                        .output()
                        .strip())
                .isEqualTo(Long.toString(pid));
        assertThat(ContainerNet.links(EngineHost.namespace(pid))).doesNotContain("eth0");
        podman.podman("start", "stopped").orThrow();
        assertThat(host.containers()).isEmpty();
    }

    /** Netavark forwards nothing to an unmanaged network; a second network does, and the fan's own traffic stays on the fan. */
    @Test
    void portsArePublishedByASecondNetwork(Lab lab) {
        EngineHost h1 = new EngineHost(lab.hosts().get(0), EngineKind.PODMAN);
        EngineHost h2 = new EngineHost(lab.hosts().get(1), EngineKind.PODMAN);
        assertThat(h1.enable().steps().get(0)).endsWith("--network fan-250 --network podman");
        h2.enable();
        long web = engine(0).run("web", "--network", "fan-250", "--network", "podman", "-p", "8080:80");
        long other = engine(1).run("other", "--network", "fan-250");
        h1.host().exec("sysctl", "-q", "-w", STRICT + "=1").orThrow();
        assertThat(EngineHost.usePublished(lab, EngineHost.namespace(web), EngineHost.namespace(other), false))
                .isEqualTo(EngineHost.trueSources(lab));
        h1.host().exec("sysctl", "-q", "-w", STRICT + "=0").orThrow();
        try (Probes probes = Probes.open()) {
            Namespace a = EngineHost.namespace(web);
            Namespace b = EngineHost.namespace(other);
            // Which of the two is eth0 is Podman's choice.
            Ipv4Address atA = Ipv4Address.parse(engine(0)
                    .podman("inspect", "-f", "{{(index .NetworkSettings.Networks \"fan-250\").IPAddress}}", "web")
                    .orThrow()
                    .output()
                    .strip());
            Ipv4Address atB = ContainerNet.of(b).address();
            EngineHost.reaches(probes, a, atA, b, atB, 1450);
            EngineHost.reaches(probes, b, atB, a, atA, 1450);
            assertThat(h1.misfits()).isEmpty();
            String up = "up -u 10.0.0.0/16 -o 250.0.0.0/8";
            for (int filter : new int[] {0, 1}) {
                bridgeFilter(lab, filter);
                try {
                    EngineHost.bringUp(lab, up, " --direct");
                    // Netavark drops half-seen connections, which meet that where bridged frames pass iptables.
                    assertThat(h1.host()
                                    .exec("nft", "list table ip fanatic-tunnel")
                                    .output()
                                    .contains("notrack"))
                            .isEqualTo(filter == 1);
                    assertThat(EngineHost.usePublished(lab, a, b, false)).isEqualTo(EngineHost.trueSources(lab));
                    EngineHost.reaches(probes, a, atA, b, atB, 1450);
                    EngineHost.reaches(probes, b, atB, a, atA, 1450);
                } finally {
                    lab.hosts().forEach(host -> CliRun.fanctl(host, up).done());
                }
            }
        }
    }

    private static void bridgeFilter(Lab lab, int value) {
        for (LabHost host : lab.hosts()) {
            host.exec("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=" + value)
                    .orThrow();
        }
    }

    @Test
    void whatPodmanTakesAndDoesNotWorkIsFound(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.PODMAN);
        Podman podman = engine(0);
        host.enable();
        String label = "com.docker.compose.";
        podman.run(
                "fits",
                "--network",
                "fan-250",
                "--ip",
                "250.0.1.40",
                "--label",
                label + "service=front",
                "--label",
                label + "project=shop;a");
        assertThat(ContainerNet.of(EngineHost.namespace(podman.run("after", "--network", "fan-250")))
                        .address())
                .matches(host.fan().range(Share.PODMAN)::contains)
                .isNotEqualTo(Ipv4Address.parse("250.0.1.40"));
        assertThat(host.misfits()).isEmpty();
        FanAttachment fan = host.fan();
        assertThat(host.inside(() -> host.engine().named(fan)))
                .extracting(NamedContainer::name, NamedContainer::aliases)
                .containsExactly(tuple("after", List.of()), tuple("fits", List.of("front", "front.shop;a")));

        podman.run("alone", "--network", "fan-250", "-p", "8080:80", "-p", "127.0.0.1:53:53/udp");
        podman.run("host", "--network", "fan-250", "--ip", "250.0.1.1");
        podman.run("elsewhere", "--network", "fan-250", "--ip", "250.0.2.9");
        podman.run("last", "--network", "fan-250", "--ip", "250.0.1.255");
        podman.run("docker", "--network", "fan-250", "--ip", "250.0.1.200");
        assertThat(host.misfits())
                .extracting(Misfit::kind, Misfit::sentence)
                .containsExactly(
                        tuple(
                                Misfit.Kind.PORTS,
                                "alone (Podman) publishes 53:53/udp, 8080:80/tcp, and is on fan-250 alone"),
                        tuple(
                                Misfit.Kind.SHARE,
                                "docker has the address 250.0.1.200, which is not of the share of podman"),
                        tuple(
                                Misfit.Kind.ADDRESS,
                                "elsewhere has the address 250.0.2.9, which is not of this host's slice, 250.0.1.0/24"),
                        tuple(Misfit.Kind.ADDRESS, "host has the address 250.0.1.1, which is this host's own"),
                        tuple(Misfit.Kind.ADDRESS, "last has the address 250.0.1.255, which is no container's"));
        assertThat(podman.locks()).as("its locks, which are not the machine's").isNotEmpty();
        assertThat(doctor(host.host()))
                .contains("ports-unpublished 250.0.0.0/8 fix "
                        + host.misfits().get(0).fix())
                .contains(
                        "address-share 250.0.0.0/8 fix " + host.misfits().get(1).fix())
                .anyMatch(line -> line.startsWith("address-slice 250.0.0.0/8 fix "));
        assertThat(host.misfits().get(0).fix())
                .isEqualTo("podman run --network fan-250 --network podman -p 53:53/udp ...");
        assertThat(host.misfits().get(1).fix())
                .isEqualTo("run docker again without an address of its own, or with one of 250.0.1.32 to 250.0.1.63");
    }

    /** A label is whatever somebody wrote, and no container but its own has anything from it. */
    @Test
    void aLabelForgesNoContainer(Lab lab) {
        EngineHost host = new EngineHost(lab.hosts().get(0), EngineKind.PODMAN);
        host.enable();
        String project = "shop\ncontainer forged;fan-250=250.0.1.77,;;8080:80/tcp,;fan-250,;db;shop\n"
                + "container other;fan-250=nonsense,;;;fan-250,;db;shop";
        engine(0)
                .run(
                        "real",
                        "--network",
                        "fan-250",
                        "--label",
                        "com.docker.compose.service=web",
                        "--label",
                        "com.docker.compose.project=" + project);
        FanAttachment fan = host.fan();
        assertThat(host.inside(() -> host.engine().named(fan)))
                .extracting(NamedContainer::name, NamedContainer::aliases)
                .containsExactly(tuple("real", List.of("web", "web." + project)));
        assertThat(host.misfits()).isEmpty();
        assertThat(doctor(host.host())).noneMatch(line -> line.startsWith("ports-unpublished"));
    }

    /** What {@code fanatic doctor} finds: code, subject and fix. */
    private static List<String> doctor(LabHost host) {
        CliRun run = CliRun.fanatic(host, "doctor --json");
        List<String> lines = new ArrayList<>();
        for (JsonElement each :
                JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("findings")) {
            JsonObject finding = each.getAsJsonObject();
            lines.add(finding.get("code").getAsString() + " "
                    + finding.get("subject").getAsString() + " fix "
                    + finding.get("fix").getAsString());
        }
        return lines;
    }

    @Override
    protected List<String> known(String... containers) {
        return List.of(containers);
    }
}
