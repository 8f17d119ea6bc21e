package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.core.Ipv4Prefix;
import io.fanatic.netlink.firewall.OwnTable.Observed;
import io.fanatic.netlink.firewall.OwnTable.State;
import io.fanatic.netlink.firewall.PortTable.Entry;
import io.fanatic.netlink.host.FreshNamespace;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PortTableTest {
    private static final Entry ONE = new Entry(8472, List.of(Ipv4Prefix.parse("10.0.0.0/16")));
    /** One within the other, and a single address. */
    private static final Entry MORE = new Entry(
            4789,
            List.of(
                    Ipv4Prefix.parse("10.0.0.0/16"),
                    Ipv4Prefix.parse("10.0.7.0/24"),
                    Ipv4Prefix.parse("192.0.2.1/32")));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    private Nftables nftables;
    private PortTable table;

    @BeforeEach
    void openTable() {
        nftables = inside.call(Nftables::open);
        table = new PortTable(nftables);
    }

    @AfterEach
    void closeTable() {
        nftables.close();
    }

    @Test
    void whatIsWrittenIsReadAndReplacedWholeAndGoesWithItsLastPort() {
        assertThat(table.observe()).isEqualTo(new Observed<>(State.ABSENT, List.of()));
        for (List<Entry> entries : List.of(List.of(ONE), List.of(MORE, ONE), List.of(MORE))) {
            table.write(entries);
            assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, entries));
            assertThat(table.read()).isEqualTo(entries);
        }
        assertThat(MORE).hasToString("UDP port 4789 only from 10.0.0.0/16 and 10.0.7.0/24 and 192.0.2.1/32");
        table.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
    }

    @Test
    void aChainBehindOthersIsNotWhereItShouldBe() {
        table.write(List.of(ONE));
        FreshNamespace.exec(
                inside.namespace(),
                "sh",
                "-c",
                "nft list table inet fanatic | sed 's/priority [^;]*;/priority 7;/' | (t=$(cat); nft delete table inet fanatic;"
                        + " echo \"$t\" | nft -f -)");
        assertThat(table.read()).contains(Entry.OTHER);
        table.write(List.of(ONE, Entry.OTHER));
        assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(ONE)));
    }

    @Test
    void anyChangeByHandIsSeenAndRepaired() {
        for (String change : List.of(
                "add rule inet fanatic input counter",
                "insert rule inet fanatic input udp dport 8472 accept",
                "insert rule inet fanatic input udp dport 8472 ip saddr 10.1.0.0/16 accept",
                "add rule inet fanatic input udp dport 8472 ip saddr 10.1.0.0/16 accept",
                "flush chain inet fanatic input",
                "add chain inet fanatic other",
                "add chain inet fanatic input { policy drop; }")) {
            table.write(List.of(ONE));
            nftables.run(change);
            assertThat(table.read()).as(change).contains(Entry.OTHER);
            table.write(List.of(ONE, Entry.OTHER));
            assertThat(table.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, List.of(ONE)));
        }
    }

    @Test
    void aTableOfSomebodyElseAndOurOtherOneAreLeftAlone() {
        inside.sh("nft add table inet fanatic");
        inside.sh("nft add table ip fanatic");
        String before = inside.sh("nft list ruleset");
        for (List<Entry> entries : List.of(List.of(ONE), List.<Entry>of())) {
            assertThatThrownBy(() -> table.write(entries))
                    .isInstanceOf(ForeignTableException.class)
                    .hasMessageContaining("\"inet fanatic\" was not made by fanatic");
        }
        assertThat(inside.sh("nft list ruleset")).isEqualTo(before);
    }

    @Test
    void aFamilyThatTheKernelLacksIsTold() {
        assertThatThrownBy(() -> nftables.run("add table inet fanatic\nadd chain inet fanatic nosuch { type filter hook"
                        + " postrouting device \"nosuch\" priority 0; }"))
                .isInstanceOfSatisfying(
                        FirewallException.class,
                        e -> assertThat(e.refusesTheFamily()).isFalse());
        assertThat(new FirewallException("nftables refused: Error: Could not process rule: Operation not supported")
                        .refusesTheFamily())
                .isTrue();
    }
}
