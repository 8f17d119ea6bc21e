package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.command.ExitCode;
import io.fanatic.cli.daemon.Containerd;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.FanSlice;
import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Range;
import io.fanatic.core.Share;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.ExecResult;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Docker, LXD, Incus, Podman, CNI and DHCP on one slice of one host: no address is given twice, also when a share is used up. Six of each
 * and two instances of each of LXD and Incus; 50 of each with {@code -Dfanatic.long}. LXD, Incus and clients in namespaces of their own
 * all ask the one DHCP server.
 *
 * <pre>
 *   h1 192.168.1.1  fan-250 250.1.0.1/8 with all engines        h2 192.168.1.2  a name server
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false, underlay = "192.168.1.0/24")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnginesTogetherTest {
    private static final String FAN = " -u 192.168.1.0/24 -o 250.0.0.0/8";
    /** A slice of 16 addresses: the host's underlay address has 20 bits of its own. */
    private static final String SMALL = " -u 192.168.1.1/12 -o 251.0.0.0/8";

    private static final int EACH = System.getProperty("fanatic.long") != null ? 50 : 6;
    /** The usual ones have no room for so many of Podman and CNI. */
    private static final String SHARES = EACH > 30 ? " --shares docker:1/4,dhcp:1/4,podman:1/4,cni:1/4" : "";

    private static final int INSTANCES = EACH > 30 ? EACH : 2;

    private static final int WAIT_SECONDS = 20;

    private LabHost host;
    private LabHost nameServer;
    private Dockerd docker;
    private Lxd lxd;
    private Lxd incus;
    private Podman podman;
    private Containerd containerd;
    private int clients;

    @BeforeAll
    void startEngines(Lab lab) {
        host = lab.hosts().get(0);
        nameServer = lab.hosts().get(1);
        docker = Dockerd.start(host);
        lxd = Lxd.start(host);
        incus = Lxd.startIncus(host);
        // It makes its image with a Podman of its own, whose storage.conf goes with that.
        containerd = Containerd.start(host);
        podman = Podman.on(host);
    }

    @AfterAll
    void stopEngines() {
        podman.close();
        containerd.close();
        incus.close();
        lxd.close();
        docker.close();
    }

    @AfterEach
    void cleanUp() {
        containerd.removeContainers();
        podman.removeContainers();
        incus.removeInstances();
        lxd.removeInstances();
        docker.removeContainers();
        for (int i = 1; i <= clients; i++) {
            host.exec("ip", "netns", "delete", "dhcp" + i);
        }
        clients = 0;
        CliRun down = CliRun.fanatic(host, "deconfigure --yes --force");
        assertThat(down.exitCode()).as(down.err()).isEqualTo(ExitCode.DONE);
        assertThat(FanNetwork.onThisHost().in(host.namespace()).list()).isEmpty();
    }

    private void done(String commandLine) {
        CliRun run = CliRun.fanatic(host, commandLine);
        assertThat(run.exitCode()).as(commandLine + ": " + run.err()).isEqualTo(ExitCode.DONE);
    }

    private Fan fan() {
        return FanNetwork.onThisHost().in(host.namespace()).list().get(0);
    }

    /** The address of eth0 in a container's network namespace, or nothing. */
    private String address(String... namespace) {
        List<String> words = new ArrayList<>(List.of(namespace));
        words.addAll(List.of("ip", "-4", "-o", "address", "show", "dev", "eth0"));
        String[] found =
                host.exec(words.toArray(String[]::new)).output().strip().split(" +");
        return found.length < 4 || !found[2].equals("inet") ? "" : found[3].substring(0, found[3].indexOf('/'));
    }

    private String ofProcess(long pid) {
        return address("nsenter", "-t", Long.toString(pid), "-n");
    }

    private String awaitOfProcess(long pid) {
        long end = System.nanoTime() + WAIT_SECONDS * 1_000_000_000L;
        String address = ofProcess(pid);
        while (address.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000);
            address = ofProcess(pid);
        }
        return address;
    }

    /** Real DHCP clients that start together; the addresses of those that got one. */
    private List<String> dhcpClients(int count) {
        String bridge = fan().bridge();
        StringBuilder script = new StringBuilder("cat > /run/bound <<'E'\n#!/bin/sh\n[ \"$1\" != bound ] || "
                + "echo \"$ip $dns\" > /run/dhcp-$N\nE\nchmod +x /run/bound\nrm -f /run/dhcp-*\n");
        int first = clients + 1;
        clients += count;
        for (int i = first; i <= clients; i++) {
            script.append("ip netns add dhcp" + i + " && ip link add dhcp" + i + " mtu 1450 master " + bridge
                    + " type veth peer name eth0 netns dhcp" + i + " && ip link set dhcp" + i + " up && ip -n dhcp" + i
                    + " link set eth0 up || exit 1\n");
        }
        for (int i = first; i <= clients; i++) {
            script.append("N=" + i + " ip netns exec dhcp" + i
                    + " busybox udhcpc -i eth0 -f -q -n -t 8 -T 1 -s /run/bound >/dev/null 2>&1 &\n");
        }
        script.append("wait\ncat /run/dhcp-* 2>/dev/null || true\n");
        return host.exec("sh", "-c", script.toString())
                .orThrow()
                .output()
                .lines()
                .map(line -> line.split(" ")[0])
                .toList();
    }

    private void check(Map<Share, List<String>> given, FanSlice slice, int prefixOfNames) {
        List<String> all = new ArrayList<>();
        given.forEach((share, addresses) -> {
            Ipv4Range range = fan().shares().requireRange(share, slice);
            for (String address : addresses) {
                assertThat(range.contains(Ipv4Address.parse(address)))
                        .as(share + " gave " + address + ", its share is " + range)
                        .isTrue();
            }
            all.addAll(addresses);
        });
        assertThat(all).hasSize(prefixOfNames);
        assertThat(new HashSet<>(all)).as("each address once: " + given).hasSameSizeAs(all);
    }

    @Test
    void noAddressIsGivenTwice() {
        host.exec(
                        "sh",
                        "-c",
                        "mkdir -p /run/systemd/resolve && echo nameserver 192.168.1.2 > /run/systemd/resolve/resolv.conf")
                .orThrow();
        nameServer
                .exec(
                        "dnsmasq",
                        "--conf-file=/dev/null",
                        "--no-resolv",
                        "--no-hosts",
                        "--pid-file=/run/names.pid",
                        "--address=/web.example/203.0.113.7",
                        "--listen-address=192.168.1.2",
                        "--bind-interfaces")
                .orThrow();
        try {
            for (String engine : List.of("cni", "docker", "incus", "lxd", "podman")) {
                done("enable-" + engine + FAN + SHARES);
            }
            FanSlice slice = fan().slices().get(0);
            Map<Share, List<String>> given = new EnumMap<>(Share.class);
            for (int i = 1; i <= EACH; i++) {
                given.computeIfAbsent(Share.DOCKER, share -> new ArrayList<>())
                        .add(ofProcess(docker.run("d" + i, "--network", "fan-250")));
                given.computeIfAbsent(Share.PODMAN, share -> new ArrayList<>())
                        .add(ofProcess(podman.run("p" + i, "--network", "fan-250")));
                given.computeIfAbsent(Share.CNI, share -> new ArrayList<>()).add(ofProcess(containerd.run("c" + i)));
            }
            for (int i = 1; i <= INSTANCES; i++) {
                List<String> leased = given.computeIfAbsent(Share.DHCP, share -> new ArrayList<>());
                leased.add(awaitOfProcess(incus.run("i" + i, "default", "fan-250")));
                leased.add(awaitOfProcess(lxd.run("l" + i, "default", "fan-250")));
            }
            given.computeIfAbsent(Share.DHCP, share -> new ArrayList<>()).addAll(dhcpClients(EACH));
            int all = 4 * EACH + 2 * INSTANCES;
            check(given, slice, all);
            System.out.println("number: containers of five engines and DHCP on one slice, no address twice: " + all);

            for (ExecResult resolved : List.of(
                    incus.client("exec", "i1", "--", "nslookup", "web.example"),
                    lxd.client("exec", "l1", "--", "nslookup", "web.example"))) {
                assertThat(resolved.output()).as("an instance resolves a name").contains("203.0.113.7");
            }
        } finally {
            nameServer.exec("sh", "-c", "kill $(cat /run/names.pid)");
            host.exec("rm", "-r", "/run/systemd/resolve");
        }
    }

    @Test
    void aShareThatIsUsedUpGivesTheEnginesOwnErrorAndNothingOfAnothers() {
        done("enable-docker" + SMALL);
        CliRun refused = CliRun.fanatic(host, "enable-cni" + SMALL);
        assertThat(refused.err())
                .contains("the share of cni, 1/8 of the slice 251.128.16.16/28, has no address", "cni:all");
        assertThat(refused.exitCode()).isNotEqualTo(ExitCode.DONE);

        done("enable-docker" + SMALL + " --shares docker:1/4,dhcp:1/4,podman:1/4,cni:1/4 --dhcp");
        for (String engine : List.of("cni", "podman")) {
            done("enable-" + engine + SMALL);
        }
        Fan fan = fan();
        Map<Share, List<String>> given = new EnumMap<>(Share.class);
        for (int i = 1; i <= 3; i++) {
            given.computeIfAbsent(Share.DOCKER, share -> new ArrayList<>())
                    .add(ofProcess(docker.run("d" + i, "--network", fan.bridge())));
        }
        assertThat(docker.docker("run", "-d", "--network", fan.bridge(), Dockerd.IMAGE, "sleep", "9")
                        .output())
                .contains("no available IPv4 addresses");
        for (int i = 1; i <= 4; i++) {
            given.computeIfAbsent(Share.PODMAN, share -> new ArrayList<>())
                    .add(ofProcess(podman.run("p" + i, "--network", fan.bridge())));
        }
        assertThat(podman.podman("run", "-d", "--network", fan.bridge(), Podman.IMAGE, "sleep", "9")
                        .output())
                .contains("failed to find free IP");
        for (int i = 1; i <= 2; i++) {
            given.computeIfAbsent(Share.CNI, share -> new ArrayList<>()).add(ofProcess(containerd.run("c" + i)));
        }
        assertThat(containerd.tryToRun("c3").output()).contains("no IP addresses available");
        List<String> leased = dhcpClients(5);
        assertThat(leased).as("four addresses for five clients").hasSize(4);
        given.put(Share.DHCP, leased);
        check(given, fan.slices().get(0), 13);
    }
}
