package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.netlink.firewall.OwnTable.Observed;
import io.fanatic.netlink.firewall.OwnTable.State;
import io.fanatic.netlink.firewall.TunnelTable.Entry;
import io.fanatic.netlink.host.FreshNamespace;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TunnelTableTest {
    private static final Entry VXLAN = new Entry.Tunnel(Ipv4Address.parse("10.0.0.45"), OptionalInt.of(8472));
    private static final Entry OTHER_PORT = new Entry.Tunnel(Ipv4Address.parse("10.0.0.45"), OptionalInt.of(4789));
    private static final Entry HALF_SEEN = new Entry.HalfSeen("fan-250");
    private static final Entry IPIP = new Entry.Tunnel(Ipv4Address.parse("192.168.7.1"), OptionalInt.empty());

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    private Nftables nftables;
    private TunnelTable table;

    @BeforeEach
    void openTable() {
        nftables = inside.call(Nftables::open);
        table = new TunnelTable(nftables);
    }

    @AfterEach
    void closeTable() {
        nftables.close();
    }

    @Test
    void whatIsWrittenIsReadAndReplacedWholeAndGoesWithTheLastTunnel() {
        assertThat(table.observe()).isEqualTo(new Observed<>(State.ABSENT, List.of()));
        for (List<Entry> entries : List.of(
                List.of(VXLAN),
                List.of(VXLAN, OTHER_PORT, IPIP, HALF_SEEN, new Entry.HalfSeen("fan-251")),
                List.of(IPIP),
                List.of(VXLAN, HALF_SEEN))) {
            table.write(entries);
            assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, entries));
            assertThat(table.read()).isEqualTo(entries);
        }
        assertThat(VXLAN).hasToString("UDP port 8472 from 10.0.0.45");
        assertThat(IPIP).hasToString("IPIP from 192.168.7.1");
        assertThat(HALF_SEEN).hasToString("half-seen connections over fan-250 (untracked)");
        table.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
    }

    @Test
    void aChainBehindOthersIsNotWhereItShouldBe() {
        table.write(List.of(VXLAN));
        FreshNamespace.exec(
                inside.namespace(),
                "sh",
                "-c",
                "nft list table ip fanatic-tunnel | sed 's/priority [^;]*;/priority 7;/' | (t=$(cat); nft delete table ip fanatic-tunnel;"
                        + " echo \"$t\" | nft -f -)");
        assertThat(table.read()).contains(Entry.Other.CHANGED_BY_HAND);
        table.write(List.of(VXLAN, Entry.Other.CHANGED_BY_HAND));
        assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(VXLAN)));
    }

    @Test
    void anyChangeByHandIsSeenAndRepaired() {
        String chain = " ip fanatic-tunnel postrouting ";
        for (String change : List.of(
                "add rule" + chain + "counter",
                "insert rule" + chain + "accept",
                "insert rule" + chain + "iif 0 accept",
                "add rule" + chain + "ip saddr 10.0.0.46 udp dport 8472 counter drop",
                "add rule" + chain + "ip saddr 10.0.0.45 udp dport 8473 counter accept comment \"" + OwnTable.MARK
                        + "\"",
                "add rule" + chain + "ip saddr 10.0.0.45 udp sport 8473 counter drop comment \"" + OwnTable.MARK + "\"",
                "flush chain" + chain,
                "delete chain" + chain,
                "add chain ip fanatic-tunnel other",
                "add chain" + chain + "{ policy drop; }")) {
            table.write(List.of(VXLAN));
            nftables.run(change.startsWith("delete") ? "flush chain" + chain + "\n" + change : change);
            assertThat(table.read()).as(change).contains(Entry.Other.CHANGED_BY_HAND);
            table.write(List.of(VXLAN, Entry.Other.CHANGED_BY_HAND));
            assertThat(table.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, List.of(VXLAN)));
        }
    }

    @Test
    void anyChangeByHandOfTheChainForHalfSeenConnectionsIsSeenAndRepaired() {
        String chain = " ip fanatic-tunnel half-seen ";
        String marked = " comment \"" + OwnTable.MARK + "\"";
        for (String change : List.of(
                "add rule" + chain + "counter",
                "add rule" + chain + "iifname fan-251 oifname fan-251 ct state invalid counter notrack",
                "add rule" + chain + "iifname fan-251 oifname fan-252 ct state invalid counter notrack" + marked,
                "add rule" + chain + "iifname fan-251 oifname fan-251 ct state new counter notrack" + marked,
                "add rule" + chain + "iifname fan-251 oifname fan-251 ct state invalid counter drop" + marked,
                "flush chain" + chain + "\ndelete chain" + chain + "\nadd chain" + chain
                        + "{ type filter hook forward priority 0; }",
                "add chain" + chain + "{ policy drop; }")) {
            List<Entry> both = List.of(VXLAN, HALF_SEEN);
            table.write(both);
            nftables.run(change);
            assertThat(table.read()).as(change).contains(Entry.Other.CHANGED_BY_HAND);
            table.write(List.of(VXLAN, HALF_SEEN, Entry.Other.CHANGED_BY_HAND));
            assertThat(table.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, both));
        }
        nftables.run("flush chain" + chain);
        assertThat(table.read()).containsExactly(VXLAN);
    }

    @Test
    void aTableOfSomebodyElseIsLeftAlone() {
        inside.sh("nft add table ip fanatic-tunnel");
        for (List<Entry> entries : List.of(List.of(VXLAN), List.<Entry>of())) {
            assertThatThrownBy(() -> table.write(entries))
                    .isInstanceOf(ForeignTableException.class)
                    .hasMessageContaining("\"ip fanatic-tunnel\" was not made by fanatic");
        }
        assertThat(inside.sh("nft list ruleset")).isEqualTo("table ip fanatic-tunnel {\n}\n");
    }
}
