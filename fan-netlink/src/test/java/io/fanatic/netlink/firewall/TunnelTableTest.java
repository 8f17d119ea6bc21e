package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Address;
import io.fanatic.core.Ipv4Prefix;
import io.fanatic.core.Ipv6Prefix;
import io.fanatic.netlink.firewall.OwnTable.Observed;
import io.fanatic.netlink.firewall.OwnTable.State;
import io.fanatic.netlink.firewall.TunnelTable.Entry;
import io.fanatic.netlink.host.FreshNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private static final Entry OUTSIDE = new Entry.Outside(Ipv4Prefix.parse("250.0.0.0/8"), "fan-250");
    private static final Entry DIRECT = new Entry.Direct(Ipv4Prefix.parse("250.0.0.0/8"), "eth0");
    private static final Entry MAPPED = new Entry.Mapped(Ipv4Prefix.parse("250.0.0.0/8"));
    private static final Entry OUTSIDE_IPV6 = new Entry.Outside(Ipv6Prefix.parse("fd00:fa::/48"), "fan-250");
    private static final Entry OF_HOSTS = Entry.OfHosts.of(
            List.of("ftun-250", "ftun-251"), Ipv4Prefix.parse("250.0.0.0/8"), Ipv4Prefix.parse("10.0.0.0/16"));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    private Nftables nftables;
    private TunnelTable table;

    @BeforeEach
    void openTable() {
        nftables = inside.call(Nftables::open);
        table = new TunnelTable(nftables, "ip");
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
                List.of(OUTSIDE, DIRECT, VXLAN, OTHER_PORT, IPIP, HALF_SEEN, new Entry.HalfSeen("fan-251")),
                List.of(IPIP),
                // What is left of a fan that has lost its bridge has no addresses.
                List.of(OUTSIDE),
                List.of(VXLAN, HALF_SEEN))) {
            table.write(entries);
            assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, entries));
            assertThat(table.read()).isEqualTo(entries);
        }
        assertThat(VXLAN).hasToString("UDP port 8472 from 10.0.0.45");
        assertThat(IPIP).hasToString("IPIP from 192.168.7.1");
        assertThat(HALF_SEEN).hasToString("half-seen connections over fan-250 (untracked)");
        inside.sh("nft flush table ip fanatic-tunnel");
        assertThat(table.read()).as("or down would leave it there").containsExactly(Entry.Other.CHANGED_BY_HAND);
        table.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
    }

    /** A fan whose bridge is gone, and its addresses with it, is still one that others must not speak for. */
    @Test
    void aFanWithoutATunnelOfItsOwnIsReadBack() {
        table.write(List.of(OUTSIDE, VXLAN));
        for (List<Entry> entries : List.of(List.of(OUTSIDE), List.of(OUTSIDE, HALF_SEEN), List.of(OUTSIDE))) {
            table.write(entries);
            assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, entries));
        }
    }

    @Test
    void eachFamilyHasItsOwnTable() {
        List<Entry> all = List.of(OUTSIDE, VXLAN, MAPPED, OUTSIDE_IPV6, OF_HOSTS);
        TunnelTable.writeAll(nftables, all);
        for (String family : TunnelTable.FAMILIES) {
            TunnelTable each = new TunnelTable(nftables, family);
            assertThat(each.observe()).isEqualTo(new Observed<>(State.INTACT, each.own(all)));
        }
        assertThat(TunnelTable.readAll(nftables)).isEqualTo(all);
        assertThat(table.own(all)).containsExactly(OUTSIDE, VXLAN);
        assertThat(new TunnelTable(nftables, "ip6").read()).containsExactly(MAPPED, OUTSIDE_IPV6);
        assertThat(new TunnelTable(nftables, "bridge").read()).containsExactly(OF_HOSTS);
        TunnelTable.writeAll(nftables, List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
        assertThat(List.of(OUTSIDE, DIRECT, MAPPED, OF_HOSTS).toString())
                .isEqualTo("[250.0.0.0/8 other than by fan-250, 250.0.0.0/8 by eth0 to its guard, IPv6 as 250.0.0.0/8,"
                        + " Ethernet addresses like 02:fa:0a:00:00:00 other than by ftun-250 and ftun-251]");
    }

    @Test
    void anyChangeByHandAgainstWhatIsForgedIsSeenAndRepaired() {
        String marked = " comment \"" + OwnTable.MARK + "\"";
        Map<String, List<String>> rules = Map.of(
                "ip",
                List.of(
                        "ip saddr 250.0.0.0/8 iifname != fan-250 fib saddr . iif oif 0 counter accept",
                        "ip saddr 250.0.0.0/8 iifname fan-250 fib saddr . iif oif 0 counter drop",
                        "ip saddr 250.0.0.0/8 iifname != fan-250 fib saddr . iif oif 7 counter drop",
                        "ip saddr 250.0.0.0/8 iifname != fan-250 fib daddr . iif oif 0 counter drop",
                        "ip daddr 250.0.0.0/8 iifname != fan-250 fib saddr . iif oif 0 counter drop",
                        "iifname eth0 ip saddr 250.0.0.0/8 ip daddr 251.0.0.0/8 accept",
                        "counter"),
                "ip6",
                List.of(
                        "ip6 saddr ::ffff:250.0.0.0/104 counter accept",
                        "ip6 saddr ::fffe:250.0.0.0/104 counter drop",
                        "ip6 saddr fd00:fa::/48 fib saddr . iif oif 0 counter drop"),
                "bridge",
                List.of(
                        "iifname != ftun-250 ether daddr & f3:ff:ff:ff:00:00 == 02:fa:0a:00:00:00 counter drop",
                        "iifname ftun-250 ether saddr & f3:ff:ff:ff:00:00 == 02:fa:0a:00:00:00 counter drop",
                        "iifname != ftun-250 ether saddr & f3:ff:ff:ff:00:00 == 02:fa:0a:00:00:00 counter accept"));
        List<Entry> all = List.of(OUTSIDE, VXLAN, MAPPED, OUTSIDE_IPV6, OF_HOSTS);
        rules.forEach((family, changes) -> {
            TunnelTable each = new TunnelTable(nftables, family);
            for (String change : changes) {
                each.write(each.own(all));
                nftables.run("add rule " + family + " fanatic-tunnel prerouting " + change + marked);
                assertThat(each.read()).as(change).contains(Entry.Other.CHANGED_BY_HAND);
                List<Entry> repaired = new ArrayList<>(each.own(all));
                repaired.add(Entry.Other.CHANGED_BY_HAND);
                each.write(repaired);
                assertThat(each.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, each.own(all)));
            }
        });
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
