package io.fanatic.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A host of a lab made ill in each way that the doctor knows; exactly that is found, and nothing once it is cured. A name
 * begins with the fault's number in the list of faults to survive, where it has one.
 *
 * <pre>
 *   h1 eth0 10.0.0.1 ---- underlay (bridge) ---- eth0 10.0.0.2 h2
 *      fan-250 250.0.1.1 -- h1c1
 * </pre>
 */
@FanLab(hosts = 2, containers = 1)
abstract class HostFindings {
    Lab lab;
    Patient host;
    Patient other;

    @BeforeEach
    void findHosts(Lab lab) {
        this.lab = lab;
        host = new Patient(lab.hosts().get(0));
        other = new Patient(lab.hosts().get(1));
        host.isConfigured("");
        // As on a machine without br_netfilter; where that is built in, a new namespace has it on.
        host.run("sysctl -qw net.bridge.bridge-nf-call-iptables=0");
    }

    @AfterEach
    void cured() {
        host.isHealthy();
    }

    /** From the container here to the one there, over the bridge, whose frames iptables and nftables see as well. */
    void bridgedConnection(boolean passes) {
        LabContainer from = lab.containers().get(0);
        LabContainer to = lab.containers().get(1);
        try (Probes probes = Probes.open()) {
            TransferResult result = BulkTransfer.to(to.address())
                    .withBytes(1 << 20)
                    .withTimeout(Duration.ofSeconds(passes ? 30 : 2))
                    .start(probes, from.namespace(), to.namespace())
                    .join();
            assertThat(result.ok()).as(result.error()).isEqualTo(passes);
        }
    }
}
