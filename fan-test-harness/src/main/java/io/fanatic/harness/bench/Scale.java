package io.fanatic.harness.bench;

import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Ping;
import io.fanatic.harness.probe.PingResult;
import io.fanatic.harness.probe.Probes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Counts what one host holds while all others talk to it.
 *
 * @param hosts how many there are, the counted one included
 * @param state of the first host
 */
public record Scale(int hosts, StateCount state) {

    /**
     * Makes a lab with one container on each host, has every other container and host reach the first host's container
     * and host address, counts, takes the lab away.
     *
     * @param name of the lab
     * @throws IllegalStateException when one of them does not get through: the count would mean nothing
     */
    public static Scale measure(String name, int hosts) {
        LabSpec spec = LabSpec.named(name).withHosts(hosts).withContainers(1);
        try (Lab lab = Lab.up(spec);
                Probes probes = Probes.open()) {
            lab.fanUp(FanControl.embedded());
            LabHost first = lab.hosts().get(0);
            List<CompletableFuture<PingResult>> pings = new ArrayList<>();
            for (LabContainer container : lab.containers()) {
                if (container.host() != first) {
                    LabContainer partner = lab.containers().get(0);
                    pings.add(Ping.to(partner.address()).start(probes, container.namespace()));
                    pings.add(Ping.to(first.address()).start(probes, container.namespace()));
                    pings.add(Ping.to(first.address())
                            .start(probes, container.host().namespace()));
                }
            }
            for (CompletableFuture<PingResult> ping : pings) {
                PingResult result = ping.join();
                if (!result.ok()) {
                    throw new IllegalStateException(
                            "not everybody reaches the first of " + hosts + " hosts: " + result);
                }
            }
            return new Scale(hosts, StateCount.of(first.namespace()));
        }
    }
}
