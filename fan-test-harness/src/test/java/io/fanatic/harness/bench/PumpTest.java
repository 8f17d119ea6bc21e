package io.fanatic.harness.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabContainer;
import io.fanatic.harness.lab.LabLink;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Over the fan of a lab, h1c1 to h2c1. That something passes, not how fast: the machine has other things to do. */
@FanLab(hosts = 2, containers = 1)
class PumpTest {
    private static final Timing SHORT = new Timing(Duration.ofMillis(50), Duration.ofMillis(100));

    @Test
    void oneTcpFlowArrives(Lab lab) {
        Sample sample = Pump.run(path(lab), new Load.Tcp(1), Cpus.pick(), SHORT);

        assertThat(sample.rate()).isPositive();
        assertThat(sample.seconds()).isGreaterThanOrEqualTo(0.1);
        // The fan's MTU 1450, less 20 of IPv4, 20 of TCP and 12 of its timestamps.
        assertThat(sample.segment()).isEqualTo(1398);
        assertThat(sample.waited()).isNotNegative();
    }

    @Test
    void severalTcpFlowsArrive(Lab lab) {
        assertThat(Pump.run(path(lab), new Load.Tcp(4), Cpus.pick(), SHORT).rate())
                .isPositive();
    }

    @Test
    void bytesGoThereAndBack(Lab lab) {
        Sample sample = Pump.run(path(lab), new Load.RoundTrips(), Cpus.pick(), SHORT);

        assertThat(sample.rate()).isPositive();
        assertThat(sample.waited()).isNotNegative();
    }

    @Test
    void datagramsArrive(Lab lab) {
        Sample sample = Pump.run(path(lab), new Load.Udp(64), Cpus.pick(), SHORT);

        assertThat(sample.rate()).isPositive();
        assertThat(sample.lost()).isBetween(0.0, 1.0);
    }

    /** As when other programs keep sender and kernel from their CPUs for longer than the sample takes. */
    @Test
    void aSampleThatIsOverBeforeAnythingArrivesWaitsForIt(Lab lab) {
        Load load = new Load.Udp(64);
        // Hosts and containers know each other from now on; what they ask would get lost too.
        Pump.run(path(lab), load, Cpus.pick(), SHORT);
        new LabLink(lab, lab.hosts().get(0)).setLoss(0.99999);
        try {
            Sample sample = Pump.run(path(lab), load, Cpus.pick(), new Timing(Duration.ZERO, Duration.ofNanos(1)));

            assertThat(sample.rate()).isPositive();
            assertThat(sample.lost()).isBetween(0.9, 1.0);
        } finally {
            new LabLink(lab, lab.hosts().get(0)).setLoss(0);
        }
    }

    private static DataPath path(Lab lab) {
        return new DataPath(
                "fan", end(lab.containers().get(0)), end(lab.containers().get(1)));
    }

    private static Endpoint end(LabContainer container) {
        return new Endpoint(container.namespace(), container.address());
    }
}
