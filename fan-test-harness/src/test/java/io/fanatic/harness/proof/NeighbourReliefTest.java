package io.fanatic.harness.proof;

import static io.fanatic.harness.probe.TwoNamespaces.LEFT;
import static io.fanatic.harness.probe.TwoNamespaces.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.harness.Condition;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.BulkTransfer;
import io.fanatic.harness.probe.Probes;
import io.fanatic.harness.probe.TransferResult;
import io.fanatic.harness.probe.TwoNamespaces;
import io.fanatic.netlink.route.Neighbour;
import io.fanatic.netlink.route.Neighbours;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topology: {@link TwoNamespaces}, 192.0.2.1 and 192.0.2.2 on one cable. */
class NeighbourReliefTest {

    @RegisterExtension
    final TwoNamespaces net = new TwoNamespaces();

    @Test
    void whoWaitsForAnAnswerToArpIsNotToldThatThereIsNoRoute() {
        try (Probes probes = Probes.open();
                NetlinkSocket netlink = net.left.call(NetlinkSocket::open)) {
            Neighbours neighbours = new Neighbours(netlink);
            TwoNamespaces.run(net.right, "nft add table arp silence");
            TwoNamespaces.run(
                    net.right, "nft add chain arp silence input { type filter hook input priority 0 ; policy drop ; }");
            CompletableFuture<TransferResult> waiting = BulkTransfer.to(RIGHT).start(probes, net.left, net.right);
            Condition.await(
                    "a question",
                    () -> neighbours.list().stream().map(Neighbour::address).anyMatch(RIGHT::equals));

            NeighbourRelief.forget(neighbours);
            TwoNamespaces.run(net.right, "nft delete table arp silence");

            TransferResult result = waiting.join();
            assertThat(result.error()).isEmpty();
            assertThat(result.source()).contains(LEFT);
        }
    }

    @Test
    void whoHasBeenMetIsForgotten() {
        try (Probes probes = Probes.open();
                NetlinkSocket netlink = net.left.call(NetlinkSocket::open)) {
            Neighbours neighbours = new Neighbours(netlink);
            assertThat(BulkTransfer.to(RIGHT)
                            .start(probes, net.left, net.right)
                            .join()
                            .ok())
                    .isTrue();
            assertThat(neighbours.list()).extracting(Neighbour::address).contains(RIGHT);

            NeighbourRelief.forget(neighbours);

            assertThat(neighbours.list()).filteredOn(Neighbour::learned).isEmpty();
        }
    }

    /** An entry is deleted in two steps, and a packet of a check that is under way is lost between them. */
    @Test
    void nobodyIsForgottenWhileACheckIsUnderWay() throws Exception {
        String name = "fant-" + ProcessHandle.current().pid() + "-n";
        try (Lab lab = Lab.up(LabSpec.named(name).withHosts(2).withContainers(0));
                Probes probes = Probes.open();
                NetlinkSocket netlink = lab.hosts().get(0).namespace().call(NetlinkSocket::open);
                NeighbourRelief relief = new NeighbourRelief()) {
            Neighbours neighbours = new Neighbours(netlink);
            LabHost to = lab.hosts().get(1);
            assertThat(BulkTransfer.to(to.underlayAddress())
                            .start(probes, lab.hosts().get(0).namespace(), to.namespace())
                            .join()
                            .ok())
                    .isTrue();
            NodePair pair = new NodePair(lab.hosts().get(0), to);
            CompletableFuture<Void> underWay = new CompletableFuture<>();
            Thread pairs = new Thread(() -> {
                for (int i = 0; i <= NeighbourRelief.PAIRS; i++) {
                    relief.before(pair, List.of(underWay));
                }
            });
            pairs.start();
            Condition.await("somebody who waits", () -> pairs.getState() != Thread.State.RUNNABLE);
            assertThat(pairs.isAlive()).isTrue();
            assertThat(neighbours.list()).filteredOn(Neighbour::learned).isNotEmpty();

            underWay.complete(null);
            pairs.join();
            assertThat(neighbours.list()).filteredOn(Neighbour::learned).isEmpty();
        }
    }
}
