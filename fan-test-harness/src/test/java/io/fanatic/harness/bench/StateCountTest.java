package io.fanatic.harness.bench;

import static io.fanatic.netlink.libc.Native.LIBC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fanatic.core.Counter;
import io.fanatic.core.Direct;
import io.fanatic.core.FanOptions;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.harness.junit.FanLab;
import io.fanatic.harness.lab.EmbeddedFan;
import io.fanatic.harness.lab.FanControl;
import io.fanatic.harness.lab.Lab;
import io.fanatic.harness.lab.LabHost;
import io.fanatic.harness.lab.LabSpec;
import io.fanatic.harness.proof.NodePair;
import io.fanatic.harness.proof.Proof;
import io.fanatic.harness.proof.Selection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StateCountTest {

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void eachThingConfiguredCountsOnceWhereItBelongs(Lab lab) {
        LabHost host = lab.hosts().get(0);
        StateCount before = StateCount.of(host.namespace());

        for (String command : List.of(
                "ip link add br0 type bridge",
                "ip link add vx0 type vxlan id 7 local 10.0.0.1 dstport 4789",
                "ip route add blackhole 198.51.100.0/24",
                "ip rule add from 198.51.100.1 lookup main",
                "ip neigh add 10.0.7.7 lladdr 02:00:00:00:00:07 dev eth0 nud permanent",
                "ip neigh add 10.0.7.8 lladdr 02:00:00:00:00:08 dev eth0 nud stale",
                "bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.7.7")) {
            lab.exec(host, List.of(command.split(" "))).orThrow();
        }
        StateCount after = StateCount.of(host.namespace());

        assertThat(after.links() - before.links()).isEqualTo(2);
        assertThat(after.addresses()).isEqualTo(before.addresses());
        assertThat(after.routes() - before.routes()).isEqualTo(1);
        assertThat(after.rules() - before.rules()).isEqualTo(1);
        assertThat(after.neighbours() - before.neighbours()).isEqualTo(1);
        assertThat(after.learnedNeighbours() - before.learnedNeighbours()).isEqualTo(1);
        assertThat(after.forwarding()).isGreaterThan(before.forwarding()); // the bridge brings entries of its own
        assertThat(after.learnedForwarding()).isEqualTo(before.learnedForwarding());
    }

    @Test
    @FanLab(hosts = 1, containers = 0, fan = false)
    void theCountersOfAFanAreItsMapEntries(Lab lab) {
        LabHost host = lab.hosts().get(0);
        assertThat(StateCount.of(host.namespace()).mapEntries()).isZero();

        FanControl.embedded().up(host);

        assertThat(StateCount.of(host.namespace()).mapEntries()).isGreaterThanOrEqualTo(Counter.values().length);
    }

    /** By the tools of others: addresses, routes, neighbours that were set, entries of bridge and tunnel, programs. */
    @Test
    void aDirectFanOfBothFamiliesTakesTheSameStateHoweverManyHostsThereAre() {
        assumeTrue(LIBC.geteuid() == 0, "a lab is made of network namespaces, which need root");
        List<String> two = directState(2);
        assertThat(two)
                .anyMatch(line -> line.contains("fd00:fa::/48 via fe80::fa dev fan-250"))
                .anyMatch(line -> line.contains("250.0.0.0/8 dev fan-250"));
        assertThat(directState(System.getProperty("fanatic.long") != null ? 32 : 4))
                .hasSameSizeAs(two);
    }

    private static List<String> directState(int hosts) {
        LabSpec spec = LabSpec.named("fant-" + ProcessHandle.current().pid() + "-six")
                .withHosts(hosts)
                .withContainers(1);
        Ipv6Prefix overlay = Ipv6Prefix.parse("fd00:fa::/48");
        try (Lab lab = Lab.up(spec);
                Proof proof = new Proof(lab)) {
            lab.fanUp(new EmbeddedFan(FanOptions.DEFAULT.withOverlay6(overlay).withDirect(Direct.SEND)));
            LabHost first = lab.hosts().get(0);
            List<NodePair> pairs = Selection.everything(lab).pairs();
            List<NodePair> toTheFirst = Stream.concat(pairs.stream(), Proof.byIpv6(pairs).stream())
                    .filter(pair -> pair.to().equals(first)
                            || pair.to().equals(lab.containers().get(0)))
                    .toList();
            assertThat(toTheFirst).hasSize(2 * 2 * (2 * hosts - 1));
            assertThat(proof.pings(toTheFirst))
                    .allSatisfy(
                            check -> assertThat(check.ok()).as(check.sentence()).isTrue());
            return first.exec(
                            "sh",
                            "-e",
                            "-c",
                            "ip -o address; ip route show table all; ip -6 route show table all; ip neigh show nud permanent;"
                                    + " bridge fdb show | grep -E 'permanent|static|self'")
                    .orThrow()
                    .output()
                    .lines()
                    .toList();
        }
    }

    @Test
    void configuredStateIsTheSameWithMoreHostsAndLearnedStateIsNot() {
        assumeTrue(LIBC.geteuid() == 0, "a lab is made of network namespaces, which need root");
        String name = "fant-" + ProcessHandle.current().pid() + "-scale";

        Scale two = Scale.measure(name, 2);
        Scale four = Scale.measure(name, 4);

        assertThat(four.state().configured()).isEqualTo(two.state().configured());
        assertThat(four.state().learnedNeighbours()).isGreaterThan(two.state().learnedNeighbours());
        assertThat(four.state().learnedForwarding()).isGreaterThan(two.state().learnedForwarding());
    }
}
