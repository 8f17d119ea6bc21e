package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabException;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real Docker that is started, stopped and restarted while its fan comes and goes. */
@FanLab(hosts = 2, containers = 0, fan = false)
class DockerLifeTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final String STANDS_IN = "an empty bridge fan-250 stands in for the fan's";

    private LabHost host;
    private LabHost other;
    private Dockerd docker;
    private List<String> before;

    @BeforeEach
    void startDocker(Lab lab) {
        host = lab.hosts().get(0);
        other = lab.hosts().get(1);
        docker = Dockerd.start(host);
        docker.docker("network", "create", "somebodys").orThrow();
        before = devices();
    }

    @AfterEach
    void nothingIsLeft() {
        if (!docker.answers()) {
            CliRun.fanatic(host, "deconfigure --yes --force");
            docker.startAgain();
        }
        docker.removeContainers();
        CliRun.fanatic(host, "deconfigure --yes --force");
        docker.close();
        CliRun.fanctl(other, "down -e");
        host.exec("rm", "-f", "/etc/network/fan");
    }

    private List<String> devices() {
        return host.exec("ip", "-o", "-4", "addr", "show")
                .orThrow()
                .output()
                .lines()
                .map(line ->
                        line.replaceAll("^\\d+: ", "").replaceAll("\\s+", " ").replace(" proto 0x4", ""))
                .sorted()
                .toList();
    }

    private void plainDockerRunIsOnTheFan() {
        CliRun.fanatic(host, "enable-docker --default-bridge" + FAN).done();
    }

    private void dockerStarts() {
        docker.startAgain();
        assertThat(docker.docker("network", "ls", "--format", "{{.Name}}")
                        .orThrow()
                        .output()
                        .lines())
                .contains("somebodys");
    }

    private void dockerDoesNotStart(String why) {
        assertThatExceptionOfType(LabException.class)
                .isThrownBy(docker::startAgain)
                .withMessageContaining(why);
    }

    /** A container of plain {@code docker run} exchanges data with the other host. */
    private void containersReachTheOtherHost() {
        CliRun.fanctl(other, "up -u 10.0.0.2/16 -o 250.0.0.0/8").done();
        Namespace container = new Namespace(Path.of("/proc/" + docker.run("box") + "/ns/net"), Optional.empty());
        try (Probes probes = Probes.open()) {
            assertThat(BulkTransfer.to(Ipv4Address.parse("250.0.2.1"))
                            .start(probes, container, other.namespace())
                            .join())
                    .satisfies(transfer -> assertThat(transfer.error()).isEmpty());
        }
        docker.removeContainers();
    }

    private void everythingIsAsBefore() {
        assertThat(CliRun.fanatic(host, "deconfigure --yes").done()).isEqualTo("everything is as it was before\n");
        assertThat(devices()).isEqualTo(before);
        assertThat(host.namespace().call(() -> Files.exists(Path.of("/var/lib/fanatic/engines"))))
                .isFalse();
    }

    @Test
    void plainDockerRunOutlivesAFanThatIsTakenDownAndBroughtUp() {
        plainDockerRunIsOnTheFan();
        docker.stop();
        CliRun down = CliRun.fanctl(host, "down -a");
        assertThat(down.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(down.err()).contains(STANDS_IN);
        assertThat(host.exec("ip", "route", "show", "250.0.0.0/8").orThrow().output())
                .as("no route to a bridge that is down")
                .isEmpty();
        dockerStarts();
        docker.stop();
        CliRun.fanctl(host, "up -a").done();
        dockerStarts();
        containersReachTheOtherHost();
        CliRun.fanctl(host, "down -a");
        CliRun.fanctl(host, "up -a").done();
        containersReachTheOtherHost();
        assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
        everythingIsAsBefore();
    }

    @Test
    void plainDockerRunOutlivesAnUnderlayThatComesLate() {
        plainDockerRunIsOnTheFan();
        docker.stop();
        // As after a boot: nothing is there yet.
        CliRun.fanctl(host, "down -e");
        host.exec("ip", "link", "delete", "fan-250").orThrow();
        host.exec("ip", "addr", "delete", "10.0.0.1/16", "dev", "eth0").orThrow();
        CliRun early = CliRun.fanctl(host, "up -a");
        assertThat(early.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(early.err()).contains(STANDS_IN);
        dockerStarts();
        host.exec("ip", "addr", "add", "10.0.0.1/16", "dev", "eth0").orThrow();
        CliRun.fanctl(host, "up -a").done();
        containersReachTheOtherHost();
        everythingIsAsBefore();
    }

    @Test
    void aLostFanIsThereAgainAfterWhatSystemdDoesBeforeDockerStarts() throws IOException {
        plainDockerRunIsOnTheFan();
        docker.stop();
        host.exec("ip", "link", "delete", "fan-250").orThrow();
        host.exec("ip", "link", "delete", "ftun-250").orThrow();
        String command =
                Files.readAllLines(Path.of("src/package/root/usr/lib/systemd/system/docker.service.d/fan.conf"))
                        .stream()
                        .filter(line -> line.startsWith("ExecStartPre="))
                        .findFirst()
                        .orElseThrow();
        Matcher parts = Pattern.compile("ExecStartPre=-/bin/sh -c 'test ! -e (\\S+) \\|\\| exec /usr/sbin/fanctl (.*)'")
                .matcher(command);
        assertThat(parts.matches()).as(command).isTrue();
        assertThat(host.namespace().call(() -> Files.exists(Path.of(parts.group(1)))))
                .isTrue();
        CliRun.fanctl(host, parts.group(2)).done();
        dockerStarts();
        containersReachTheOtherHost();
        everythingIsAsBefore();
    }

    /** Docker 25 to 28: what it once failed to find, it refuses when it is there. */
    @Test
    void aDockerThatDoesNotStartAnyMoreIsNamedAndPutRightWithItsOtherNetworks() {
        plainDockerRunIsOnTheFan();
        docker.stop();
        host.exec("ip", "link", "delete", "fan-250").orThrow();
        host.exec("ip", "link", "delete", "ftun-250").orThrow();
        dockerDoesNotStart("bridge device with non default name fan-250 must be created manually");
        CliRun.fanctl(host, "up -a").done();
        dockerDoesNotStart("networks have same bridge name");

        assertThat(CliRun.fanatic(host, "show").done()).contains("up         stopped");
        assertThat(CliRun.fanatic(host, "doctor").out())
                .startsWith("warning engine-stopped (250.0.0.0/8):\n")
                .contains("does not start with it again");
        assertThat(CliRun.fanatic(host, "disable-docker" + FAN).done()).startsWith("Docker is off the fan ");
        dockerStarts();
        plainDockerRunIsOnTheFan();
        containersReachTheOtherHost();
        everythingIsAsBefore();
    }

    @Test
    void enablingPutsRightWhatAnEarlierStartWithoutTheBridgeHasLeft() {
        plainDockerRunIsOnTheFan();
        docker.stop();
        host.exec("ip", "link", "delete", "fan-250").orThrow();
        host.exec("ip", "link", "delete", "ftun-250").orThrow();
        dockerDoesNotStart("must be created manually");
        // Somebody helped himself.
        host.exec("rm", "/etc/docker/daemon.json").orThrow();
        dockerStarts();
        CliRun.fanctl(host, "up -a").done();
        plainDockerRunIsOnTheFan();
        docker.stop();
        dockerStarts();
        containersReachTheOtherHost();
        everythingIsAsBefore();
    }

    @Test
    void theNetworkOfAStoppedDockerIsNeitherForgottenNorLeft() {
        CliRun.fanatic(host, "enable-docker" + FAN).done();
        docker.stop();
        assertThat(CliRun.fanatic(host, "show").done()).contains("up         stopped");
        assertThat(CliRun.fanatic(host, "doctor").out()).startsWith("warning engine-stopped (250.0.0.0/8):\n");
        for (String command : List.of("deconfigure --yes", "disable-docker" + FAN)) {
            CliRun.fanatic(host, command)
                    .refused(ExitCode.IN_USE, "the Docker network fan-250 cannot be taken away", "--force");
        }
        CliRun forced = CliRun.fanatic(host, "deconfigure --yes --force");
        assertThat(forced.exitCode()).as(forced.out() + forced.err()).isEqualTo(ExitCode.REMAINS);
        assertThat(forced.out()).startsWith("this remains: Docker (250.0.0.0/8 over 10.0.0.1/16): ");

        // Docker makes the bridge of its network itself.
        docker.startAgain();
        assertThat(CliRun.fanatic(host, "doctor").out())
                .contains("warning engine-left (250.0.0.0/8):\n", "fanatic deconfigure -u 10.0.0.1/16 -o 250.0.0.0/8")
                .doesNotContain("ip link delete");
        everythingIsAsBefore();
    }

    @Test
    void plainDockerRunIsTakenOffTheFanAlsoWhileDockerIsStopped() {
        plainDockerRunIsOnTheFan();
        docker.stop();
        CliRun.fanatic(host, "deconfigure --yes").done();
        dockerStarts();
        assertThat(devices()).isEqualTo(before);
        plainDockerRunIsOnTheFan();
        containersReachTheOtherHost();
        everythingIsAsBefore();
    }
}
