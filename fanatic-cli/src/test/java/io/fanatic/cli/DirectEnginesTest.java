package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanatic;
import static io.fanatic.cli.container.EngineHost.reaches;

import io.fanatic.cli.container.EngineHost;
import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.cli.daemon.Podman;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.host.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Containers of Docker and of Podman on a fan that sends without encapsulation: on both hosts of a lab, all with all. */
@Tag("long")
@FanLab(hosts = 2, containers = 0, fan = false)
class DirectEnginesTest {
    private static final String NETWORKS = " -u 10.0.0.0/16 -o 250.0.0.0/8";

    private record Container(Ipv4Address address, Namespace namespace) {
        static Container of(String address, long pid) {
            return new Container(Ipv4Address.parse(address), EngineHost.namespace(pid));
        }
    }

    @Test
    void containersOfDockerAndPodmanReachEachOtherAndTheOutside(Lab lab) {
        LabHost first = lab.hosts().get(0);
        LabHost second = lab.hosts().get(1);
        try (Probes probes = Probes.open();
                Dockerd docker1 = Dockerd.start(first);
                Dockerd docker2 = Dockerd.start(second);
                Podman podman1 = Podman.on(first);
                Podman podman2 = Podman.on(second)) {
            for (LabHost host : lab.hosts()) {
                fanatic(host, "configure --yes --no-test --docker --no-lxd --no-incus --direct" + NETWORKS)
                        .done();
                fanatic(host, "enable-podman" + NETWORKS).done();
            }
            List<Container> here = new ArrayList<>();
            List<Container> there = new ArrayList<>();
            here.add(Container.of("250.0.1.200", docker1.run("client", "--network", "fan-250", "--ip", "250.0.1.200")));
            here.add(Container.of("250.0.1.50", podman1.run("pod", "--network", "fan-250", "--ip", "250.0.1.50")));
            there.add(Container.of("250.0.2.200", docker2.run("web", "--network", "fan-250", "--ip", "250.0.2.200")));
            there.add(Container.of("250.0.2.50", podman2.run("pod", "--network", "fan-250", "--ip", "250.0.2.50")));
            for (Container one : here) {
                for (Container other : there) {
                    reaches(probes, one.namespace(), one.address(), other.namespace(), other.address(), 1450);
                    reaches(probes, other.namespace(), other.address(), one.namespace(), one.address(), 1450);
                }
            }
            EngineHost.assertSentDirectly(lab);
            for (Container each : here) {
                EngineHost.reachesTheOutside(probes, lab, first, each.namespace());
            }
            podman1.removeContainers();
            podman2.removeContainers();
            docker1.removeContainers();
            docker2.removeContainers();
        }
    }
}
