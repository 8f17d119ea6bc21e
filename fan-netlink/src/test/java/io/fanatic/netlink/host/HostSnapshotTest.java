package io.fanatic.netlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HostSnapshotTest {
    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @BeforeEach
    void makeHost() {
        sh(
                "ip link set lo up",
                "ip link add br0 address 02:00:00:00:00:01 type bridge",
                "ip link set br0 up",
                "ip addr add 10.0.0.45/16 dev br0",
                "nft add table ip other",
                "nft add chain ip other c { type filter hook output priority 0; }",
                "nft add rule ip other c counter",
                "nft add rule ip other c ip daddr 192.0.2.1 drop");
        makeCable();
    }

    private void makeCable() {
        sh(
                "ip link add v0 address 02:00:00:00:00:02 type veth peer name v1 address 02:00:00:00:00:03",
                "ip link set v0 master br0 up",
                "ip link set v1 up");
    }

    @Test
    void twoSnapshotsOfAnUnchangedHostAreEqualWhateverTrafficThereWas() {
        HostSnapshot before = take();
        sh("ping -c 2 -i 0.01 127.0.0.1", "ping -c 2 -i 0.01 10.0.0.45");

        HostSnapshot after = take();

        assertThat(before.changesTo(after)).isEmpty();
        assertThat(after).isEqualTo(before).hasSameHashCodeAs(before);
    }

    @Test
    void aCableIntoAnotherNamespaceIsNotMistakenForADeviceHere() {
        String other = inside.another().network().getFileName().toString();
        sh("ip link add w0 type veth peer name w1 netns " + other);
        HostSnapshot before = take();
        // Their indexes here are those of the other end there.
        for (int i = 0; i < 5; i++) {
            sh("ip link add another" + i + " type bridge");
        }
        assertThat(before.changesTo(take())).isNotEmpty().noneMatch(line -> line.contains("w0"));
    }

    @Test
    void everyKindOfChangeIsSeenAndGoneWhenItIsTakenBack() {
        String[][] changes = {
            {"ip link add x0 type bridge", "ip link del x0", "link x0 kind bridge"},
            {"ip link set br0 mtu 1400", "ip link set br0 mtu 1500", "link br0 kind bridge mtu 1400"},
            {"ip link set v0 nomaster", "ip link set v0 master br0", "link v0 kind veth"},
            {"ip addr add 250.0.45.1/8 dev br0", "ip addr del 250.0.45.1/8 dev br0", "address br0 250.0.45.1/8"},
            {"ip route add 192.0.2.0/24 dev br0", "ip route del 192.0.2.0/24", "route table 254 192.0.2.0/24"},
            {
                "ip route add 192.0.2.0/24 dev br0 table 99",
                "ip route del 192.0.2.0/24 table 99",
                "route table 99 192.0.2.0/24"
            },
            {"ip rule add pref 5 table 99", "ip rule del pref 5", "rule Rule[priority=5"},
            {
                "ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev br0",
                "ip neigh del 10.0.0.8 dev br0",
                "neighbour br0 10.0.0.8 02:00:00:00:00:08"
            },
            {
                "bridge fdb add 02:00:00:00:00:08 dev v0 master permanent",
                "bridge fdb del 02:00:00:00:00:08 dev v0 master",
                "fdb v0 02:00:00:00:00:08"
            },
            {"tc qdisc add dev br0 clsact", "tc qdisc del dev br0 clsact", "qdisc br0 clsact"},
            {"nft add table ip fanatic", "nft delete table ip fanatic", "nft table ip fanatic"},
            {
                "sysctl -q -w net.ipv4.conf.br0.rp_filter=2",
                "sysctl -q -w net.ipv4.conf.br0.rp_filter=0",
                "sysctl net/ipv4/conf/br0/rp_filter = 2"
            },
        };
        sh("sysctl -q -w net.ipv4.conf.br0.rp_filter=0");
        HostSnapshot before = take();
        for (String[] change : changes) {
            sh(change[0]);
            HostSnapshot changed = take();
            assertThat(before.changesTo(changed))
                    .as(change[0])
                    .anyMatch(line -> line.startsWith("+ ") && line.contains(change[2]));
            sh(change[1]);
            assertThat(before.changesTo(take())).as(change[1]).isEmpty();
        }
    }

    @Test
    void theChangesNameWhatIsGoneAndWhatIsNew() {
        HostSnapshot before = new HostSnapshot(List.of("a", "b", "b", "c"));

        assertThat(before.changesTo(new HostSnapshot(List.of("b", "c", "d")))).containsExactly("- a", "- b", "+ d");
        assertThat(before.changesTo(new HostSnapshot(List.of("a", "b", "c", "b"))))
                .containsExactly("~ the order of the nftables rules");
        assertThat(before.changesTo(before)).isEmpty();
    }

    @Test
    void interfaceIndexesDoNotMatter() {
        HostSnapshot before = take();
        sh("ip link del v0", "ip link add x0 type bridge", "ip link del x0");
        makeCable();

        assertThat(before.changesTo(take())).isEmpty();
        assertThat(before.toString()).contains("link v0 kind veth", "lower its peer");
    }

    private HostSnapshot take() {
        return inside.call(HostSnapshot::take);
    }

    private void sh(String... commands) {
        for (String command : commands) {
            inside.sh(command);
        }
    }
}
