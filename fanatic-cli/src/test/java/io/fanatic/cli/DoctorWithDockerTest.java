package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import org.junit.jupiter.api.Test;

/** {@code fanatic doctor} on a host with a real Docker, which was there before the fan. */
@FanLab(hosts = 1, containers = 0, fan = false)
class DoctorWithDockerTest {

    @Test
    void fault28DockersDropIsFoundAndDockerOnTheFanIsHealthy(Lab lab) {
        LabHost host = lab.hosts().get(0);
        host.exec("sysctl", "-qw", "net.ipv4.ip_forward=0").orThrow();
        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.0/16 no-accept").done();
        try (Dockerd docker = Dockerd.start(host)) {
            new EmbeddedFan(FanOptions.DEFAULT.withAccept(false)).up(host);
            CliRun before = CliRun.fanatic(host, "doctor --json");
            assertThat(DoctorCommandTest.causes(
                            JsonParser.parseString(before.out()).getAsJsonObject()))
                    .as(before.out())
                    .containsExactly("forward-drop");
            // Without Docker on the fan: the rule that the fan brings is enough.
            CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.0/16").done();
            FanControl.embedded().up(host);
            assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
            assertThat(host.exec("iptables", "-S", "DOCKER-USER").orThrow().output())
                    .contains("-A DOCKER-USER -i fan-250 -o fan-250 -m comment --comment fanatic -j ACCEPT");
            CliRun.fanatic(host, "enable-docker " + "-u 10.0.0.1/16 -o 250.0.0.0/8");
            docker.run("box", "--network", "fan-250");
            assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
            docker.removeContainers();
        }
    }
}
