package io.fanatic.cli;

import static io.fanatic.cli.container.EngineHost.namespace;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.container.ContainerNet;
import io.fanatic.cli.daemon.Lxd;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A real Docker daemon in an instance of Incus on the fan, as docs/orchestrators.md says. The instance has the programs of this machine.
 *
 * <pre>
 *   h1 10.0.0.1  fan-250 250.0.1.1 -- instance 250.0.1.x -- docker0 -- web 172.17.0.x      h2 10.0.0.2  fan-250 250.0.2.1
 * </pre>
 */
@FanLab(hosts = 2, containers = 0, fan = false)
class DockerInInstanceTest {
    /** What the instance's own system would do: the first control groups, and the daemon with the fan's MTU. */
    private static final String START_DOCKER = """
            ln -s usr/lib /lib; ln -s usr/lib64 /lib64; mkdir -p /etc/alternatives /etc/docker
            echo 127.0.0.1 localhost d >/etc/hosts
            for each in iptables ip6tables; do ln -s /usr/sbin/$each-nft /etc/alternatives/$each; done
            if ! [ -e /sys/fs/cgroup/cgroup.controllers ]; then
                mount -t tmpfs cgroup /sys/fs/cgroup
                for each in cpu cpuacct cpuset memory devices freezer blkio pids; do
                    mkdir /sys/fs/cgroup/$each; mount -t cgroup -o $each cgroup /sys/fs/cgroup/$each
                done
            fi
            echo '{"mtu": 1450}' >/etc/docker/daemon.json
            setsid dockerd >/run/dockerd.log 2>&1 </dev/null &
            until docker info >/dev/null 2>&1; do
                kill -0 $! || { cat /run/dockerd.log; exit 1; }
                sleep 0.1
            done
            tar -C / -cf - bin sbin etc/passwd | docker import -c 'CMD ["/bin/sh"]' - busybox
            """;

    private static final String MAKE_DATA = "mkdir -p /srv; head -c 4000000 /dev/urandom >/srv/data; ";

    private static String sh(LabHost host, String script) {
        return host.exec("sh", "-ec", script).orThrow().output().strip();
    }

    private static String inside(Lxd incus, String script) {
        return incus.client(
                        "exec",
                        "d",
                        "--env",
                        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                        "--",
                        "timeout",
                        "60",
                        "sh",
                        "-ec",
                        script)
                .orThrow()
                .output()
                .strip();
    }

    private static String sumOf(String address, int port) {
        return "busybox wget -q -T 30 -O - http://" + address + ":" + port + "/data | busybox sha256sum";
    }

    @Test
    void publishedPortsAreOpenAtTheInstancesAddressAndItsContainersReachTheFan(Lab lab) {
        LabHost h1 = lab.hosts().get(0);
        LabHost h2 = lab.hosts().get(1);
        for (LabHost host : lab.hosts()) {
            CliRun.fanctl(host, "up --dhcp -o 250.0.0.0/8 -u " + host.underlayAddress() + "/16")
                    .done();
        }
        try (Lxd incus = Lxd.startIncus(h1)) {
            CliRun.fanatic(h1, "enable-incus").done();
            incus.client(
                            "init",
                            Lxd.IMAGE,
                            "d",
                            "-p",
                            "default",
                            "-p",
                            "fan-250",
                            "-c",
                            "security.nesting=true",
                            "-c",
                            "security.privileged=true")
                    .orThrow();
            incus.client("config", "device", "add", "d", "usr", "disk", "source=/usr", "path=/usr", "readonly=true")
                    .orThrow();
            incus.client("start", "d").orThrow();
            String instance =
                    ContainerNet.await(namespace(incus.pidOf("d"))).address().toString();
            inside(incus, START_DOCKER);

            String web = "docker run -d --network %s --name %s -p %d:80 busybox sh -c '" + MAKE_DATA
                    + "exec busybox httpd -f -h /srv'";
            inside(incus, "docker network create -o com.docker.network.driver.mtu=1500 wide");
            inside(incus, web.formatted("bridge", "web", 8080));
            inside(incus, web.formatted("wide", "wide", 8081));
            for (String container : List.of("web", "wide")) {
                inside(
                        incus,
                        "until docker exec " + container
                                + " wget -q -O /dev/null http://127.0.0.1/data; do sleep 0.1; done");
            }
            assertThat(inside(incus, "docker exec web ip link show eth0")).contains("mtu 1450");
            sh(h2, MAKE_DATA + "busybox httpd -p 250.0.2.1:80 -h /srv");

            String there = sh(h2, "busybox sha256sum </srv/data");
            for (String container : List.of("web", "wide")) {
                String here = inside(incus, "docker exec " + container + " sha256sum /srv/data")
                        .split(" ")[0];
                int port = container.equals("web") ? 8080 : 8081;
                assertThat(sh(h2, sumOf(instance, port)))
                        .as(container + ", published")
                        .startsWith(here);
                assertThat(inside(incus, "docker exec " + container + " sh -c '" + sumOf("250.0.2.1", 80) + "'"))
                        .as(container + ", to another host")
                        .isEqualTo(there);
            }
            CliRun doctor = CliRun.fanatic(h1, "doctor");
            assertThat(doctor.out())
                    .as("what the doctor says of the host of the instance")
                    .doesNotContain("warning ", "error ");
            incus.removeInstances();
            CliRun.fanatic(h1, "disable-incus").done();
        } finally {
            for (LabHost host : lab.hosts()) {
                CliRun.fanctl(host, "down -e");
            }
        }
    }
}
