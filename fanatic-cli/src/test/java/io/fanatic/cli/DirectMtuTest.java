package io.fanatic.cli;

import static io.fanatic.cli.CliRun.fanctl;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.FanNetwork;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Containers with the underlay's own MTU, on hosts of one segment, and what becomes of them when less is carried. */
@FanLab(hosts = 2, containers = 1, flags = "direct")
class DirectMtuTest {
    private static final String UP = "up -u 10.0.0.0/16 -o 250.0.0.0/8";

    @Test
    void fullPacketsOfTheUnderlayPassAndAreAnsweredWhereTheyNoLongerFit(Lab lab) {
        List<LabContainer> containers = lab.containers();
        assertThat(containers
                        .get(0)
                        .exec("ip", "link", "show", "eth0")
                        .orThrow()
                        .output())
                .contains("mtu 1500");
        long before = sentDirect(lab);
        for (int i = 0; i < 2; i++) {
            assertThat(ping(containers.get(i), containers.get(1 - i), 1472)).contains(" 0% packet loss");
        }
        transfersPass(containers);
        assertThat(sentDirect(lab)).as("none of them by VXLAN").isGreaterThan(before + 6);

        for (LabHost host : lab.hosts()) {
            host.exec("ip", "link", "set", "eth0", "mtu", "1400").orThrow();
        }
        isAnsweredWith(1350, containers);
        transfersPass(containers);

        for (LabHost host : lab.hosts()) {
            host.exec("ip", "link", "set", "eth0", "mtu", "1500").orThrow();
        }
        containers.forEach(each -> each.exec("ip", "route", "flush", "cache").orThrow());
        assertThat(ping(containers.get(0), containers.get(1), 1472)).contains(" 0% packet loss");

        for (LabHost host : lab.hosts()) {
            fanctl(host, UP + " --direct=accept").done();
            isAnsweredWith(1450, containers);
            transfersPass(containers);
            for (int i = 0; i < 2; i++) {
                assertThat(ping(containers.get(i), containers.get(1 - i), "dont", 1472))
                        .as("what may be cut is")
                        .contains(" 0% packet loss");
            }
            containers.forEach(
                    each -> each.exec("ip", "route", "flush", "cache").orThrow());
        }
    }

    private static long sentDirect(Lab lab) {
        FanNetwork network = FanNetwork.onThisHost().in(lab.hosts().get(0).namespace());
        return network.counters(network.list().get(0)).getOrDefault(Counter.SENT_DIRECT, 0L);
    }

    private static String ping(LabContainer from, LabContainer to, int payload) {
        return ping(from, to, "do", payload);
    }

    private static String ping(LabContainer from, LabContainer to, String fragment, int payload) {
        return from.exec(
                        "ping",
                        "-c",
                        "3",
                        "-i",
                        "0.2",
                        "-W",
                        "5",
                        "-M",
                        fragment,
                        "-s",
                        Integer.toString(payload),
                        to.address().toString())
                .output();
    }

    private static void isAnsweredWith(int mtu, List<LabContainer> containers) {
        for (int i = 0; i < 2; i++) {
            LabContainer from = containers.get(i);
            LabContainer to = containers.get(1 - i);
            ping(from, to, 1472);
            assertThat(from.exec("ip", "route", "get", to.address().toString())
                            .orThrow()
                            .output())
                    .contains("mtu " + mtu);
        }
    }

    private static void transfersPass(List<LabContainer> containers) {
        try (Probes probes = Probes.open()) {
            for (int i = 0; i < 2; i++) {
                TransferResult result = BulkTransfer.to(containers.get(1 - i).address())
                        .withBytes(4 << 20)
                        .start(
                                probes,
                                containers.get(i).namespace(),
                                containers.get(1 - i).namespace())
                        .join();
                assertThat(result.ok()).as(result.toString()).isTrue();
            }
        }
    }
}
