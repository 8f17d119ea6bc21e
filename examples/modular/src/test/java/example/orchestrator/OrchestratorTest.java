package example.orchestrator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fanatic.core.Ipv4Address;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.netlink.FanNetwork;
import org.junit.jupiter.api.Test;

class OrchestratorTest {
    @Test
    @FanLab(hosts = 2, containers = 0, fan = false)
    void hostsThatJoinReachEachOther(Lab lab) {
        for (LabHost host : lab.hosts()) {
            Orchestrator.join(FanNetwork.onThisHost().in(host.namespace()));
        }
        LabHost first = lab.hosts().get(0);
        LabHost second = lab.hosts().get(1);
        try (Probes probes = Probes.open()) {
            TransferResult result = BulkTransfer.to(Ipv4Address.parse("250.0.2.1"))
                    .start(probes, first.namespace(), second.namespace())
                    .join();
            assertTrue(result.ok(), result::toString);
        }
        for (LabHost host : lab.hosts()) {
            FanNetwork.onThisHost().in(host.namespace()).downEverything();
        }
    }

    @Test
    void theyAreModules() {
        assertTrue(Orchestrator.class.getModule().isNamed());
        assertEquals("io.fanatic.netlink", FanNetwork.class.getModule().getName());
    }
}
