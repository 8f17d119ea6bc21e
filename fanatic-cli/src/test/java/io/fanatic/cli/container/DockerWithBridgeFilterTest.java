package io.fanatic.cli.container;

import static io.fanatic.cli.container.EngineHost.namespace;
import static io.fanatic.cli.container.EngineHost.reaches;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.cli.daemon.Dockerd;
import io.fanatic.core.Counter;
import io.fanatic.core.FanEntry;
import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.Probes;
import io.fanatic.netlink.FanNetwork;
import io.fanatic.netlink.engine.Fan;
import io.fanatic.netlink.host.Namespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A real Docker on each of two hosts whose bridged frames pass the chains of IPv4 (br_netfilter): they translate addresses back before gate
 * looks at them.
 */
@FanLab(hosts = 2, containers = 0)
class DockerWithBridgeFilterTest {
    private static final List<Dockerd> DOCKERS = new ArrayList<>();
    private static Probes probes;

    @BeforeAll
    static void startDocker(Lab lab) {
        probes = Probes.open();
        for (LabHost host : lab.hosts()) {
            host.exec("sysctl", "-w", "net.bridge.bridge-nf-call-iptables=1").orThrow();
            DOCKERS.add(Dockerd.start(host));
        }
    }

    @AfterAll
    static void stopDocker() {
        DOCKERS.forEach(Dockerd::close);
        DOCKERS.clear();
        probes.close();
    }

    @AfterEach
    void cleanUp(Lab lab) {
        for (int host = 0; host < 2; host++) {
            DOCKERS.get(host).removeContainers();
            for (Fan fan : fans(lab, host)) {
                FanAttachment attachment = FanAttachment.of(fan, fan.slices().get(0));
                EngineHost engine = engine(lab, host);
                engine.inside(() -> engine.engine().disable(attachment, true));
            }
        }
    }

    private static EngineHost engine(Lab lab, int host) {
        return new EngineHost(lab.hosts().get(host), EngineKind.DOCKER);
    }

    private static List<Fan> fans(Lab lab, int host) {
        return FanNetwork.onThisHost().in(lab.hosts().get(host).namespace()).list();
    }

    /** What gate has dropped on a host as sent by nobody that may. */
    private static long dropped(Lab lab, int host) {
        FanNetwork network = FanNetwork.onThisHost().in(lab.hosts().get(host).namespace());
        return network.list().stream()
                .mapToLong(fan -> network.counters(fan).getOrDefault(Counter.SEND_HOST_SPOOFED, 0L))
                .sum();
    }

    private static Namespace onTheFan(Lab lab, int host, int number) {
        Fan fan = fans(lab, host).get(number);
        FanAttachment attachment = FanAttachment.of(fan, fan.slices().get(0));
        EngineHost engine = engine(lab, host);
        engine.inside(() -> engine.engine().enable(attachment, EngineOptions.USUAL));
        return namespace(DOCKERS.get(host).run("c" + host, "--network", fan.bridge()));
    }

    @Test
    void aContainerOfAnotherBridgeReachesAFansContainerOnAnotherHost(Lab lab) {
        Namespace b = onTheFan(lab, 1, 0);
        Namespace plain = namespace(DOCKERS.get(0).run("plain"));
        Ipv4Address host = lab.hosts().get(0).address();
        // As Docker masquerades.
        reaches(probes, plain, host, b, ContainerNet.of(b).address(), 1450);
        assertThat(dropped(lab, 0)).isZero();
    }

    @Test
    void aPublishedPortIsReachedFromAFansContainerOnAnotherHost(Lab lab) {
        onTheFan(lab, 1, 0);
        DOCKERS.get(0)
                .docker(
                        "run",
                        "-d",
                        "-p",
                        "8080:80",
                        Dockerd.IMAGE,
                        "sh",
                        "-c",
                        "seq 1 200000 > /data; exec httpd -f -h /")
                .orThrow();
        String address = lab.hosts().get(0).address().toString();
        String fetch = "for i in 1 2 3 4 5; do wget -q -T 5 -O - http://" + address
                + ":8080/data > /got && sha256sum < /got && exit; done; exit 1";
        String sum = DOCKERS.get(1)
                .docker("exec", "c1", "sh", "-c", "seq 1 200000 | sha256sum")
                .orThrow()
                .output();
        assertThat(DOCKERS.get(1).docker("exec", "c1", "sh", "-c", fetch).output())
                .isEqualTo(sum);
        assertThat(dropped(lab, 0)).isZero();
    }

    @Test
    void aContainerOfOneFanReachesOneOfAnotherFanOnAnotherHost(Lab lab) {
        for (LabHost host : lab.hosts()) {
            FanNetwork.onThisHost()
                    .in(host.namespace())
                    .up(FanEntry.parse(List.of("251.0.0.0/8", host.underlayAddress() + "/16")));
        }
        Namespace a = onTheFan(lab, 0, 0);
        Namespace b = onTheFan(lab, 1, 1);
        // Between fans packets are masqueraded.
        reaches(probes, a, Ipv4Address.parse("251.0.1.1"), b, ContainerNet.of(b).address(), 1450);
        assertThat(dropped(lab, 0)).isZero();
        cleanUp(lab);
        for (LabHost host : lab.hosts()) {
            FanEntry entry = FanEntry.parse(List.of("251.0.0.0/8", host.underlayAddress() + "/16"));
            FanNetwork.onThisHost().in(host.namespace()).down(entry.overlay(), entry.underlay());
        }
    }
}
