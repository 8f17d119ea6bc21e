package io.fanatic.harness.probe;

import static io.fanatic.harness.probe.TwoNamespaces.LEFT;
import static io.fanatic.harness.probe.TwoNamespaces.NOBODY;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topology: {@link TwoNamespaces}, 192.0.2.1 and 192.0.2.2 on one cable. */
class BulkTransferTest {

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    private final Probes probes = Probes.open();

    @AfterEach
    void stop() {
        probes.close();
    }

    @Test
    void bothEndsHoldWhatTheOtherSent() {
        TransferResult result = BulkTransfer.to(RIGHT)
                .withBytes(10_000_001)
                .start(probes, net.left, net.right)
                .join();

        assertThat(result.error()).isEmpty();
        assertThat(result.ok()).isTrue();
        assertThat(result.bytes()).isEqualTo(10_000_001);
        assertThat(result.source()).contains(LEFT);
        assertThat(result.congestion()).isEqualTo("cubic");
        assertThat(result.bytesPerSecond()).isPositive();
    }

    @Test
    void oneByteIsATransferToo() {
        assertThat(BulkTransfer.to(RIGHT)
                        .withBytes(1)
                        .start(probes, net.left, net.right)
                        .join()
                        .ok())
                .isTrue();
    }

    @Test
    void theCongestionControlIsAChoice() {
        assertThat(BulkTransfer.to(RIGHT)
                        .withCongestion("reno")
                        .start(probes, net.left, net.right)
                        .join()
                        .congestion())
                .isEqualTo("reno");
        assertThat(BulkTransfer.to(RIGHT)
                        .withCongestion("nosuch")
                        .start(probes, net.left, net.right)
                        .join()
                        .error())
                .contains("nosuch");
    }

    @Test
    void manyRunAtOnce() {
        List<CompletableFuture<TransferResult>> running = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            running.add(BulkTransfer.to(RIGHT).withBytes(2_000_000).start(probes, net.left, net.right));
        }
        assertThat(running).allSatisfy(each -> assertThat(each.join().error()).isEmpty());
    }

    @Test
    void anAddressThatTheListenerDoesNotHoldIsAnAnswer() {
        assertThat(BulkTransfer.to(NOBODY)
                        .start(probes, net.left, net.right)
                        .join()
                        .error())
                .contains("cannot listen on 192.0.2.3");
    }

    @Test
    void aPlaceThatCannotBeReachedIsToldInWords() {
        TwoNamespaces.ip(net.left, "route add unreachable " + RIGHT);
        assertThat(BulkTransfer.to(RIGHT)
                        .start(probes, net.left, net.right)
                        .join()
                        .error())
                .contains("cannot connect to 192.0.2.2: no route to host");
    }

    @Test
    void aPathThatSwallowsPacketsEndsInTime() {
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook input priority 0 ; }");
        TwoNamespaces.run(net.right, "nft add rule ip t in meta length > 1000 drop");

        TransferResult result = BulkTransfer.to(RIGHT)
                .withTimeout(Duration.ofMillis(500))
                .start(probes, net.left, net.right)
                .join();

        assertThat(result.ok()).isFalse();
        assertThat(result.error()).contains("not done within 500 ms");
        assertThat(result.bytesPerSecond()).isZero();
    }

    @Test
    void aConnectionThatIsCutIsReported() {
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook input priority 0 ; }");
        TwoNamespaces.run(net.right, "nft add rule ip t in meta length > 1000 reject with tcp reset");

        TransferResult result =
                BulkTransfer.to(RIGHT).start(probes, net.left, net.right).join();

        assertThat(result.ok()).isFalse();
        assertThat(result.error()).isNotEmpty();
    }

    @Test
    void bytesDamagedOnTheWayAreNoticed() {
        // The kernel's checksum is right because nft recomputes it: only the CRC over the stream can tell.
        TwoNamespaces.run(net.right, "nft add table ip t");
        TwoNamespaces.run(net.right, "nft add chain ip t in { type filter hook prerouting priority -300 ; }");
        TwoNamespaces.run(
                net.right, "nft add rule ip t in tcp flags & syn == 0 meta length > 1000 @th,400,16 set 0x4242");

        TransferResult result =
                BulkTransfer.to(RIGHT).start(probes, net.left, net.right).join();

        assertThat(result.error()).contains("checksums differ");
    }
}
