package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.CliRun;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Firewalld;
import io.fanatic.core.FanOptions;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.host.Namespace;
import org.junit.jupiter.api.Test;

/**
 * What {@code fanatic doctor} advises on a host with firewalld, followed to the letter: containers reach each other and the world, the
 * doctor is content, and Docker can take the fan, whether it was there before, comes later or never.
 */
class FirewalldAdviceTest {
    private static final String OF_FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";

    private static final FirewalldAdvice ADVICE = new FirewalldAdvice(FanOptions.DEFAULT, 1450);

    @Test
    @FanLab(hosts = 2, containers = 1, fan = false)
    void dockerComesLater(Lab lab) {
        LabHost host = ADVICE.configured(lab);
        try (Firewalld firewalld = Firewalld.start(host)) {
            ADVICE.bringUp(lab);
            ADVICE.follow(host);
            ADVICE.theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
            try (Dockerd docker = Dockerd.start(host)) {
                // As fan.service is told to by Docker's start.
                ADVICE.fan().up(host);
                ADVICE.theFanWorks(
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
        LabHost host = ADVICE.configured(lab);
        try (Firewalld firewalld = Firewalld.start(host);
                Dockerd docker = Dockerd.start(host)) {
            ADVICE.bringUp(lab);
            ADVICE.follow(host);
            ADVICE.theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
            dockerTakesTheFan(lab, docker, "enable-docker --default-bridge");
            dockerTakesTheFan(lab, docker, "enable-docker");
            docker.stop();
            docker.startAgain();
            assertThat(firewalld.client("--reload").ok()).isTrue();
            ADVICE.theFanWorks(
                    lab,
                    lab.containers().get(0).namespace(),
                    lab.containers().get(0).address());
        }
    }

    private static void dockerTakesTheFan(Lab lab, Dockerd docker, String enable) {
        LabHost host = lab.hosts().get(0);
        CliRun run = CliRun.fanatic(host, enable + OF_FAN);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        String[] network = enable.contains("default") ? new String[0] : new String[] {"--network", "fan-250"};
        Namespace box = namespace(docker.run("box", network));
        ADVICE.theFanWorks(lab, box, ContainerNet.await(box).address());
        ADVICE.theFanWorks(
                lab,
                lab.containers().get(0).namespace(),
                lab.containers().get(0).address());
        assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
        docker.removeContainers();
        CliRun off = CliRun.fanatic(host, "disable-docker" + OF_FAN);
        assertThat(off.exitCode()).as(off.err()).isEqualTo(ExitCode.DONE);
    }
}
