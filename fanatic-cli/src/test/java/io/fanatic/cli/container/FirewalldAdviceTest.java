package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Firewalld;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What {@code fanatic doctor} advises on a host with firewalld, followed to the letter: containers reach each other and the world, the
 * doctor is content, and Docker can take the fan, whether it was there before, comes later or never.
 */
class FirewalldAdviceTest {
    private static final EmbeddedFan FAN = new EmbeddedFan(FanOptions.DEFAULT);
    private static final String OF_FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

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
    void dockerComesLater(Lab lab) {
        LabHost host = configured(lab);
        try (Firewalld firewalld = Firewalld.start(host)) {
            bringUp(lab);
            followTheDoctor(host);
            theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
            try (Dockerd docker = Dockerd.start(host)) {
                // As fan.service is told to by Docker's start.
                FAN.up(host);
                theFanWorks(
                        lab,
                        lab.containers().get(0).namespace(),
                        lab.containers().get(0).address());
                dockerTakesTheFan(lab, docker, "enable-docker");
                dockerTakesTheFan(lab, docker, "enable-docker --default-bridge");
            }
        }
    }

    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void dockerIsThereAlready(Lab lab) {
        LabHost host = configured(lab);
        try (Firewalld firewalld = Firewalld.start(host);
                Dockerd docker = Dockerd.start(host)) {
            bringUp(lab);
            followTheDoctor(host);
            theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
            dockerTakesTheFan(lab, docker, "enable-docker --default-bridge");
            dockerTakesTheFan(lab, docker, "enable-docker");
            docker.stop();
            docker.startAgain();
            assertThat(firewalld.client("--reload").ok()).isTrue();
            theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
        }
    }

    private static LabHost configured(Lab lab) {
        LabHost host = lab.hosts().get(0);
        host.exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();
        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.0/16").done();
        return host;
    }

    private static void bringUp(Lab lab) {
        lab.hosts().forEach(FAN::up);
        lab.containers().forEach(lab::attach);
    }

    /** Each command as it stands there, in a shell, until there is none. */
    private static void followTheDoctor(LabHost host) {
        List<String> followed = new ArrayList<>();
        while (true) {
            CliRun doctor = CliRun.fanatic(host, "doctor --json");
            List<String> fixes = new ArrayList<>();
            for (JsonElement finding :
                    JsonParser.parseString(doctor.out()).getAsJsonObject().getAsJsonArray("findings")) {
                JsonObject each = finding.getAsJsonObject();
                if (each.get("cause").getAsBoolean()) {
                    fixes.add(each.get("fix").getAsString());
                }
            }
            if (fixes.isEmpty()) {
                assertThat(followed).as("there was something to advise").isNotEmpty();
                return;
            }
            assertThat(followed).as("advice that did not help: " + doctor.out()).doesNotContainAnyElementsOf(fixes);
            for (String fix : fixes) {
                host.exec("sh", "-c", fix).orThrow();
            }
            followed.addAll(fixes);
        }
    }

    private static void dockerTakesTheFan(Lab lab, Dockerd docker, String enable) {
        LabHost host = lab.hosts().get(0);
        CliRun run = CliRun.fanatic(host, enable + OF_FAN);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        String[] network = enable.contains("default") ? new String[0] : new String[] {"--network", "fan-250"};
        Namespace box = namespace(docker.run("box", network));
        theFanWorks(lab, box, ContainerNet.await(box).address());
        theFanWorks(
                lab,
                lab.containers().get(0).namespace(),
                lab.containers().get(0).address());
        assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
        docker.removeContainers();
        CliRun off = CliRun.fanatic(host, "disable-docker" + OF_FAN);
        assertThat(off.exitCode()).as(off.err()).isEqualTo(ExitCode.DONE);
    }

    /** From and to the other host's container, to the world outside, and to the own host. */
    private static void theFanWorks(Lab lab, Namespace box, Ipv4Address address) {
        LabContainer other = lab.containers().get(1);
        LabHost host = lab.hosts().get(0);
        reaches(probes, box, address, other.namespace(), other.address(), 1450);
        reaches(probes, other.namespace(), other.address(), box, address, 1450);
        reaches(probes, box, host.underlayAddress(), lab.outside(), lab.spec().outsideAddress(), 1450);
        reaches(probes, box, address, host.namespace(), host.address(), 1450);
    }
}
