package io.fanatic.netlink.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import io.fanatic.core.IpFamily;
import io.fanatic.netlink.firewall.ForwardTable.Entry;
import io.fanatic.netlink.firewall.OwnTable.Observed;
import io.fanatic.netlink.firewall.OwnTable.State;
import io.fanatic.netlink.host.FreshNamespace;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ForwardTableTest {
    private static final Entry ONE = new Entry(List.of("eth0"), List.of("eth0"));
    private static final Entry TWO = new Entry(List.of("eth0", "eth1.100"), List.of("eth0", "eth1.100", "virbr0"));

    @RegisterExtension
    final FreshNamespace inside = new FreshNamespace();

    @SuppressWarnings("NullAway.Init")
    private Nftables nftables;

    @SuppressWarnings("NullAway.Init")
    private ForwardTable table;

    @BeforeEach
    void open() {
        nftables = inside.call(Nftables::open);
        table = new ForwardTable(nftables, IpFamily.IPV4);
    }

    @AfterEach
    void close() {
        nftables.close();
    }

    @Test
    void whatIsWrittenIsReadAndHasWords() {
        for (Entry entry : List.of(ONE, TWO)) {
            table.write(List.of(entry));
            assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(entry)));
        }
        assertThat(TWO).hasToString("nothing passes from eth0 or eth1.100 to eth0 or eth1.100 or virbr0");
        assertThat(inside.sh("nft list ruleset")).contains("hook forward", "policy accept", "counter", "drop");
        table.write(List.of());
        assertThat(inside.sh("nft list ruleset")).isEmpty();
    }

    @Test
    void aChainBehindOthersIsNotWhereItShouldBe() {
        table.write(List.of(TWO));
        FreshNamespace.exec(
                inside.namespace(),
                "sh",
                "-c",
                "nft list table ip fanatic-forward | sed 's/priority [^;]*;/priority 7;/' | (t=$(cat); nft delete table ip fanatic-forward;"
                        + " echo \"$t\" | nft -f -)");
        assertThat(table.read()).contains(Entry.OTHER);
        table.write(List.of(TWO, Entry.OTHER));
        assertThat(table.observe()).isEqualTo(new Observed<>(State.INTACT, List.of(TWO)));
    }

    @Test
    void anyChangeByHandIsSeenAndRepaired() {
        String[] changes = {
            "add rule ip fanatic-forward forward counter",
            "insert rule ip fanatic-forward forward iifname \"eth0\" accept",
            "flush chain ip fanatic-forward forward",
            "add chain ip fanatic-forward other",
            "add chain ip fanatic-forward forward { policy drop; }",
        };
        for (String change : changes) {
            table.write(List.of(TWO));
            nftables.run(change);
            assertThat(table.observe().state()).as(change).isEqualTo(State.CHANGED);
            assertThat(table.read()).as(change).contains(Entry.OTHER);
            table.write(List.of(TWO, Entry.OTHER));
            assertThat(table.observe()).as(change).isEqualTo(new Observed<>(State.INTACT, List.of(TWO)));
        }
    }

    /** nft has no escape for a quote, and takes an asterisk at the end for any name that begins so. */
    @Test
    void namesThatARuleCannotHoldAreTold() {
        assertThat(List.of("eth0", "eth0.100", "br-1a2b", "a,b", "x'y", "@1")).allMatch(ForwardTable::canName);
        assertThat(List.of("", "a\"b", "eth*", "a\\b", "é", "a b")).noneMatch(ForwardTable::canName);
        for (String name : List.of("a,b", "x'y", "@1", "a{b", "$x")) {
            Entry entry = new Entry(List.of(name), List.of(name));
            table.write(List.of(entry));
            assertThat(table.read()).containsExactly(entry);
        }
    }
}
