package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv4Range;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.FanNetwork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Real engines whose addresses are to become others: those of an earlier version, which gave the whole slice to each, and those that get
 * other shares while they run. No container loses its address without a word, and no two engines ever give out the same one.
 */
@FanLab(hosts = 1, containers = 0, fan = false)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharesMoveTest {
    private static final String FAN = " -u 10.0.0.1/16 -o 250.0.0.0/8";
    private static final String NOTES = "/var/lib/fanatic/engines/";

    private LabHost host;
    private Dockerd docker;
    private Podman podman;

    @BeforeAll
    void startEngines(Lab lab) {
        host = lab.hosts().get(0);
        docker = Dockerd.start(host);
        podman = Podman.on(host);
    }

    @AfterAll
    void stopEngines() {
        podman.close();
        docker.close();
    }

    @AfterEach
    void cleanUp() {
        docker.removeContainers();
        podman.removeContainers();
        CliRun down = CliRun.fanatic(host, "deconfigure --yes");
        assertThat(down.exitCode()).as(down.err()).isEqualTo(ExitCode.DONE);
        assertThat(FanNetwork.onThisHost().in(host.namespace()).list()).isEmpty();
    }

    private void done(String commandLine) {
        CliRun run = CliRun.fanatic(host, commandLine);
        assertThat(run.exitCode()).as(commandLine + ": " + run.err()).isEqualTo(ExitCode.DONE);
    }

    private void refused(String commandLine, ExitCode code, String... words) {
        CliRun run = CliRun.fanatic(host, commandLine);
        assertThat(run.exitCode()).as(commandLine + ": " + run.err()).isEqualTo(code);
        assertThat(run.err()).contains(words);
    }

    private String address(long pid) {
        String[] words = host.exec("nsenter", "-t", Long.toString(pid), "-n", "ip", "-4", "-o", "addr", "show", "eth0")
                .orThrow()
                .output()
                .split(" +");
        return words[3].substring(0, words[3].indexOf('/'));
    }

    /** As an earlier version left it: the whole slice, a note that does not say so, no shares in configuration and fan. */
    private void asAnEarlierVersion(String engine, String note) {
        done("enable-" + engine + FAN + " --shares " + engine + ":all");
        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.1/16").done();
        assertThat(CliRun.fanctl(host, "up -a").exitCode()).isEqualTo(ExitCode.DONE);
        host.exec("sed", "-i", "-E", "s/ 250[0-9.]+-250[0-9.]+\"/\"/", NOTES + note)
                .orThrow();
        assertThat(host.exec("cat", NOTES + note).output())
                .contains("\"fan-250 250.0.1.0/24 250.0.0.0/8 10.0.0.1/16\"");
        assertThat(host.exec("cat", "/sys/class/net/fan-250/ifalias", "/etc/network/fan")
                        .output())
                .doesNotContain("shares");
    }

    @Test
    void dockersNetworkOfAnEarlierVersionStaysUntilNobodyIsOnItAndMovesThen() {
        asAnEarlierVersion("docker", "docker-network-fan-250.json");
        long box = docker.run("box", "--network", "fan-250", "--restart", "always");
        assertThat(address(box)).isEqualTo("250.0.1.2");

        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.1/16 dhcp").done();
        CliRun up = CliRun.fanctl(host, "up -a");
        assertThat(up.exitCode()).as(up.err()).isEqualTo(ExitCode.DONE);
        assertThat(up.err()).contains("by an earlier version", "renew it: fanatic enable-docker" + FAN);
        assertThat(address(box)).isEqualTo("250.0.1.2");
        refused("enable-podman" + FAN, ExitCode.CONFLICT, "by an earlier version", "fanatic enable-docker" + FAN);
        refused("enable-docker" + FAN, ExitCode.IN_USE, "in use by box", "remove these first");
        assertThat(address(docker.pidOf("box"))).isEqualTo("250.0.1.2");
        docker.docker("restart", "box").orThrow();
        assertThat(address(docker.pidOf("box")))
                .as("it stays, and so starts again")
                .isEqualTo("250.0.1.2");

        docker.removeContainers();
        done("enable-docker" + FAN);
        assertThat(address(docker.run("box", "--network", "fan-250"))).isEqualTo("250.0.1.128");
        done("enable-podman" + FAN);
        assertApart(3);
        assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
    }

    @Test
    void podmansNetworkOfAnEarlierVersionStaysUntilNobodyIsOnItAndMovesThen() {
        asAnEarlierVersion("podman", "podman-file-fan-250.json");
        long box = podman.run("box", "--network", "fan-250");
        assertThat(address(box)).isEqualTo("250.0.1.2");

        CliRun.fanctl(host, "config set 250.0.0.0/8 10.0.0.1/16 dhcp").done();
        CliRun up = CliRun.fanctl(host, "up -a");
        assertThat(up.exitCode()).as(up.err()).isEqualTo(ExitCode.DONE);
        assertThat(up.err()).contains("by an earlier version", "renew it: fanatic enable-podman" + FAN);
        refused("enable-docker" + FAN, ExitCode.CONFLICT, "by an earlier version", "fanatic enable-podman" + FAN);
        refused("enable-podman" + FAN, ExitCode.IN_USE, "in use by box", "remove these first");
        assertThat(address(box)).isEqualTo("250.0.1.2");

        podman.removeContainers();
        done("enable-podman" + FAN);
        assertThat(address(podman.run("box", "--network", "fan-250"))).isEqualTo("250.0.1.32");
        done("enable-docker" + FAN);
        assertApart(3);
        assertThat(CliRun.fanatic(host, "doctor").done()).endsWith("healthy.\n");
    }

    /** Whatever is asked for in whatever order, and whether it is done or refused. */
    @Test
    void noOrderOfChangesOfSharesLetsTwoEnginesGiveOutOneAddress() {
        done("enable-docker" + FAN + " --dhcp");
        done("enable-podman" + FAN);
        assertApart(3);
        long box = docker.run("box", "--network", "fan-250");
        String address = address(box);
        int tried = 0;
        for (String command : List.of(
                "enable-docker" + FAN + " --dhcp --shares dhcp:1/2,docker:1/4,podman:1/4",
                "enable-podman" + FAN + " --dhcp --shares podman:1/2,docker:1/4,dhcp:1/4",
                "configure --yes" + FAN
                        + " --docker --no-lxd --no-incus --dhcp --shares dhcp:1/2,docker:1/4,podman:1/4",
                "enable-docker" + FAN + " --dhcp --shares docker:1/2,dhcp:1/2")) {
            CliRun run = CliRun.fanatic(host, command);
            assertThat(run.exitCode())
                    .as(command + ": " + run)
                    .isIn(ExitCode.IN_USE, ExitCode.CONFLICT, ExitCode.FAILED);
            assertThat(address(docker.pidOf("box"))).as(command).isEqualTo(address);
            assertApart(3);
            tried++;
        }
        docker.removeContainers();
        for (String command : List.of(
                "enable-docker" + FAN + " --dhcp --shares dhcp:1/2,docker:1/4,podman:1/4",
                "enable-podman" + FAN + " --dhcp --shares dhcp:1/2,docker:1/4,podman:1/4",
                "enable-podman" + FAN + " --dhcp --shares podman:1/2,docker:1/4,dhcp:1/4",
                "configure --yes" + FAN
                        + " --docker --no-lxd --no-incus --dhcp --shares dhcp:1/4,docker:1/2,podman:1/4",
                "enable-docker" + FAN + " --dhcp",
                "enable-podman" + FAN + " --dhcp")) {
            done(command);
            assertApart(3);
            tried++;
        }
        System.out.println("number: changes of shares on live engines: " + tried);
    }

    /** What the engines themselves say that they give out, and the DHCP server. */
    private void assertApart(int engines) {
        List<Ipv4Range> ranges = new ArrayList<>();
        JsonArray pools = JsonParser.parseString(
                        docker.docker("network", "inspect", "-f", "{{json .IPAM.Config}}", "fan-250")
                                .output())
                .getAsJsonArray();
        Ipv4Prefix block =
                Ipv4Prefix.parse(pools.get(0).getAsJsonObject().get("IPRange").getAsString());
        ranges.add(new Ipv4Range(block.network(), block.last()));
        JsonObject network = JsonParser.parseString(
                        podman.podman("network", "inspect", "fan-250").output())
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        JsonObject lease =
                network.getAsJsonArray("subnets").get(0).getAsJsonObject().getAsJsonObject("lease_range");
        ranges.add(new Ipv4Range(
                Ipv4Address.parse(lease.get("start_ip").getAsString()),
                Ipv4Address.parse(lease.get("end_ip").getAsString())));
        String conf = host.exec("sh", "-c", "grep ^dhcp-range= /run/fanatic/dnsmasq-fan-250*.conf")
                .orThrow()
                .output();
        String[] words = conf.strip().split(",");
        ranges.add(new Ipv4Range(Ipv4Address.parse(words[1]), Ipv4Address.parse(words[2])));
        assertThat(ranges).hasSize(engines);
        for (Ipv4Range one : ranges) {
            for (Ipv4Range other : ranges) {
                assertThat(one != other && one.overlaps(other))
                        .as("Docker, Podman, DHCP: " + ranges)
                        .isFalse();
            }
        }
    }
}
