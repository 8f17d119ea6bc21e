package io.fanatic.harness.proof;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.probe.Progress;
import io.fanatic.netlink.bpf.FanPrograms;
import io.fanatic.netlink.route.Links;
import io.fanatic.netlink.wire.NetlinkSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A proof must hold on a fan that works and must fail on one that does not. Topology: that of {@link Lab}, two hosts with
 * two containers each.
 */
class ProofTest {

    private static final long BYTES = 300_000;

    private Lab lab = withFan(LabSpec.named("fant-" + ProcessHandle.current().pid() + "-p")
            .withHosts(2)
            .withContainers(2));

    private static Lab withFan(LabSpec spec) {
        assumeTrue(LIBC.geteuid() == 0, "namespaces need root");
        Lab lab = Lab.up(spec);
        try {
            lab.fanUp(FanControl.embedded());
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private List<NodePair> pairs() {
        return Selection.everything(lab).pairs();
    }

    @AfterEach
    void takeDown() {
        lab.close();
    }

    @Test
    void everyoneReachesEveryContainerWithFullPackets() {
        try (Proof proof = new Proof(lab)) {
            List<Check.Pinged> pings = proof.pings(pairs());

            // Two hosts and four containers to each other, none to itself.
            assertThat(pings).hasSize(6 * 6 - 6).allMatch(Check::ok);
            assertThat(Matrix.ofPings(pings).lines()).hasSize(7);
        }
    }

    @Test
    void everyoneExchangesBytesWithEveryContainerUntranslated() {
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.transfers(pairs(), BYTES)).hasSize(6 * 6 - 6).allSatisfy(check -> {
                assertThat(check.ok()).as(check.sentence()).isTrue();
                assertThat(check.result().source()).contains(check.from().address());
            });
        }
    }

    @Test
    void containersReachTheOutsideAsTheirHost() {
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.transfersOutside(BYTES)).hasSize(4).allSatisfy(check -> {
                assertThat(check.ok()).as(check.sentence()).isTrue();
                assertThat(check.sentence()).contains("seen as 10.0.0.");
            });
        }
    }

    @Test
    void forgedFramesAreRefused() {
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.spoofs())
                    .hasSize(3)
                    .allSatisfy(
                            check -> assertThat(check.ok()).as(check.sentence()).isTrue());
        }
    }

    @Test
    void aFanWithoutItsGuardDoesNotPass() {
        LabHost deceived = lab.hosts().get(1);
        // The guard is gone but its counters must still be there to be read, so it is the kernel's hook that is
        // emptied.
        deceived.namespace().run(() -> {
            try (NetlinkSocket netlink = NetlinkSocket.open()) {
                FanPrograms.detach(
                        new Links(netlink).named("ftun-250").orElseThrow().index());
            }
        });
        try (Proof proof = new Proof(lab)) {
            Check.Spoofed check = proof.spoofs().get(0);
            assertThat(check.ok()).as(check.sentence()).isFalse();
            assertThat(check.result().delivered()).isEqualTo(3);
        }
    }

    @Test
    void aHostThatDropsEverythingIsNamed() {
        LabHost second = lab.hosts().get(1);
        lab.exec(second, List.of("ip", "link", "set", "eth0", "down")).orThrow();
        try (Proof proof = new Proof(lab, Duration.ofSeconds(1), Progress.UNHEARD)) {
            List<Check.Pinged> pings = proof.pings(pairs());
            assertThat(pings)
                    .allSatisfy(check -> assertThat(check.ok())
                            .as(check.sentence())
                            .isEqualTo(check.from()
                                    .name()
                                    .substring(0, 2)
                                    .equals(check.to().name().substring(0, 2))));
        }
    }

    @Test
    void aSmallerUnderlayGivesSmallerPacketsAndStillWorks() {
        lab.close();
        lab = withFan(lab.spec().withUnderlayMtu(1400));
        assertThat(lab.exec(lab.containers().get(0), List.of("ip", "link", "show", "eth0"))
                        .output())
                .contains("mtu 1350");
        try (Proof proof = new Proof(lab)) {
            assertThat(proof.pings(pairs())).allMatch(Check::ok);
            assertThat(proof.transfers(pairs(), BYTES)).allMatch(Check::ok);
        }
    }
}
