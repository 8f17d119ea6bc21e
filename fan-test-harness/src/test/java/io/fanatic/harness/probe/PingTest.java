package io.fanatic.harness.probe;

import static io.fanatic.harness.probe.TwoNamespaces.LEFT;
import static io.fanatic.harness.probe.TwoNamespaces.NOBODY;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv6Address;
import io.fanatic.netlink.host.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topology: {@link TwoNamespaces}, 192.0.2.1 and 192.0.2.2 on one cable. */
class PingTest {

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    private final Probes probes = Probes.open();

    @AfterEach
    void stop() {
        probes.close();
    }

    @Test
    void aNeighbourAnswersEveryRequest() {
        PingResult result = Ping.to(RIGHT).withCount(5).start(probes, net.left).join();

        assertThat(result.ok()).isTrue();
        assertThat(result.sent()).isEqualTo(5);
        assertThat(result.received()).isEqualTo(5);
        assertThat(result.error()).isEmpty();
        assertThat(result.minNanos()).isPositive().isLessThanOrEqualTo(result.averageNanos());
        assertThat(result.averageNanos()).isLessThanOrEqualTo(result.maxNanos());
    }

    @Test
    void ourOwnAddressAnswersToo() {
        assertThat(Ping.to(LEFT).start(probes, net.left).join().ok()).isTrue();
    }

    @Test
    void anAddressThatNobodyHasAnswersNothing() {
        PingResult result = Ping.to(NOBODY)
                .withCount(2)
                .withTimeout(Duration.ofMillis(50))
                .start(probes, net.left)
                .join();

        assertThat(result.ok()).isFalse();
        assertThat(result.sent()).isEqualTo(2);
        assertThat(result.received()).isZero();
        assertThat(result.averageNanos()).isZero();
    }

    @Test
    void theKernelsReasonIsReportedWhereNoRouteLeads() {
        PingResult result = Ping.to(Ipv4Address.parse("198.51.100.1"))
                .start(probes, net.left)
                .join();

        assertThat(result.received()).isZero();
        assertThat(result.error()).contains("unreachable");
    }

    @Test
    void aFullPacketPassesAndOneByteMoreDoesNot() {
        int full = 1500 - 28;
        assertThat(Ping.to(RIGHT)
                        .withPayload(full)
                        .start(probes, net.left)
                        .join()
                        .ok())
                .isTrue();

        PingResult tooBig =
                Ping.to(RIGHT).withPayload(full + 1).start(probes, net.left).join();
        assertThat(tooBig.received()).isZero();
        assertThat(tooBig.error()).contains("too long");
    }

    @Test
    void ipv6AnswersToFullPacketsAndOneByteMoreDoesNotPass() {
        Ipv6Address right = Ipv6Address.parse("2001:db8::2");
        TwoNamespaces.ip(net.left, "address add 2001:db8::1/64 dev eth0 nodad");
        TwoNamespaces.ip(net.right, "address add 2001:db8::2/64 dev eth0 nodad");
        Ping ping = Ping.to(right).withTimeout(Duration.ofSeconds(5));

        PingResult full =
                ping.withCount(20).withPacket(1500).start(probes, net.left).join();
        assertThat(full.ok()).as(full.toString()).isTrue();
        assertThat(full.minNanos()).isPositive();

        PingResult tooBig = ping.withTimeout(Duration.ofMillis(100))
                .withPacket(1501)
                .start(probes, net.left)
                .join();
        assertThat(tooBig.received()).isZero();
        assertThat(tooBig.error()).contains("too long");

        PingResult nobody = Ping.to(Ipv6Address.parse("2001:db8::3"))
                .withCount(2)
                .withTimeout(Duration.ofMillis(50))
                .start(probes, net.left)
                .join();
        assertThat(nobody.received()).isZero();
    }

    @Test
    void manyRunInParallelAndEachGetsItsOwnReplies() {
        List<CompletableFuture<PingResult>> running = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            running.add(Ping.to(RIGHT).withCount(10).start(probes, net.left));
            running.add(Ping.to(LEFT).withCount(10).start(probes, net.right));
        }
        assertThat(running).allSatisfy(each -> assertThat(each.join().ok()).isTrue());
    }

    @Test
    void aLossIsCounted() {
        // The first request that counts is refused by a rule that lets the warm-up and everything later pass.
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook input priority 0 ; }");
        TwoNamespaces.run(net.right, "nft add rule ip t in icmp type echo-request icmp sequence 1 drop");

        PingResult result = Ping.to(RIGHT)
                .withTimeout(Duration.ofSeconds(1))
                .start(probes, net.left)
                .join();

        assertThat(result.sent()).isEqualTo(3);
        assertThat(result.received()).isEqualTo(2);
        assertThat(result.ok()).isFalse();
    }

    @Test
    void anAbsentNamespaceIsAnErrorAtOnce() {
        assertThatThrownBy(() -> Ping.to(RIGHT).start(probes, Namespace.named("fant-absent")))
                .hasMessageContaining("fant-absent");
    }
}
