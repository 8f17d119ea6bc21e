package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Ufw;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.HostSnapshot;
import io.fanatic.netlink.host.Namespace;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A host with a fan and a real Docker is as closed as one with Docker alone, whichever was first: Docker drops what it forwards, a
 * neighbour reaches what is published and nothing else. And the fan, which Docker knows nothing of, works.
 */
class ForwardingWithDockerTest {
    private static final EmbeddedFan FAN = new EmbeddedFan(FanOptions.DEFAULT);
    private static final Ipv4Address WEB = Ipv4Address.parse("172.17.0.2");

    private static Probes probes;

    @BeforeAll
    static void open() {
        probes = Probes.open();
    }

    @AfterAll
    static void close() {
        probes.close();
    }

    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void dockerAfterTheFan(Lab lab) {
        asMachinesStart(lab);
        bringUp(lab);
        try (Dockerd docker = Dockerd.start(lab.hosts().get(0))) {
            isClosed(lab, docker);
            // As fan.service is told to by Docker's start, and as the watch does.
            FAN.up(lab.hosts().get(0));
            isClosed(lab, docker);
            theFanWorks(lab);
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void dockerBeforeTheFan(Lab lab) {
        asMachinesStart(lab);
        try (Dockerd docker = Dockerd.start(lab.hosts().get(0))) {
            isClosed(lab, docker);
            bringUp(lab);
            isClosed(lab, docker);
            theFanWorks(lab);
        }
    }

    /** Docker's forwarding is Docker's: it stays when the fan goes. */
    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void theFanGoesAndDockerStaysAsItWas(Lab lab) {
        asMachinesStart(lab);
        LabHost host = lab.hosts().get(0);
        FAN.up(host);
        try (Dockerd docker = Dockerd.start(host)) {
            FAN.down(host);
            isClosed(lab, docker);
            Namespace box = namespace(docker.run("box"));
            reaches(
                    probes,
                    box,
                    host.underlayAddress(),
                    lab.outside(),
                    lab.spec().outsideAddress(),
                    1450);
        }
    }

    /** ufw drops what is forwarded, whoever forwards; the tunnel's port is its owner's to open. */
    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void ufwBeforeTheFanAndAfterIt(Lab lab) {
        asMachinesStart(lab);
        LabHost host = lab.hosts().get(0);
        Ufw ufw = Ufw.on(host);
        ufw.ufw("allow", "8472/udp").orThrow();
        ufw.enable();
        HostSnapshot before = lab.snapshot(host);
        bringUp(lab);
        theFanWorks(lab);
        ufw.disable();
        ufw.enable();
        FAN.up(host);
        theFanWorks(lab);
        lab.detach(lab.containers().get(0));
        FAN.down(host);
        assertThat(before.changesTo(lab.snapshot(host))).isEmpty();
    }

    private static void asMachinesStart(Lab lab) {
        for (LabHost host : lab.hosts()) {
            host.exec("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv4.conf.default.forwarding=0")
                    .orThrow();
        }
    }

    private static void bringUp(Lab lab) {
        lab.hosts().forEach(FAN::up);
        lab.containers().forEach(lab::attach);
    }

    private static void isClosed(Lab lab, Dockerd docker) {
        LabHost host = lab.hosts().get(0);
        LabHost neighbour = lab.hosts().get(1);
        assertThat(host.exec("iptables", "-S", "FORWARD").orThrow().output()).startsWith("-P FORWARD DROP");
        docker.removeContainers();
        docker.docker(
                        "run",
                        "-d",
                        "--name",
                        "web",
                        "--stop-signal",
                        "KILL",
                        "-p",
                        "8080:80",
                        Dockerd.IMAGE,
                        "sh",
                        "-c",
                        "echo hello > index.html; httpd -p 80; exec httpd -f -p 81")
                .orThrow();
        neighbour
                .exec(
                        "ip",
                        "route",
                        "replace",
                        "172.17.0.0/16",
                        "via",
                        host.underlayAddress().toString())
                .orThrow();
        // curl waits for the server to listen.
        assertThat(get(host, WEB + ":81", "30").ok()).as("from the host").isTrue();
        assertThat(get(neighbour, host.underlayAddress() + ":8080", "30").output())
                .as("published")
                .isEqualTo("hello\n");
        assertThat(get(neighbour, WEB + ":81", "2").ok())
                .as("a neighbour reads what is not published")
                .isFalse();
        docker.removeContainers();
    }

    private static ExecResult get(LabHost from, String address, String seconds) {
        return from.exec(
                "curl",
                "-sS",
                "--retry",
                "20",
                "--retry-connrefused",
                "--retry-delay",
                "1",
                "--retry-max-time",
                seconds,
                "-m",
                seconds,
                "http://" + address + "/index.html");
    }

    private static void theFanWorks(Lab lab) {
        List<LabContainer> boxes = lab.containers();
        LabContainer a = boxes.get(0);
        LabContainer b = boxes.get(1);
        reaches(probes, a.namespace(), a.address(), b.namespace(), b.address(), 1450);
        reaches(probes, b.namespace(), b.address(), a.namespace(), a.address(), 1450);
        for (LabContainer box : boxes) {
            reaches(
                    probes,
                    box.namespace(),
                    box.host().underlayAddress(),
                    lab.outside(),
                    lab.spec().outsideAddress(),
                    1450);
        }
    }
}
