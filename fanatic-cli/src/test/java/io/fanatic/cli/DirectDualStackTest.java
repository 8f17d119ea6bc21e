package io.fanatic.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.core.IpAddress;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.FanNetwork;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A fan with an IPv6 overlay that sends IPv4 without encapsulation: IPv6 goes by VXLAN. */
@FanLab(hosts = 2, containers = 1, flags = "direct overlay6 fd00:fa::/48")
class DirectDualStackTest {
    private static final Ipv6Prefix OVERLAY6 = Ipv6Prefix.parse("fd00:fa::/48");

    @Test
    void ipv4GoesDirectlyAndIpv6ByVxlan(Lab lab) {
        transfer(lab, LabContainer::address);
        long direct = counted(lab, Counter.SENT_DIRECT);
        long encapsulated = counted(lab, Counter.SENT);
        assertThat(direct).isGreaterThan(100);
        assertThat(encapsulated).as("ARP only").isLessThan(20);
        transfer(lab, container -> container.ipv6Address(OVERLAY6));
        assertThat(counted(lab, Counter.SENT) - encapsulated).isGreaterThan(100);
        assertThat(counted(lab, Counter.SENT_DIRECT) - direct).isLessThan(20);
    }

    private static long counted(Lab lab, Counter counter) {
        FanNetwork network = FanNetwork.onThisHost().in(lab.hosts().get(0).namespace());
        return network.counters(network.list().get(0)).getOrDefault(counter, 0L);
    }

    private static void transfer(Lab lab, Function<LabContainer, IpAddress> address) {
        List<LabContainer> containers = lab.containers();
        try (Probes probes = Probes.open()) {
            for (int i = 0; i < 2; i++) {
                LabContainer to = containers.get(1 - i);
                TransferResult result = BulkTransfer.to(address.apply(to))
                        .withBytes(8 << 20)
                        .start(probes, containers.get(i).namespace(), to.namespace())
                        .join();
                assertThat(result.error()).isEmpty();
            }
        }
    }
}
