package io.fanatic.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.Counter;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.netlink.FanNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets for an address of a slice that no container has, so many that a loop would show:
 *
 * <pre>
 *   h2c1 250.0.2.2 -> 250.0.1.99    from another host: comes to h1, where nobody takes it
 *   h1c1 250.0.1.2 -> 250.0.1.99    on the same host: never leaves it
 * </pre>
 */
@FanLab(hosts = 2, containers = 1)
class NobodysAddressTest {
    private static final String NOBODY = "250.0.1.99";
    private static final int PACKETS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private LabHost host;
    private Map<Counter, Long> before;

    @BeforeEach
    void count(Lab lab) {
        host = lab.hosts().get(0);
        before = counters();
        // Without an answer to ARP no packet would be sent at all.
        for (LabContainer container : lab.containers()) {
            container
                    .exec("ip", "neigh", "replace", NOBODY, "lladdr", "02:00:00:00:00:99", "dev", Lab.INTERFACE)
                    .orThrow();
        }
    }

    // TESTING.md F27
    @Test
    void whatComesForAnAddressThatNobodyHasIsNotSentOn(Lab lab) {
        send(lab.containers().get(1));
        await(Counter.RECEIVED);
        assertThat(more(Counter.SENT)).isZero();
        assertThat(more(Counter.RECEIVED)).isEqualTo(PACKETS);
    }

    // TESTING.md F27
    @Test
    void whatIsForAnAddressOfTheOwnSliceThatNobodyHasStaysOnItsHost(Lab lab) {
        send(lab.containers().get(0));
        await(Counter.SEND_OWN_SLICE);
        assertThat(more(Counter.SENT)).isZero();
        assertThat(more(Counter.RECEIVED)).isZero();
    }

    private void await(Counter counter) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (more(counter) < PACKETS) {
            assertThat(System.nanoTime())
                    .as("%s: %d of %d", counter, more(counter), PACKETS)
                    .isLessThan(deadline);
        }
    }

    private long more(Counter counter) {
        return counters().getOrDefault(counter, 0L) - before.getOrDefault(counter, 0L);
    }

    private Map<Counter, Long> counters() {
        FanNetwork network = FanNetwork.onThisHost().in(host.namespace());
        return network.counters(network.list().get(0));
    }

    private static void send(LabContainer container) {
        container.namespace().run(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                InetAddress to = InetAddress.getByName(NOBODY);
                for (int i = 0; i < PACKETS; i++) {
                    socket.send(new DatagramPacket(new byte[100], 100, to, 9));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot send to " + NOBODY, e);
            }
        });
    }
}
